"""What the engine asks of the switch. A command's id is (input number, index); the switch drops repeats."""

from __future__ import annotations

from msgspec import Struct

from firmware.protocol.names import Tone


class Phrase(Struct, frozen=True, tag=True):
    """One prepared prompt in one language, e.g. `Phrase("welcome", "zh")`."""

    prompt: str
    language: str


class ToneItem(Struct, frozen=True, tag=True):
    """A country tone; `for_ms` 0 plays it for ever."""

    tone: Tone
    for_ms: int = 0


class Pause(Struct, frozen=True, tag=True):
    """Silence for so long."""

    for_ms: int


class Music(Struct, frozen=True, tag=True):
    """Music on hold, for ever."""

    name: str = "default"


class Message(Struct, frozen=True, tag=True):
    """A recorded message (voicemail), by recording id; `from_ms` leaves out its beginning."""

    recording: str
    from_ms: int = 0


PlayItem = Phrase | ToneItem | Pause | Music | Message


class SwitchCommand(Struct, frozen=True, tag=True, kw_only=True):
    """`port` is the box-wide port index."""

    port: int


class Seize(SwitchCommand, frozen=True, tag=True):
    """FXO: go off-hook, to answer or to call out."""


class Release(SwitchCommand, frozen=True, tag=True):
    """Let the port go: lines are released; any port: stop ringing, players, detectors, recordings; hear silence."""

    cause: int = 16
    """Q.850, told to the far end where a message can say it."""


class FlashLine(SwitchCommand, frozen=True, tag=True):
    """FXO: hook flash towards the exchange."""

    for_ms: int = 100


class Dial(SwitchCommand, frozen=True, tag=True):
    """FXO, off-hook: wait for dial tone (unless 0), then send the digits. `,` is a pause of 500 ms."""

    digits: str
    pulse: bool = False
    dial_tone_within_ms: int = 5000
    proceed_without_dial_tone: bool = False
    urgent: bool = False
    """Any tone that has stood for 0.4 s is dial tone enough; else its cadence is waited for."""
    telephone: int = -1
    """Port of the telephone for which an emergency number is dialled; -1: none."""
    caller: str = ""
    """Who calls, where a message can say it: an extension, or whose call is sent on."""
    hide: bool = False
    """Withhold our number, where a message can say it."""


class Ring(SwitchCommand, frozen=True, tag=True):
    """FXS: ring with the country's cadence and send the caller's number and name the country's way."""

    number: str = ""
    name: str = ""
    cadence: str = "normal"
    """`normal`, `internal`, `recall`, `intercom`."""
    call: int = 0
    """Telephones with messages: what its events shall call it; negative."""
    knocks: bool = False
    """Telephones with messages: a second call beside the one in use."""


class Connect(SwitchCommand, frozen=True, tag=True):
    """A telephone with messages: the call it makes is answered from now on. Said again it means nothing."""


class Disconnect(SwitchCommand, frozen=True, tag=True):
    """A telephone with messages: its call is over."""

    call: int
    """As the telephone's event or `Ring` named it; one that is over already means nothing."""
    cause: int
    """Q.850."""


class TellTransfer(SwitchCommand, frozen=True, tag=True):
    """A telephone with messages: how the transfer went that it asked for."""

    call: int
    cause: int = 0
    """Q.850; 0: done."""


class ShowMessages(SwitchCommand, frozen=True, tag=True):
    """FXS: the message-waiting lamp, by FSK while the telephone is on-hook and idle; later when it is not.

    Only the newest is sent. `count` 0 puts it out.
    """

    count: int


class StopRing(SwitchCommand, frozen=True, tag=True):
    """FXS: stop ringing."""


class Hear(SwitchCommand, frozen=True, tag=True):
    """`port` hears `source` from the next tick: another port's index, or -1 for silence.

    A conversation is two of these. Ends what a player played to `port`.
    """

    source: int


class Confer(SwitchCommand, frozen=True, tag=True):
    """All `members` (`port` is the first) hear the saturated sum of the others."""

    members: tuple[int, ...]


class Mix(SwitchCommand, frozen=True, tag=True):
    """`port` alone hears the saturated sum of these ports from the next tick; of none: silence.

    It leaves its conference. Who hears `port` is as before.
    """

    sources: tuple[int, ...]


class Play(SwitchCommand, frozen=True, tag=True):
    """`port` hears these items in order; `PlayEnded(play)` when the last is over. Replaces a running player."""

    play: str
    items: tuple[PlayItem, ...]
    repeat: bool = False


class StopPlay(SwitchCommand, frozen=True, tag=True):
    """Stop the port's player; hear silence. No `PlayEnded`."""


class Inject(SwitchCommand, frozen=True, tag=True):
    """`port` hears these items once beside what it hears; without items nothing more. Nothing is told at its end."""

    items: tuple[PlayItem, ...] = ()


class Listen(SwitchCommand, frozen=True, tag=True):
    """Which detectors run on a port. Replaces the former set."""

    digits: bool = False
    pulses: bool = False
    """FXS: hook breaks are pulse digits (else: flash)."""
    progress: bool = False
    """FXO: tones of the country, answer by voice."""
    far_end: bool = False
    """FXO: the hang-up signs enabled for the line."""


class Record(SwitchCommand, frozen=True, tag=True):
    """Tape `port` from the next tick: left what it says, right what it hears."""

    recording: str


class PauseRecord(SwitchCommand, frozen=True, tag=True):
    """Tape silence for it (`paused`), or go on."""

    recording: str
    paused: bool


class StopRecord(SwitchCommand, frozen=True, tag=True):
    """The recording's last frame is in this tick."""

    recording: str


class SetGain(SwitchCommand, frozen=True, tag=True):
    """Digital gain in the fabric."""

    from_port_db: float
    to_port_db: float


class Report(SwitchCommand, frozen=True, tag=True):
    """Ask for a `StateReport`. `port` is -1."""

    asked_us: int = -1
    """Box time of the question; the report names it."""


AnySwitchCommand = (
    Seize
    | Release
    | FlashLine
    | Dial
    | Ring
    | Connect
    | Disconnect
    | TellTransfer
    | ShowMessages
    | StopRing
    | Hear
    | Confer
    | Mix
    | Play
    | StopPlay
    | Inject
    | Listen
    | Record
    | PauseRecord
    | StopRecord
    | SetGain
    | Report
)


class Numbered(Struct, frozen=True):
    """A command with its id: (`epoch`, `number`) of the input that caused it and its place among its commands."""

    epoch: int
    number: int
    index: int
    command: AnySwitchCommand
    life: int = 0
    seen: int = 0
    """Number of the newest event of the switch's life `life` that was known when this was decided."""
