"""What the switch tells the engine. Each event is numbered by the switch and kept until acknowledged."""

from __future__ import annotations

from msgspec import Struct

from firmware.protocol.names import AnswerSign, HangUpSign, Presentation, Tone


class SwitchEvent(Struct, frozen=True, tag=True, kw_only=True):
    """`port` is the box-wide port index (row of the matrix); `at_us` box time, stamped inside the tick."""

    port: int
    at_us: int


class TelephoneSeized(SwitchEvent, frozen=True, tag=True):
    """A telephone went off-hook: it wants to dial, or it answers if it was being rung."""

    call: int = 0
    """Telephones with messages: their name for the call, which commands give back; 0: there is only one."""


class TelephoneReleased(SwitchEvent, frozen=True, tag=True):
    """A telephone went on-hook: all its calls are over."""

    cause: int = 0
    """Q.850, where a message says it; 0: none did."""


class HookFlashed(SwitchEvent, frozen=True, tag=True):
    """FXS hook flash."""


class DigitReceived(SwitchEvent, frozen=True, tag=True):
    """One digit `0-9*#ABCD` was keyed (or pulsed) on any port."""

    digit: str
    pulse: bool = False


class SendingComplete(SwitchEvent, frozen=True, tag=True):
    """A telephone that dials en bloc: the digits before this are the whole number (ITU-T Q.931 4.5.27)."""


class RingRefused(SwitchEvent, frozen=True, tag=True):
    """A telephone that was being rung cannot be had: declined, busy by itself, or not reached."""

    call: int
    """As `Ring` named it."""
    cause: int
    """Q.850."""


class RingDiverted(SwitchEvent, frozen=True, tag=True):
    """A telephone that was being rung sent its call elsewhere (SIP 302). It rings no more."""

    call: int
    """As `Ring` named it."""
    number: str
    """Where to, as its user would dial it: digits, `*` and `#`. Hostile."""


class HoldAsked(SwitchEvent, frozen=True, tag=True):
    """A telephone put a call on hold by a message. It hears nothing until it retrieves or makes one."""

    call: int


class RetrieveAsked(SwitchEvent, frozen=True, tag=True):
    """A telephone takes a call up again that it had on hold."""

    call: int


class ConsultationBegan(SwitchEvent, frozen=True, tag=True):
    """A telephone with a call on hold begins another; digits follow."""

    call: int
    urgent: bool = False
    """For help: a call that cannot be put aside ends."""


class ConsultationEnded(SwitchEvent, frozen=True, tag=True):
    """A telephone hung one of its two calls up."""

    call: int


class ConferenceAsked(SwitchEvent, frozen=True, tag=True):
    """A telephone with two calls wants all three together."""


class KnockAnswered(SwitchEvent, frozen=True, tag=True):
    """A telephone in use took the second call that it was told of."""

    call: int


class TransferAsked(SwitchEvent, frozen=True, tag=True):
    """A telephone wants its party to talk to `number`; empty: to the party of its other call. Wants `TellTransfer`."""

    call: int
    number: str


class SecretEntered(SwitchEvent, frozen=True, tag=True):
    """A PIN was keyed in full; made by the engine in place of its digits, which nothing may remember."""

    right: bool
    chair: bool = False
    """It is the PIN of a conference room's chair."""


class SecretChosen(SwitchEvent, frozen=True, tag=True):
    """A new PIN was keyed in full; made by the engine. `sealed` is its keyed hash, the same for the same digits."""

    sealed: str = ""
    fault: str = ""
    """Why it cannot be one: `too-short`, `too-simple`."""


class SecretLost(SwitchEvent, frozen=True, tag=True):
    """A digit of a secret whose other digits died with a former engine; made by the engine, which asks anew."""


class EmergencyKeyed(SwitchEvent, frozen=True, tag=True):
    """The last digit of an emergency number, keyed where digits mean nothing else; made by the engine."""

    number: str


class LineRang(SwitchEvent, frozen=True, tag=True):
    """FXO: ringing burst number `count` of this offer began (1 for the first)."""

    count: int
    called: str = ""
    """The number that was called, where a message says it; digits, perhaps with `+`."""


class LineRingingEnded(SwitchEvent, frozen=True, tag=True):
    """FXO: no burst for longer than the country's cadence allows: the caller gave up, unanswered."""


class CallerIdReceived(SwitchEvent, frozen=True, tag=True):
    """FXO: the caller's number and name as the exchange sent them (hostile text: never trust it)."""

    number: str
    name: str
    presentation: Presentation
    form: str
    """`fsk-sdmf`, `fsk-mdmf`, `dtmf`; `message` (SIP, ISDN)."""


class FarEndAnswered(SwitchEvent, frozen=True, tag=True):
    """FXO, outgoing: the called party answered, and how it was known."""

    sign: AnswerSign


class FarEndReleased(SwitchEvent, frozen=True, tag=True):
    """FXO, off-hook: the far end left, and how it was known."""

    sign: HangUpSign
    cause: int = 0
    """Q.850, where a message says it; 0: none did."""


class ToneHeard(SwitchEvent, frozen=True, tag=True):
    """FXO: a call-progress tone was recognised on the line (once per appearance)."""

    tone: Tone


class DialEnded(SwitchEvent, frozen=True, tag=True):
    """FXO: all digits of a `Dial` are out; or `dialled` False: no dial tone came in time."""

    dialled: bool


class PlayEnded(SwitchEvent, frozen=True, tag=True):
    """The player started by command `play` ended by itself (not by `StopPlay` nor by a newer `Play`)."""

    play: str


class TapeBegan(SwitchEvent, frozen=True, tag=True):
    """First frame of a recording is in tick `tick`."""

    recording: str
    tick: int


class TapeEnded(SwitchEvent, frozen=True, tag=True):
    """A recording's last frame is in tick `tick - 1`."""

    recording: str
    tick: int


class TapeLost(SwitchEvent, frozen=True, tag=True):
    """Ticks `from_tick` .. (`to_tick` - 1) of a recording found no room in the audio ring."""

    recording: str
    from_tick: int
    to_tick: int


class LastResortCalled(SwitchEvent, frozen=True, tag=True):
    """FXS: nobody decided, so the switch itself calls the emergency `number` for this telephone.

    Told before anything is done, and again for each further line. Commands that were decided before this was
    known do not touch the telephone and the line any more, and no outgoing line is seized by them.
    """

    number: str
    line: int
    """FXO port that carries it, -1 while none can be had."""


class LineAlarmed(SwitchEvent, frozen=True, tag=True):
    """A port stopped being usable: `no-battery`, `chip`."""

    alarm: str


class LineRestored(SwitchEvent, frozen=True, tag=True):
    """A port is usable again."""


class PortReport(Struct, frozen=True):
    """One port in a `StateReport`."""

    port: int
    kind: str
    """`fxo`, `fxs`, `sip`, `sip-trunk`, or empty for a slot without a working chip."""
    off_hook: bool
    ringing: bool
    """FXO: being rung; FXS: we ring it."""
    hears: int
    """Matrix row that is heard: -1 silence, a port index, or >= the port count for players and mixers."""
    play: str = ""
    recording: str = ""
    alarm: str = ""
    kept: bool = False
    """FXO: on-hook a moment longer for an emergency call that the switch makes by itself."""
    lamp: int = -1
    """FXS: new messages of the last `ShowMessages`, sent or not yet; -1: none in this life of the switch."""
    calls: tuple[int, ...] = ()
    """Telephones with messages: their names for the calls that a former switch left."""


class StateReport(SwitchEvent, frozen=True, tag=True):
    """Sent first by a switch or on `Report`: how everything stands. `port` is -1. Engine reconciles."""

    tick: int
    ports: tuple[PortReport, ...]
    asked_us: int = -1
    """The newest `Report.asked_us` it answers; -1 when nobody asked."""
    former_epoch: int = 0
    """The life of the switch before this one, where it is known; 0: it is not."""
    former_tick: int = 0
    """Its last tick."""
    former_us: int = 0
    """Box time of that tick."""


AnySwitchEvent = (
    TelephoneSeized
    | TelephoneReleased
    | HookFlashed
    | DigitReceived
    | SendingComplete
    | RingRefused
    | RingDiverted
    | HoldAsked
    | RetrieveAsked
    | ConsultationBegan
    | ConsultationEnded
    | ConferenceAsked
    | KnockAnswered
    | TransferAsked
    | SecretEntered
    | SecretChosen
    | SecretLost
    | EmergencyKeyed
    | LineRang
    | LineRingingEnded
    | CallerIdReceived
    | FarEndAnswered
    | FarEndReleased
    | ToneHeard
    | DialEnded
    | PlayEnded
    | TapeBegan
    | TapeEnded
    | TapeLost
    | LastResortCalled
    | LineAlarmed
    | LineRestored
    | StateReport
)
