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
    """Wall time in Unix microseconds minus box time, and how good it is (`ntp`, `rtc`, `manual`, `none`).

    Within one `boot` of the machine a better clock also tells the true time of what happened before it.
    """

    offset_us: int
    quality: str
    boot: str = ""


class AgentOrder(Struct, frozen=True, tag=True):
    """An agent's state changed from outside a telephone (web, API, supervisor). `id` makes it idempotent."""

    id: str
    author: str
    agent: str
    do: str
    """`sign-in` (at `extension`), `sign-out`, `ready`, `not-ready` (`reason`), `end-wrap-up` (to what was put off till
    then, else ready), `longer-wrap-up`, `breather`, `join-queue`, `leave-queue`."""
    reason: str = ""
    extension: str = ""
    queue: str = ""
    """Of `join-queue` and `leave-queue`."""


class CallOrder(Struct, frozen=True, tag=True):
    """What somebody wants of a call, for any kind of telephone. `id` makes it idempotent.

    The telephone is that of `extension`, or the one at which `agent` is signed in; of its calls the one of `leg` or
    `call` is meant, else the one it is in. Words in which it may be refused: `firmware.protocol.refusals`. What each
    `do` means is the table in `docs/orders.md` (`firmware.engine.ordered.table`).
    """

    id: str
    author: str
    do: str
    extension: str = ""
    number: str = ""
    """A number as the telephone would dial it, or a place: `agent:ID`, `queue:ID`, `voicemail:BOX`…"""
    call: int = 0
    leg: int = 0
    agent: str = ""
    auto: bool = False
    """Of orders that ring a telephone: a SIP telephone is asked to answer by itself (intercom)."""


class DispositionOrder(Struct, frozen=True, tag=True):
    """What an agent says became of a call, in wrap-up or later: a code, and a note for people.

    Both are kept in the history. A later one by the same agent takes the former one's place.
    """

    id: str
    author: str
    call: int
    agent: str
    code: str = ""
    note: str = ""


class TelephoneOrder(Struct, frozen=True, tag=True):
    """A telephone's setting, as its feature codes set it, to `value`.

    `what`: `always`, `busy`, `no-answer`, `unreachable` (forwards: a number as it would dial it, empty is off),
    `do-not-disturb`, `follow-me`, `call-waiting` (`1` or `0`).
    """

    id: str
    author: str
    extension: str
    what: str
    value: str = ""


class ServiceOrder(Struct, frozen=True, tag=True):
    """A service goes into a mode (`day`, `night`, `holiday`), or by the calendar again (empty)."""

    id: str
    author: str
    service: str
    mode: str = ""


class QueueOrder(Struct, frozen=True, tag=True):
    """A queue takes nobody more (`close`), or goes by its hours again (`open`)."""

    id: str
    author: str
    do: str
    queue: str


class ErasureOrder(Struct, frozen=True, tag=True):
    """Everything known of a number goes: recordings, messages, what call records say of the person.

    `marks` are keyed hashes of the number's forms (`firmware.archive.number_marks`): it is written nowhere again.
    """

    id: str
    author: str
    why: str
    marks: tuple[str, ...]
    at_once: bool = False
    """Do not wait until journal segments are old: drop what a snapshot covers."""


class ErasureWorked(Struct, frozen=True, tag=True):
    """The archive's word: the records and files of an erasure are gone; so many calls and recordings."""

    id: str
    erasure: str
    calls: int
    recordings: int


class HoldOrder(Struct, frozen=True, tag=True):
    """A legal hold is placed (`do` is `place`) on a call, a recording or a number, or released (`release`)."""

    id: str
    author: str
    do: str
    why: str
    hold: str = ""
    """Which one is released."""
    call: int = 0
    recording: str = ""
    marks: tuple[str, ...] = ()
    shown: str = ""
    """What people read of the number: its last digits."""


class AccessOrder(Struct, frozen=True, tag=True):
    """Somebody takes recordings out (`export`) or hears them (`listen`): told before it happens, for the audit."""

    id: str
    author: str
    do: str
    recordings: tuple[str, ...]
    why: str = ""


class MessagesGone(Struct, frozen=True, tag=True):
    """The archive's word: these messages are erased or past their time; mailboxes forget them."""

    id: str
    recordings: tuple[str, ...]


class DiskTold(Struct, frozen=True, tag=True):
    """How the box's disk stands changed. `level`: `ample`, `warn`, `purge`, `full`.

    `stop` is why nothing may be recorded (`disk-full`, `disk-slow`, `disk-failed`); empty: record. Calls go on anyway.
    """

    level: str
    stop: str = ""


class HelpKeyed(Struct, frozen=True, tag=True):
    """A telephone keyed an emergency number in the middle of something else, and then nothing more.

    Made by the engine from keys that it does not write down.
    """

    leg: int
    """0: its call ended over these very keys; it is still off-hook at `port`."""
    number: str
    port: int = -1


class FellBehind(Struct, frozen=True, tag=True):
    """Events wait that the switch told before `until_us`: they come now, each in its own time."""

    until_us: int


class Started(Struct, frozen=True, tag=True):
    """An engine (re)started on this state; it asks the switch for a report. `memory`: see `EngineStarted`.

    `config` replaces the one in force where a journal of an older version has PINs in it (the engine fills it in).
    """

    epoch: int
    memory: str = ""
    config: str = ""


class JobAnswered(Struct, frozen=True, tag=True):
    """The jobs process's word on job `job` (`firmware.protocol.facts.jobs.JobEnded` says which results there are).

    `values` are what a look-up found, by the names of the flow's variables. `id` is `job:NUMBER`.
    """

    id: str
    job: int
    result: str
    reason: str = ""
    values: dict[str, str] = {}


KeepingOrder = ErasureOrder | ErasureWorked | HoldOrder | AccessOrder | MessagesGone
"""About what is kept: the engine passes them on as facts, the archive carries them out."""
AnyInput = (
    FromSwitch
    | TimeReached
    | ConfigApplied
    | ClockSet
    | AgentOrder
    | CallOrder
    | DispositionOrder
    | TelephoneOrder
    | ServiceOrder
    | QueueOrder
    | KeepingOrder
    | JobAnswered
    | DiskTold
    | HelpKeyed
    | FellBehind
    | Started
)

DeskOrder = AgentOrder | CallOrder | DispositionOrder | TelephoneOrder | ServiceOrder | QueueOrder
"""What people at pages, and programs for them, may want of telephones, agents and queues."""
AnyOrder = DeskOrder | ConfigApplied | KeepingOrder | JobAnswered
"""What may be given to the engine from outside over its order socket; each kind is idempotent by id or version."""
