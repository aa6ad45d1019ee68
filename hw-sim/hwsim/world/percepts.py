"""What people notice and what they do: the vocabulary between people and either model of the world."""

from __future__ import annotations

from msgspec import Struct

from firmware.protocol.names import Tone


class Percept(Struct, frozen=True):
    """Something a person notices."""


class Due(Percept, frozen=True):
    """A time the person waited for has come; people fill in which of their timers it is."""

    timer: str = ""


class Rang(Percept, frozen=True):
    """The telephone began to ring (the first burst)."""


class HeardBell(Percept, frozen=True):
    """The bell's first bursts say how it rings."""

    cadence: str
    """`normal`, `internal`, `recall`."""


class RingingStopped(Percept, frozen=True):
    """No burst for longer than the cadence's pause."""


class Displayed(Percept, frozen=True):
    """The telephone's display shows a caller."""

    number: str
    name: str


class LampChanged(Percept, frozen=True):
    """The telephone's message lamp was lit or put out; told again each time the box says so."""

    lit: bool


class Alerted(Percept, frozen=True):
    """Outside party: the exchange rings the telephone."""


class Connected(Percept, frozen=True):
    """Caller: ringback stopped, the box answered."""


class Refused(Percept, frozen=True):
    """Caller: no line to the box is free, or it does not work."""

    tone: Tone


class Released(Percept, frozen=True):
    """Outside person: the other side is gone."""


class HeardVoice(Percept, frozen=True):
    """Another person is heard, for the first time or again after `LostVoice`."""

    who: str


class LostVoice(Percept, frozen=True):
    """That person has not been heard for some time."""

    who: str


class HeardGoodbye(Percept, frozen=True):
    """The other person said goodbye."""


class HeardTone(Percept, frozen=True):
    tone: Tone


class HeardMusic(Percept, frozen=True):
    """A tune is recognised, two to three seconds after it began or began anew."""

    tune: str


class Act(Struct, frozen=True):
    """Something a person does."""


class PlaceCall(Act, frozen=True):
    """Call the box."""


class Lift(Act, frozen=True):
    """Take the handset off-hook."""


class Answer(Act, frozen=True):
    """Outside party: take the call."""


class HangUp(Act, frozen=True):
    """Handset on-hook, or leave the call."""


class Press(Act, frozen=True):
    """Dial these digits."""

    digits: str


class Flash(Act, frozen=True):
    """Hook flash."""


class Transfer(Act, frozen=True):
    """The transfer key of a SIP telephone, and these digits; without any, its two calls are joined."""

    digits: str


class Decline(Act, frozen=True):
    """The key of a SIP telephone that refuses a call which rings."""


class Talk(Act, frozen=True):
    """Begin to speak, and go on until `Hush`. Speech begins with the voiceprint."""


class Hush(Act, frozen=True):
    """Stop speaking."""


class Goodbye(Act, frozen=True):
    """Say goodbye, then be silent."""
