"""Legs: ports that take part in a call, and who hears whom."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact
from firmware.protocol.names import LegRole, ReleasedBy

# -- legs -------------------------------------------------------------------------------------------


class LegAdded(Fact, frozen=True, tag=True):
    """A port takes part in a call. `party` is an extension number, a line name or a dialled number."""

    leg: int
    call: int
    port: int
    role: LegRole
    party: str
    agent: str = ""
    knocks: bool = False
    """A second call at a telephone in use (call waiting)."""


class LegAlerted(Fact, frozen=True, tag=True):
    """The leg's telephone rings, or the far end's exchange says that it does. `cadence` as in the command `Ring`."""

    leg: int
    cadence: str = ""


class LegAnswered(Fact, frozen=True, tag=True):
    """Somebody is there; `sign` says how an outside line's answer was known."""

    leg: int
    sign: str = ""


class LegReleased(Fact, frozen=True, tag=True):
    """The leg is over."""

    leg: int
    cause: int
    by: ReleasedBy


class LegMoved(Fact, frozen=True, tag=True):
    """A transfer put a leg under another call."""

    leg: int
    call: int


class TalkBegan(Fact, frozen=True, tag=True):
    """These legs hear one another (two, or a conference)."""

    call: int
    legs: tuple[int, ...]


class TalkEnded(Fact, frozen=True, tag=True):
    """These legs no longer hear one another."""

    call: int
    legs: tuple[int, ...]


class HoldBegan(Fact, frozen=True, tag=True):
    """`leg` waits with music because leg `by` put it there."""

    call: int
    leg: int
    by: int


class HoldEnded(Fact, frozen=True, tag=True):
    """`leg` is off hold."""

    call: int
    leg: int


class TransferMade(Fact, frozen=True, tag=True):
    """Leg `by` left; leg `leg` of `call` now goes on with `to` (extension, number or queue)."""

    call: int
    kind: str
    """`blind`, `attended`, `semi-attended`, `recall`."""
    leg: int
    by: int
    to: str
    """Extension or outside number, or a target: `queue:ID`, `group:ID`…"""


class ConferenceBegan(Fact, frozen=True, tag=True):
    """All these legs hear one another."""

    call: int
    legs: tuple[int, ...]


class ConferenceEnded(Fact, frozen=True, tag=True):
    """The conference is over; two of them may talk on."""

    call: int
    legs: tuple[int, ...]


LegFact = (
    LegAdded
    | LegAlerted
    | LegAnswered
    | LegReleased
    | LegMoved
    | TalkBegan
    | TalkEnded
    | HoldBegan
    | HoldEnded
    | TransferMade
    | ConferenceBegan
    | ConferenceEnded
)
