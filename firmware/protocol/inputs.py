"""Everything the engine can be told. One input, one journal record, one decision."""

from __future__ import annotations

from msgspec import Struct

from firmware.protocol.events import AnySwitchEvent


class FromSwitch(Struct, frozen=True, tag=True):
    """Event `number` of switch life `epoch`; repeats are dropped by the engine."""

    epoch: int
    number: int
    event: AnySwitchEvent


class TimeReached(Struct, frozen=True, tag=True):
    """The earliest deadline is due."""


class ConfigApplied(Struct, frozen=True, tag=True):
    """A checked configuration takes effect. `config` is `firmware.config.schema.Config` as JSON text."""

    version: int
    author: str
    config: str


class ClockSet(Struct, frozen=True, tag=True):
    """Wall time in Unix microseconds minus box time, and how good it is (`ntp`, `rtc`, `manual`, `none`)."""

    offset_us: int
    quality: str


class AgentOrder(Struct, frozen=True, tag=True):
    """An agent's state changed from outside a telephone (web, API, supervisor). `id` makes it idempotent."""

    id: str
    author: str
    agent: str
    do: str
    """`sign-in`, `sign-out`, `ready`, `not-ready`."""
    reason: str = ""
    extension: str = ""


class CallOrder(Struct, frozen=True, tag=True):
    """Click-to-dial and hang-up from outside: `dial` from `extension` to `number`, `hang-up` of `call`."""

    id: str
    author: str
    do: str
    extension: str = ""
    number: str = ""
    call: int = 0


class Started(Struct, frozen=True, tag=True):
    """An engine (re)started on this state; it asks the switch for a report."""

    epoch: int


AnyInput = FromSwitch | TimeReached | ConfigApplied | ClockSet | AgentOrder | CallOrder | Started
