"""Calling out on an outside line: wait for dial tone, then send the digits by tones or by pulses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from drivers.ports import SendPulses
from firmware.protocol.commands import Dial, Release
from firmware.protocol.events import DialEnded
from firmware.protocol.names import Tone
from firmware.switch.lines.exchanged import (
    DeadlineReached,
    Given,
    HushSignal,
    Mute,
    Out,
    PulsesSent,
    SendDigits,
    SignalEnded,
    ToneRecognised,
    WatchTones,
)
from firmware.switch.plan import PortPlan

DTMF_DIGITS = frozenset("0123456789*#ABCD")
PULSE_DIGITS = frozenset("0123456789")
PAUSE_US = 500_000
DIAL_TONES = frozenset({Tone.DIAL, Tone.SPECIAL_DIAL})


class Dialling(Enum):
    IDLE = auto()
    AWAITING_TONE = auto()
    SENDING = auto()
    PULSING = auto()
    PAUSING = auto()


class DialMachine:
    """`dialling` from the command to `DialEnded`. Characters that are no digits are left out and counted."""

    def __init__(self, plan: PortPlan) -> None:
        self.state = Dialling.IDLE
        self.deadline_us: int | None = None
        self.unexpected = 0
        self.not_digits = 0
        self._plan = plan
        self._dial = Dial(port=plan.port, digits="")
        self._left: list[str] = []

    @property
    def dialling(self) -> bool:
        return self.state is not Dialling.IDLE

    def handle(self, given: Given, now_us: int) -> list[Out]:
        step = STEPS.get((self.state, type(given)))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    def _begin(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, Dial)
        self._dial = given
        if given.dial_tone_within_ms <= 0:
            return self._send(now_us)
        self.state = Dialling.AWAITING_TONE
        self.deadline_us = now_us + given.dial_tone_within_ms * 1000
        return [WatchTones(True, given.urgent)]

    def _tone(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, ToneRecognised)
        return [WatchTones(False), *self._send(now_us)] if given.tone in DIAL_TONES else []

    def _no_tone(self, given: Given, now_us: int) -> list[Out]:
        del given
        going_on = self._dial.proceed_without_dial_tone
        return [WatchTones(False), *(self._send(now_us) if going_on else self._end(now_us, dialled=False))]

    def _send(self, now_us: int) -> list[Out]:
        allowed = PULSE_DIGITS if self._dial.pulse else DTMF_DIGITS
        wanted = self._dial.digits.upper()
        digits = "".join(one for one in wanted if one in allowed or one == ",")
        self.not_digits += len(wanted) - len(digits)
        if not digits:
            return self._end(now_us, dialled=True)
        if self._dial.pulse:
            self._left = digits.split(",")
            return [Mute(), *self._next_pulses(now_us)]
        self.state, self.deadline_us = Dialling.SENDING, None
        return [SendDigits(digits)]

    def _next_pulses(self, now_us: int) -> list[Out]:
        if not self._left:
            return [HushSignal(), *self._end(now_us, dialled=True)]
        digits = self._left.pop(0)
        if not digits:
            self.state, self.deadline_us = Dialling.PAUSING, now_us + PAUSE_US
            return []
        self.state, self.deadline_us = Dialling.PULSING, None
        country = self._plan.country
        return [SendPulses(digits, country.pulses_per_second, country.pulse_make_percent)]

    def _pulsed(self, given: Given, now_us: int) -> list[Out]:
        del given
        if not self._left:
            return self._next_pulses(now_us)
        self.state, self.deadline_us = Dialling.PAUSING, now_us + PAUSE_US
        return []

    def _paused(self, given: Given, now_us: int) -> list[Out]:
        del given
        return self._next_pulses(now_us)

    def _sent(self, given: Given, now_us: int) -> list[Out]:
        del given
        return [HushSignal(), *self._end(now_us, dialled=True)]

    def _end(self, now_us: int, *, dialled: bool) -> list[Out]:
        self.state, self.deadline_us, self._left = Dialling.IDLE, None, []
        return [DialEnded(port=self._plan.port, at_us=now_us, dialled=dialled)]

    def _cancel(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self.state, self.deadline_us, self._left = Dialling.IDLE, None, []
        return [WatchTones(False), HushSignal()]


Step = Callable[[DialMachine, Given, int], list[Out]]
_M = DialMachine
STEPS: Mapping[tuple[Dialling, type], Step] = {
    (Dialling.IDLE, Dial): _M._begin,
    (Dialling.AWAITING_TONE, ToneRecognised): _M._tone,
    (Dialling.AWAITING_TONE, DeadlineReached): _M._no_tone,
    (Dialling.AWAITING_TONE, Release): _M._cancel,
    (Dialling.SENDING, SignalEnded): _M._sent,
    (Dialling.SENDING, Release): _M._cancel,
    (Dialling.PULSING, PulsesSent): _M._pulsed,
    (Dialling.PULSING, Release): _M._cancel,
    (Dialling.PAUSING, DeadlineReached): _M._paused,
    (Dialling.PAUSING, Release): _M._cancel,
}
