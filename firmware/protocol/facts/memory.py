"""What only the deciding half needs to remember."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact
from firmware.protocol.names import AgentState, Outcome, Presentation

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


class DialogBegan(Fact, frozen=True, tag=True):
    """A telephone with messages has a call with us; `call` is its name for it. A leg at its port takes it up."""

    port: int
    call: int


class DialogEnded(Fact, frozen=True, tag=True):
    """It is over, whoever ended it. `TelephoneReplaced` ends all of a telephone's."""

    port: int
    call: int


class DialogTaken(Fact, frozen=True, tag=True):
    """A leg at a telephone with messages goes by this call of the telephone from now on.

    An order made a consultation for it, or went over to the other party: the telephone knows nothing of that, and what
    it does to its call is meant for whom it hears there.
    """

    leg: int
    call: int


class AsideOrdered(Fact, frozen=True, tag=True):
    """The leg's user put its party on hold by order, not by the telephone: till it does anything else."""

    leg: int


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


class FlowTargetFailed(Fact, frozen=True, tag=True):
    """Who was called from a flow is not to be had; `why` is `busy`, `no-answer`, `unreachable` or `failed`."""

    call: int
    why: str


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


MemoryFact = (
    EngineStarted
    | CatchingUp
    | ReportAsked
    | OrderTaken
    | InputPassedOver
    | TelephoneLifted
    | DialogBegan
    | DialogEnded
    | DialogTaken
    | AsideOrdered
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
    | FlowTargetFailed
    | CallReached
    | RecordingRuled
    | AgentRested
    | AgentDeferred
)
