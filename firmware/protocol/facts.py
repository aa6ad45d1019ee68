"""What happened, in the field's words. State, history.db and every KPI are built by applying these, in order.

A fact says only what is decided; the time it happened is the `at_us` of its journal record.
Facts are only ever added to: an old journal must stay readable. `call` and `leg` are numbers of this box.
"""

from __future__ import annotations

from msgspec import Struct

from firmware.protocol.names import (
    AgentState,
    Direction,
    LegRole,
    Outcome,
    Presentation,
    ReleasedBy,
)


class Fact(Struct, frozen=True, tag=True):
    """Root of all facts."""


# -- calls ------------------------------------------------------------------------------------------


class CallBegan(Fact, frozen=True, tag=True):
    """A call came into being. Inbound: offered by a line (first ring). Otherwise: a telephone was lifted."""

    call: int
    direction: Direction
    port: int
    line: str
    """Name of the line (inbound) or the extension number (outbound, internal)."""


class CallerKnown(Fact, frozen=True, tag=True):
    """`number` as received, `e164` normalised (or empty), `name` as received."""

    call: int
    number: str
    e164: str
    name: str
    presentation: Presentation
    form: str


class NumberDialled(Fact, frozen=True, tag=True):
    """What a telephone dialled in full, and its E.164 form where it goes outside."""

    call: int
    number: str
    e164: str
    direction: Direction
    emergency: bool = False


class RingCounted(Fact, frozen=True, tag=True):
    """`rings` ringing bursts were heard so far."""

    call: int
    rings: int


class CallAnswered(Fact, frozen=True, tag=True):
    """The box went off-hook for an inbound call (`by` is `flow`), or the far end answered ours (`person`, `line`)."""

    call: int
    by: str
    sign: str = ""


class CallEnded(Fact, frozen=True, tag=True):
    """`outcome` only for inbound calls (the offered ones)."""

    call: int
    outcome: Outcome | None
    cause: int
    by: ReleasedBy


class AttemptRefused(Fact, frozen=True, tag=True):
    """Somebody wanted something and did not get it: `no-line-free`, `not-allowed`, `no-such-number`, `no-flow`…"""

    call: int
    wanted: str
    reason: str
    cause: int


# -- legs -------------------------------------------------------------------------------------------


class LegAdded(Fact, frozen=True, tag=True):
    """A port takes part in a call. `party` is an extension number, a line name or a dialled number."""

    leg: int
    call: int
    port: int
    role: LegRole
    party: str
    agent: str = ""


class LegAlerted(Fact, frozen=True, tag=True):
    """The leg's telephone rings, or the far end's exchange says that it does."""

    leg: int


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


class ConferenceBegan(Fact, frozen=True, tag=True):
    """All these legs hear one another."""

    call: int
    legs: tuple[int, ...]


class ConferenceEnded(Fact, frozen=True, tag=True):
    """The conference is over; two of them may talk on."""

    call: int
    legs: tuple[int, ...]


# -- menus, queues ----------------------------------------------------------------------------------


class FlowEntered(Fact, frozen=True, tag=True):
    """The caller is in this flow from its start."""

    call: int
    flow: str


class NodeEntered(Fact, frozen=True, tag=True):
    """The caller is at this node."""

    call: int
    node: str


class DigitsCollected(Fact, frozen=True, tag=True):
    """`digits` is empty for a secret collection."""

    call: int
    node: str
    digits: str


class FlowLeft(Fact, frozen=True, tag=True):
    """`why`: `queue`, `voicemail`, `transfer`, `hang-up`, `caller-left`."""

    call: int
    why: str


class Enqueued(Fact, frozen=True, tag=True):
    """The caller waits in the queue; a higher priority is served first."""

    call: int
    queue: str
    priority: int = 0


class Dequeued(Fact, frozen=True, tag=True):
    """`why`: `answered`, `abandoned`, `overflow`, `voicemail`, `no-agents`, `exit-key`."""

    call: int
    queue: str
    why: str


class WaitAnnounced(Fact, frozen=True, tag=True):
    """The caller was told a position (from 1) and an expected wait (0: not told)."""

    call: int
    position: int
    expected_wait_s: int


class AgentOffered(Fact, frozen=True, tag=True):
    """An agent's telephone rings for a queued call; `why` explains the choice in one sentence of data."""

    call: int
    queue: str
    agent: str
    leg: int
    why: str


class AgentMissed(Fact, frozen=True, tag=True):
    """`why`: `no-answer`, `declined`, `caller-left`, `taken-by-other`. Only the first two count against the agent."""

    call: int
    agent: str
    why: str


class AgentConnected(Fact, frozen=True, tag=True):
    """The agent answered: this call is theirs."""

    call: int
    queue: str
    agent: str
    leg: int


# -- agents -----------------------------------------------------------------------------------------


class AgentChanged(Fact, frozen=True, tag=True):
    """The agent is in `state` from now on. `reason` is the not-ready reason, or why it changed by itself."""

    agent: str
    state: AgentState
    reason: str = ""
    extension: str = ""
    call: int = 0


# -- recordings -------------------------------------------------------------------------------------


class ConsentAnnounced(Fact, frozen=True, tag=True):
    """The announcement before a recording was played to its end."""

    call: int
    prompt: str


class RecordingBegan(Fact, frozen=True, tag=True):
    """One recording is one (caller's leg, answering party). `kind`: `conversation`, `voicemail`, `greeting`."""

    recording: str
    call: int
    leg: int
    party: str
    agent: str
    kind: str
    queue: str = ""


class RecordingMarked(Fact, frozen=True, tag=True):
    """A stretch begins: `hold`, `resumed`, `conference`, `consult`; `paused` to `unpaused` is taped silence."""

    recording: str
    mark: str


class RecordingTaped(Fact, frozen=True, tag=True):
    """The switch taped ticks `from_tick` .. (`to_tick` - 1); `to_tick` is -1 while it runs."""

    recording: str
    from_tick: int
    to_tick: int = -1


class RecordingGap(Fact, frozen=True, tag=True):
    """Ticks `from_tick` .. (`to_tick` - 1) are lost, and why: `disk-slow`, `disk-full`, `disk-failed`."""

    recording: str
    from_tick: int
    to_tick: int
    reason: str


class RecordingEnded(Fact, frozen=True, tag=True):
    """`why`: `released`, `transferred`, `too-short`, `switch-died`, `disk-full`, `disk-slow`, `disk-failed`."""

    recording: str
    why: str


class NotRecorded(Fact, frozen=True, tag=True):
    """Answered time without audio from here on, and its reason: `off`, `consent`, `paused`, `internal`, `menu`…

    Where the box itself prevents it (`disk-full`, `disk-slow`, `disk-failed`), `kind`, `party`, `agent` and `queue`
    are of the recording that begins as soon as it can; else `kind` is empty.
    """

    call: int
    leg: int
    reason: str
    kind: str = ""
    party: str = ""
    agent: str = ""
    queue: str = ""


class VoicemailLeft(Fact, frozen=True, tag=True):
    """A message of more than the least length is in the mailbox."""

    mailbox: str
    call: int
    recording: str


class VoicemailHeard(Fact, frozen=True, tag=True):
    """A message was listened to."""

    mailbox: str
    recording: str


class MessagePlayed(Fact, frozen=True, tag=True):
    """A message began to be played to somebody at this telephone: each time, for the audit."""

    mailbox: str
    recording: str
    extension: str


class VoicemailDeleted(Fact, frozen=True, tag=True):
    """A message was deleted by its owner."""

    mailbox: str
    recording: str


# -- what is kept -----------------------------------------------------------------------------------


class ErasureOrdered(Fact, frozen=True, tag=True):
    """Whatever is known of a number, up to now, shall go; `marks` are keyed hashes of its forms."""

    erasure: str
    author: str
    why: str
    marks: tuple[str, ...]
    at_once: bool = False


class RecordsErased(Fact, frozen=True, tag=True):
    """The records and files of an erasure are gone: personal data of so many calls, so many recordings."""

    erasure: str
    calls: int
    recordings: int


class HoldPlaced(Fact, frozen=True, tag=True):
    """A legal hold: neither erased nor purged till it is released. On a call, a recording, or a number (`marks`)."""

    hold: str
    author: str
    why: str
    call: int = 0
    recording: str = ""
    marks: tuple[str, ...] = ()
    shown: str = ""


class HoldReleased(Fact, frozen=True, tag=True):
    """The hold is over."""

    hold: str
    author: str
    why: str


class RecordingsAccessed(Fact, frozen=True, tag=True):
    """Somebody took recordings out or heard them; `action` is `export` or `listen`."""

    access: str
    author: str
    action: str
    recordings: tuple[str, ...]
    why: str = ""


# -- the box ----------------------------------------------------------------------------------------


class LineChanged(Fact, frozen=True, tag=True):
    """A port became usable or not; `alarm` empty when all is well."""

    port: int
    alarm: str


class AllLinesBusy(Fact, frozen=True, tag=True):
    """All outside lines are taken (or free again): stands in for calls the exchange refused."""

    busy: bool


class DiskChanged(Fact, frozen=True, tag=True):
    """How full the disk is (`ample`, `warn`, `purge`, `full`) and why nothing is recorded (empty: it is)."""

    level: str
    stop: str = ""


class ConfigTaken(Fact, frozen=True, tag=True):
    """The configuration of input `ConfigApplied` is in force; `config` is its JSON text."""

    version: int
    author: str
    config: str = ""


class ClockTaken(Fact, frozen=True, tag=True):
    """Wall time is box time plus `offset_us`, known as well as `quality` says, in this boot of the machine."""

    offset_us: int
    quality: str
    boot: str = ""


class TimerSet(Fact, frozen=True, tag=True):
    """`timer` is named by what it is for, e.g. `ring:12`; setting again moves it."""

    timer: str
    at_us: int


class TimerCleared(Fact, frozen=True, tag=True):
    """The timer will not come."""

    timer: str


class EventsTaken(Fact, frozen=True, tag=True):
    """All switch events up to `number` of life `epoch` are taken; repeats are dropped."""

    epoch: int
    number: int


class SwitchLost(Fact, frozen=True, tag=True):
    """The switch began a new life; what it carried is gone."""

    epoch: int


# -- the deciding half's own memory -----------------------------------------------------------------


class EngineStarted(Fact, frozen=True, tag=True):
    """A new life of the engine on this state; `box` is whose it is.

    `memory` names the shared memory it found: another one means that power was lost in between, and with it what was
    not on the disk.
    """

    epoch: int
    box: str = ""
    memory: str = ""


class CatchingUp(Fact, frozen=True, tag=True):
    """Nobody decided for a while, and till `until_us` of box time nothing is begun at lines and bells."""

    until_us: int


class ReportAsked(Fact, frozen=True, tag=True):
    """The switch was asked for a state report; what changed after this is newer than the report."""


class OrderTaken(Fact, frozen=True, tag=True):
    """An order with this id was carried out (or refused); repeats are dropped."""

    id: str


class InputPassedOver(Fact, frozen=True, tag=True):
    """An input the rules could not deal with: nothing of it was done but what stands beside this in its record.

    `input` is its kind (`FromSwitch/LineRang`, `TimeReached/offer`), `error` the kind of fault, `where` the place in
    the rules; none of them holds anything a person said or keyed. `call` was ended for it (0: none).
    """

    input: str
    error: str
    where: str
    port: int = -1
    leg: int = 0
    call: int = 0


class TelephoneLifted(Fact, frozen=True, tag=True):
    """FXS: the handset is up."""

    port: int


class TelephoneReplaced(Fact, frozen=True, tag=True):
    """FXS: the handset is down."""

    port: int


class ToneGiven(Fact, frozen=True, tag=True):
    """FXS, off-hook without a call: it hears this tone (empty: silence) until it is replaced or dials."""

    port: int
    tone: str


class CallerIdKept(Fact, frozen=True, tag=True):
    """FXO: a caller's number that came before the first ring; it belongs to the call that follows."""

    port: int
    number: str
    name: str
    presentation: Presentation
    form: str


class PhaseEntered(Fact, frozen=True, tag=True):
    """What the leg is doing from now on (`firmware.engine.state.Phase`)."""

    leg: int
    phase: str


class DigitsKept(Fact, frozen=True, tag=True):
    """Digits keyed so far at a leg, not yet a whole number (`x` for each digit of a secret)."""

    leg: int
    digits: str


class PlayBegan(Fact, frozen=True, tag=True):
    """The leg hears a player; `purpose` says what its end leads to."""

    leg: int
    play: str
    purpose: str


class PlayStopped(Fact, frozen=True, tag=True):
    """The leg's player ended or was stopped."""

    leg: int


class LegsSwapped(Fact, frozen=True, tag=True):
    """A telephone in two calls went over to the other one."""

    port: int


class LineTried(Fact, frozen=True, tag=True):
    """An outgoing attempt on this line failed; the call does not use it again. Port -1: all may be tried anew."""

    call: int
    port: int


class VariableSet(Fact, frozen=True, tag=True):
    """A variable of the call's flow; a secret's value is its handle."""

    call: int
    name: str
    value: str


class LanguageChosen(Fact, frozen=True, tag=True):
    """The language of the caller's prompts from now on."""

    call: int
    language: str


class NodeTried(Fact, frozen=True, tag=True):
    """How often the present node has asked in vain."""

    call: int
    tries: int


class FallbackSet(Fact, frozen=True, tag=True):
    """Where the caller goes if who is called for him does not answer (a target, `node:ID`, `recall:NUMBER`)."""

    call: int
    to: str


class CallReached(Fact, frozen=True, tag=True):
    """The call came to a place that will be its outcome unless a person answers."""

    call: int
    outcome: Outcome


class RecordingRuled(Fact, frozen=True, tag=True):
    """Whether this call's conversations are recorded, and the consent prompt (empty: none, or given)."""

    call: int
    wanted: bool
    consent: str = ""


class AgentRested(Fact, frozen=True, tag=True):
    """After a missed call the queue leaves the agent alone till `until_us`."""

    agent: str
    queue: str
    until_us: int


class AgentDeferred(Fact, frozen=True, tag=True):
    """What the agent shall be once the present call is over."""

    agent: str
    state: AgentState
    reason: str = ""


AnyFact = (
    CallBegan
    | CallerKnown
    | NumberDialled
    | RingCounted
    | CallAnswered
    | CallEnded
    | AttemptRefused
    | LegAdded
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
    | FlowEntered
    | NodeEntered
    | DigitsCollected
    | FlowLeft
    | Enqueued
    | Dequeued
    | WaitAnnounced
    | AgentOffered
    | AgentMissed
    | AgentConnected
    | AgentChanged
    | ConsentAnnounced
    | RecordingBegan
    | RecordingMarked
    | RecordingTaped
    | RecordingGap
    | RecordingEnded
    | NotRecorded
    | VoicemailLeft
    | VoicemailHeard
    | MessagePlayed
    | VoicemailDeleted
    | ErasureOrdered
    | RecordsErased
    | HoldPlaced
    | HoldReleased
    | RecordingsAccessed
    | LineChanged
    | AllLinesBusy
    | DiskChanged
    | ConfigTaken
    | ClockTaken
    | TimerSet
    | TimerCleared
    | EventsTaken
    | SwitchLost
    | EngineStarted
    | CatchingUp
    | ReportAsked
    | OrderTaken
    | InputPassedOver
    | TelephoneLifted
    | TelephoneReplaced
    | ToneGiven
    | CallerIdKept
    | PhaseEntered
    | DigitsKept
    | PlayBegan
    | PlayStopped
    | LegsSwapped
    | LineTried
    | VariableSet
    | LanguageChosen
    | NodeTried
    | FallbackSet
    | CallReached
    | RecordingRuled
    | AgentRested
    | AgentDeferred
)
