"""Calls that come with messages instead of currents: what cards of SIP legs (and later ISDN channels) say and are told.

Beside the events and commands of `drivers.ports`; a card of such ports takes and tells both kinds. A port is a
telephone (`PortKind.SIP`), which may have one call in use and others on hold, or one channel of a trunk
(`PortKind.SIP_TRUNK`), which has one call. Names are those of ITU-T Q.931 where it has them.

`call` numbers a call of the card. Calls that come in get positive numbers from the card, which never come twice while
its process lives; calls that are placed get negative ones from the box, of which no two stand at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from drivers.ports import AnyLineCommand, AnyLineEvent, LineEvent, LineReading, PortKind, Samples


class CallEvent(LineEvent, frozen=True, tag=True):
    """Something about one call of a port. Nothing follows its `CallCleared`."""

    call: int


class CallOffered(CallEvent, frozen=True, tag=True):
    """Somebody calls through this port: a telephone dials `called`, or a trunk brings a caller (SETUP).

    The far end has been told that we try (100), nothing else. All text is hostile.
    """

    called: str
    """Digits, `*` and `#`, perhaps with `+`: what was dialled, or our number that was called; empty: unknown."""
    calling: str = ""
    """The caller's number as it was sent; empty: withheld or unknown."""
    name: str = ""
    is_private: bool = False
    """The caller asked that number and name be withheld (RFC 3323)."""
    diverted_from: str = ""
    """Whom the caller had called first (RFC 5806, RFC 7044)."""
    pickup: bool = False
    """It asks for the place of a call that rings elsewhere; `called` is the telephone that rings (Replaces, early)."""


class CallAlerting(CallEvent, frozen=True, tag=True):
    """A placed call rings at the far end (ALERTING, 180)."""

    in_band: bool
    """The far end sends what is to be heard; else ringback is ours to make."""


class CallProgressed(CallEvent, frozen=True, tag=True):
    """A placed call has something to be heard, but does not ring (PROGRESS, 183 with media)."""


class CallConnected(CallEvent, frozen=True, tag=True):
    """A placed call was answered (CONNECT, 200)."""


class CallHeld(CallEvent, frozen=True, tag=True):
    """The far end put this call on hold. A telephone's port then carries no call until another is retrieved or made."""


class CallRetrieved(CallEvent, frozen=True, tag=True):
    """The far end took this call up again; it is the one its port carries."""


class CallDiverted(CallEvent, frozen=True, tag=True):
    """A placed call was sent elsewhere by its telephone (302); nobody followed it. `CallCleared` comes next."""

    number: str
    """Where to: what one would dial. Hostile."""


class CallCleared(CallEvent, frozen=True, tag=True):
    """It is over, whoever ended it. The last of a call."""

    cause: int
    """Q.850."""


class KeyReceived(CallEvent, frozen=True, tag=True):
    """A key came as a message or as a telephone-event, not as sound. `0-9*#ABCD`."""

    key: str


class TransferRequested(CallEvent, frozen=True, tag=True):
    """A telephone wants the other party of `call` to talk to somebody else (REFER). Wants `TellTransfer`."""

    number: str
    """Whom to call; empty when `other` says it."""
    other: int = 0
    """A call of the same port, whose party it shall be (attended); 0: none."""


class CallStands(CallEvent, frozen=True, tag=True):
    """Told by the card to a switch that is new: this call went on meanwhile."""

    connected: bool
    placed: bool
    held: bool


class StandingCall(Struct, frozen=True):
    """One call of a card whose process lived on while the box's half was away."""

    port: int
    call: int
    connected: bool
    placed: bool
    """By the box."""
    held: bool = False
    called: str = ""


class CallsStand(Struct, frozen=True, tag=True):
    """First word of a card's process to a new switch: what is there."""

    at_us: int
    calls: tuple[StandingCall, ...]
    failed: tuple[tuple[int, str], ...] = ()
    """(port, reason) of ports that cannot be used now: no telephone registered, a trunk without answer."""


SignallingEvent = (
    CallOffered
    | CallStands
    | CallAlerting
    | CallProgressed
    | CallConnected
    | CallHeld
    | CallRetrieved
    | CallDiverted
    | CallCleared
    | KeyReceived
    | TransferRequested
)
"""What a card tells of its ports."""
AnyPortEvent = AnyLineEvent | SignallingEvent


class PortCommand(Struct, frozen=True, tag=True):
    """Asked of a port with messages."""


class PlaceCall(PortCommand, frozen=True, tag=True):
    """Call the telephone of this port (all its registered contacts), or `called` over this channel."""

    call: int
    """Negative."""
    called: str = ""
    """Channels: digits as dialled, or E.164 with `+`."""
    calling: str = ""
    """Shown to who is called; empty: withheld (telephones), the trunk's own number (channels)."""
    name: str = ""
    alert: str = "normal"
    """`normal`, `internal`, `recall`, `intercom` (the telephone is asked to answer by itself)."""
    hide: bool = False
    """Withhold our number (RFC 3323)."""
    is_emergency: bool = False


class AlertCall(PortCommand, frozen=True, tag=True):
    """An offered call: tell its caller that it rings, with our sound (183) or with none (180)."""

    call: int
    in_band: bool = True


class AnswerCall(PortCommand, frozen=True, tag=True):
    """An offered call is answered."""

    call: int


class ClearCall(PortCommand, frozen=True, tag=True):
    """End a call; one that was never answered is refused. `CallCleared` follows."""

    call: int
    cause: int = 16
    """Q.850."""


class TellTransfer(PortCommand, frozen=True, tag=True):
    """How a requested transfer of `call` goes; the last one is `is_final`."""

    call: int
    cause: int
    """Q.850; 0: it is on its way (or, final, it is done)."""
    is_final: bool = True


class ShowMessageCount(PortCommand, frozen=True, tag=True):
    """The port's message-waiting lamp (RFC 3842)."""

    new: int


class ShowUse(PortCommand, frozen=True, tag=True):
    """How a telephone is used, for those that watch it (RFC 4235)."""

    state: str
    """`idle`, `ringing`, `talking`."""
    other: str = ""
    """The number at its other end, where one may know it."""
    number: str = ""
    """Whose use it is; empty: that of the port's telephone."""


SignallingCommand = PlaceCall | AlertCall | AnswerCall | ClearCall | TellTransfer | ShowMessageCount | ShowUse


class AnyCard(Protocol):
    """What `drivers.ports.Card` is, with events of either kind."""

    name: str
    kinds: Sequence[PortKind | None]
    loop_delay_samples: int

    def start(self) -> list[str]: ...
    def exchange(self, tx: Samples) -> Samples: ...
    def take_events(self) -> Sequence[AnyPortEvent]: ...
    def command(self, port: int, command: AnyLineCommand) -> None: ...
    def dialling(self, port: int) -> bool: ...
    def reading(self, port: int) -> LineReading: ...
    def stop(self) -> None: ...


class SignallingCard(AnyCard, Protocol):
    """A card whose ports have calls with messages."""

    has_clock: bool
    """Whether its `exchange` waits for the next block."""

    def signal(self, port: int, command: SignallingCommand) -> None:
        """Never waits. A command that fits no call is counted, not raised."""
