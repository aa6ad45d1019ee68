"""What goes into the line machines beside card events and commands, and comes out beside switch events."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.ports import AnyLineCommand, AnyLineEvent
from drivers.signalling import SignallingCommand, SignallingEvent
from firmware.protocol.commands import AnySwitchCommand
from firmware.protocol.events import AnySwitchEvent
from firmware.protocol.names import Presentation, Tone

# -- into the machines ------------------------------------------------------------------------------


class DeadlineReached(Struct, frozen=True):
    """The machine's `deadline_us` is due."""


class ToneRecognised(Struct, frozen=True):
    """Once per appearance of a tone on the line."""

    tone: Tone


class VoiceRecognised(Struct, frozen=True):
    """Somebody speaks on the line."""


class SilenceReached(Struct, frozen=True):
    """Nothing was said in either direction for the line's limit."""


class CallerIdDecoded(Struct, frozen=True):
    number: str
    name: str
    presentation: Presentation
    form: str


class SignalEnded(Struct, frozen=True):
    """The port's signal player (digits, caller ID) came to its end."""


class PulsesSent(Struct, frozen=True):
    """The card sent the last pulse (or flash)."""


Given = (
    AnyLineEvent
    | SignallingEvent
    | AnySwitchCommand
    | DeadlineReached
    | ToneRecognised
    | VoiceRecognised
    | SilenceReached
    | CallerIdDecoded
    | SignalEnded
    | PulsesSent
)

# -- out of the machines ----------------------------------------------------------------------------


class WatchCallerId(Struct, frozen=True):
    """Run the caller-ID receiver on the port, or stop it."""

    watch: bool


class WatchTones(Struct, frozen=True):
    """Dialling wants the tone detector on the port, whatever `Listen` says; or needs it no more."""

    watch: bool
    urgent: bool = False
    """Take any tone that stands for dial tone, without waiting for its cadence."""


class SendDigits(Struct, frozen=True):
    """Play these digits as DTMF from the signal player; nothing else is sent meanwhile."""

    digits: str


class SendSound(Struct, frozen=True, eq=False):
    """Play these samples (a caller ID) from the signal player."""

    sound: NDArray[np.int16]


class SendLamp(SendSound, frozen=True, eq=False):
    """The same for a message that lights the message lamp or puts it out."""

    lit: bool = False


class HushSignal(Struct, frozen=True):
    """Stop the signal player, and let the port hear what is wanted for it."""


class Mute(Struct, frozen=True):
    """Nothing goes to the line (pulse dialling) until `HushSignal`."""


Out = (
    AnySwitchEvent
    | AnyLineCommand
    | SignallingCommand
    | WatchCallerId
    | WatchTones
    | SendDigits
    | SendSound
    | HushSignal
    | Mute
)
