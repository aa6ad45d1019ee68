"""What people's and programs' commands say to the engine over its order socket, and what it says back. No I/O here.

Length-prefixed msgpack frames. An order is an input of the engine; its id makes giving it again harmless. Views only
ever have fields added at their end: old clients read on.

Which facts of the journal change what a view tells, for whoever keeps a picture of it:

| told | changed by |
|---|---|
| a leg, its `phase` and `since_us` | `LegAdded`, `PhaseEntered`, `LegAnswered`, `LegMoved`, `LegReleased` |
| `alerted_us`, `why` | `LegAlerted`, `AgentOffered` |
| `place` | `LegAdded` (`active`, the former one `aside`; or `knocks`), `LegReleased`, `LegsSwapped`, `KnockTaken` |
| `held_by` | `HoldBegan`, `HoldEnded` |
| `recording`, `uncovered` | `RecordingBegan`, `RecordingEnded`; `NotRecorded` |
| `paused`, `paused_by` | `RecordingMarked` (`paused`, `unpaused`), `RecordingPaused` |
| a call, number, name | `CallBegan`, `CallerKnown`, `CallRouted`, `NumberDialled`, `CallAnswered`, `CallEnded` |
| `queue`, `from_queue`, `position`, `waits_since_us`, `priority` | `Enqueued`, `Dequeued`, `QueueCallbackBegun` |
| `variables`, `language` | `VariableSet` (nobody's to see: names with a dot, values `secret:…`), `LanguageChosen` |
| `flow` | `FlowEntered`, `NodeEntered`, `FlowLeft`, `FlowReturned` |
| `talk`, `conference` | `TalkBegan`, `TalkEnded`, `ConferenceBegan`, `ConferenceEnded` |
| `slot`, `about`, `callback` | `CallParked`, `CallUnparked`; `CallLinked`; `QueueCallbackBegun` |
| an agent's state, `reason`, `extension`, `since_us`, `call` | `AgentChanged` |
| `missed` | `AgentMissed` (`no-answer`, `declined`); back to 0: `AgentConnected`, `AgentChanged` from `signed-out` |
| `next_state` | `AgentDeferred`; emptied by `AgentChanged` |
| `until_us` | `TimerSet`, `TimerCleared` of `wrap:AGENT` and `pause:AGENT`; emptied by `AgentChanged` |
| `joined`, `left` | `MembershipChanged`, `ConfigTaken` |
| `watches` | `SupervisionBegan`, `SupervisionChanged`, `SupervisionEnded` |
| `callbacks` | `QueueCallbackAsked`, `QueueCallbackBegun`, `QueueCallbackPut`, `QueueCallbackEnded` |
| `closed`, `settings`, `rooms` | `QueueClosed`; `TelephoneSet`, `ConfigTaken`; `RoomEntered`, `RoomLeft` |
| `services` | `ServiceSwitched`; the calendar without a fact |
| all of it | `SwitchLost`, `InputPassedOver`, and a gap in the records: a new view is asked for |
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct

from firmware.protocol.framing import Bodies, framed
from firmware.protocol.inputs import AnyOrder, ConfigApplied

LONGEST_FRAME = 4 << 20
NOT_READ = 0
"""Request number in the answer to what could not be read; clients count from 1."""


class Verdict(StrEnum):
    TAKEN = "taken"
    """In the journal ring: it survives any process, not yet a power cut."""
    SAVED = "saved"
    """On the disk."""
    REFUSED = "refused"
    NO_ENGINE = "no-engine"
    """Nobody heard the order."""
    UNKNOWN = "unknown"
    """It was given and no answer came in time: giving it again with the same id is safe."""


class OrderAnswer(Struct, frozen=True, tag=True):
    """`epoch`, `number`: the journal record that holds the order; 0 where there is none."""

    request: int
    verdict: Verdict
    epoch: int = 0
    number: int = 0
    reason: str = ""
    """Why it was refused: a word of ours."""
    repeated: bool = False
    """This id was answered before; this is what was said then."""

    @property
    def done(self) -> bool:
        return self.verdict in (Verdict.TAKEN, Verdict.SAVED)


class GiveOrder(Struct, frozen=True, tag=True):
    request: int
    order: AnyOrder
    wait_saved: bool = False
    """Answer when the record is on the disk, not when it is in the ring."""


class AskState(Struct, frozen=True, tag=True):
    """How do things stand?"""

    request: int


class AskReload(Struct, frozen=True, tag=True):
    """Hand the living calls to the version that is installed now."""

    request: int


class AskHandover(Struct, frozen=True, tag=True):
    """From a stand-in that has everything ready: an engine that is nobody's child gives its role away."""

    request: int


class AskJobs(Struct, frozen=True, tag=True):
    """From the jobs process: what is asked and not answered, now and from here on."""

    request: int


Request = GiveOrder | AskState | AskReload | AskHandover | AskJobs


class JobWanted(Struct, frozen=True, tag=True):
    """A job for the jobs process. `until_us` is box time; `version` is the configuration in force.

    In `what` secrets stand as they were keyed; `lost` are those that died with the engine that heard them.
    """

    request: int
    job: int
    kind: str
    name: str
    until_us: int
    version: int
    call: int = 0
    what: dict[str, str] = {}
    lost: tuple[str, ...] = ()


class LegView(Struct, frozen=True):
    """One leg of a call; instants are box time."""

    leg: int
    port: int
    role: str
    party: str
    agent: str
    phase: str
    began_us: int
    answered: bool
    since_us: int = 0
    """When it entered its phase."""
    alerted_us: int = 0
    """When its telephone began to ring; 0: it did not."""
    place: str = ""
    """Of a telephone's leg: `active`, `aside` (its user is in another call), `knocks`."""
    held_by: int = 0
    """The leg that put it on hold."""
    recording: str = ""
    uncovered: str = ""
    """Without a recording: why its time is not recorded."""
    paused: bool = False
    """Its recording is silent just now, for whatever reason."""
    paused_by: int = 0
    """The leg whose user wants it so."""
    why: str = ""
    """Of an agent who was chosen for a queue's call: the distributor's reason, a sentence of data."""


class CallView(Struct, frozen=True):
    """A call as people see it; instants are box time."""

    call: int
    direction: str
    number: str
    line: str
    began_us: int
    answered: bool
    queue: str
    position: int
    """From 1 in its queue; 0: it does not wait in one."""
    legs: tuple[tuple[str, str], ...]
    """(party, what it is doing) of each leg."""
    name: str = ""
    """The caller's, as received."""
    parts: tuple[LegView, ...] = ()
    """The same legs with their numbers."""
    talk: tuple[int, ...] = ()
    """Legs that hear one another."""
    waits_since_us: int = 0
    """Since when its time in the queue counts."""
    priority: int = 0
    from_queue: str = ""
    """The queue it waits in or was answered from."""
    variables: tuple[tuple[str, str], ...] = ()
    """What menus collected of the caller; nothing that is secret."""
    flow: tuple[str, str] = ("", "")
    """The flow and the node it is at."""
    emergency: bool = False
    conference: bool = False
    slot: str = ""
    """Where it is parked."""
    about: int = 0
    """The call it calls somebody back for."""
    callback: int = 0
    """The queue's call-back it was made for."""
    language: str = ""


class AgentView(Struct, frozen=True):
    agent: str
    state: str
    reason: str
    extension: str
    since_us: int
    joined: tuple[str, ...] = ()
    """Queues served besides those of the configuration."""
    left: tuple[str, ...] = ()
    """Queues of the configuration that are not served."""
    call: int = 0
    """The call it rings or talks in, or did before wrap-up."""
    until_us: int = 0
    """Wrap-up, or a pause that is timed, lasts till then; 0: no limit."""
    next_state: tuple[str, str] = ("", "")
    """State and reason that come into force after the present call."""
    missed: int = 0
    """Calls missed in a row."""


class WatchView(Struct, frozen=True):
    """A supervisor in an agent's call."""

    leg: int
    """The supervisor's."""
    call: int
    agent_leg: int
    mode: str


class CallbackView(Struct, frozen=True):
    """A caller who is to be called back in his turn."""

    callback: int
    call: int
    """The call in which he asked, or gave up."""
    queue: str
    number: str
    since_us: int
    tries: int
    until_us: int
    """Not before this; 0: in his turn."""
    attempt: int
    """The call that is under way for it."""


class StateView(Struct, frozen=True, tag=True):
    """What the engine holds now. It is told, not kept: nothing here is promised to last."""

    request: int
    box: str
    epoch: int
    number: int
    at_us: int
    """Box time of the newest record."""
    now_us: int
    """Box time of this answer."""
    version: str
    """Of the firmware."""
    schema: int
    """Of the state."""
    config_version: int
    link_up: bool
    """The switch is there."""
    calls: tuple[CallView, ...]
    agents: tuple[AgentView, ...]
    timers: tuple[tuple[str, int], ...]
    """(what it is for, when it is due), earliest first; at most `MOST_TIMERS`."""
    gap_us: int = 0
    """How long nothing was decided when this life took the calls over from a former version; 0: it did not."""
    alarms: tuple[str, ...] = ()
    """Words of ours; none when all is well."""
    services: tuple[tuple[str, str, str], ...] = ()
    """(service, the mode it is in, why) of day and night service."""
    rooms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(conference room, who is in it); empty rooms are not told."""
    watches: tuple[WatchView, ...] = ()
    callbacks: tuple[CallbackView, ...] = ()
    closed: tuple[tuple[str, str], ...] = ()
    """(queue, who closed it by hand)."""
    settings: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """(extension, (what, value) of all that is set there): forwards, do-not-disturb, follow-me, call-waiting."""


class ReloadAnswer(Struct, frozen=True, tag=True):
    """`prepared`: the calls are about to be taken up by another process. Else why not; this engine goes on."""

    request: int
    prepared: bool
    epoch: int
    """Of the engine that answers; the next one's is higher."""
    reason: str = ""
    detail: str = ""


Answer = OrderAnswer | StateView | ReloadAnswer | JobWanted
MOST_TIMERS = 200

_ENCODER = msgspec.msgpack.Encoder()
_REQUESTS = msgspec.msgpack.Decoder(Request)
_ANSWERS = msgspec.msgpack.Decoder(Answer)
_FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def encode(frame: Request | Answer) -> bytes:
    return framed(_ENCODER.encode(frame))


def order_id(order: AnyOrder) -> str:
    """What makes giving it twice harmless."""
    return f"config:{order.version}" if isinstance(order, ConfigApplied) else str(getattr(order, "id", ""))


class Requests:
    """The engine's side of one connection: bytes in, requests out; None stands for one that cannot be read."""

    def __init__(self) -> None:
        self._bodies = Bodies(LONGEST_FRAME)

    @property
    def broken(self) -> bool:
        return self._bodies.broken

    def receive(self, data: bytes) -> list[Request | None]:
        return [_request(body) for body in self._bodies.receive(data)]


class Answers:
    """The client's side. What cannot be read is left out: an engine newer than this client may say more."""

    def __init__(self) -> None:
        self._bodies = Bodies(LONGEST_FRAME)

    def receive(self, data: bytes) -> list[Answer]:
        found = (_answer(body) for body in self._bodies.receive(data))
        return [answer for answer in found if answer is not None]


def _request(body: bytes) -> Request | None:
    try:
        request: Request = _REQUESTS.decode(body)
    except _FAULTS:
        return None
    return request


def _answer(body: bytes) -> Answer | None:
    try:
        answer: Answer = _ANSWERS.decode(body)
    except _FAULTS:
        return None
    return answer
