"""A telephone on one of the box's FXS ports: hook, bell, keypad or dial, display."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from drivers.dsp.tones import dtmf
from hwsim.wire import Wire
from hwsim.world.mouth import Mouth
from hwsim.world.timeline import Timeline

OFF_HOOK_OHM = 300.0
RINGS_FROM_V = 25.0
"""Ringing voltage (peak) at which the bell sounds."""
FEED_RINGING = 4
"""Si321x linefeed code; see `hwsim.wire`."""
BELL_STOPS_US = 6_000_000
"""So long after a burst the person knows that it rings no more."""
KEY_MS = 100
KEY_LEVEL_DBM0 = -9.0
AFTER_DIGIT_US = 700_000
"""Between two digits of a dial."""


class Telephone:
    """`rang`, `stopped` are called with the time when the bell is first heard and heard no more."""

    def __init__(
        self,
        port: int,
        wire: Wire,
        timeline: Timeline,
        rang: Callable[[int], None],
        stopped: Callable[[int], None],
    ) -> None:
        self.port = port
        self.mouth = Mouth()
        self.off_hook = False
        self.plugged = True
        self.bell = False
        """Whether somebody beside it would say that it rings (pauses between bursts included)."""
        self.bursts = 0
        self.displayed: list[tuple[str, str]] = []
        """Callers shown, (number, name), latest last."""
        self.sounding = False
        self._wire = wire
        self._timeline = timeline
        self._rang = rang
        self._stopped = stopped
        self._breaks: list[tuple[int, bool]] = []
        self._loop(False)

    def look(self, now_us: int) -> None:
        """Look at the line feed: ringing or not."""
        box, port = self._wire.box, self.port
        sounding = (
            self.plugged
            and not self.off_hook
            and box["feed"][port] == FEED_RINGING
            and box["ring_v"][port] >= RINGS_FROM_V
        )
        if sounding is self.sounding or bool(sounding) == self.sounding:
            return
        self.sounding = bool(sounding)
        if not self.sounding:
            self._timeline.at(now_us + BELL_STOPS_US, partial(self._quiet, self.bursts))
            return
        self.bursts += 1
        if not self.bell:
            self.bell = True
            self._rang(now_us)

    def _quiet(self, bursts: int, now_us: int) -> None:
        if self.bell and self.bursts == bursts and not self.sounding:
            self.bell = False
            self._stopped(now_us)

    def lift(self) -> None:
        self.off_hook, self.bell = True, False
        self._loop(True)

    def hang_up(self) -> None:
        self.off_hook = False
        self.mouth.quiet()
        self._loop(False)

    def flash(self, for_ms: int, now_us: int) -> None:
        """Open the loop for so long (the R key)."""
        if self.off_hook:
            self._loop(False)
            self._timeline.at(now_us + for_ms * 1000, self._close_again)

    def press(self, digits: str, level_dbm0: float = KEY_LEVEL_DBM0, key_ms: int = KEY_MS) -> None:
        """Key tones."""
        self.mouth.key(dtmf(digits, level=level_dbm0, on_ms=key_ms, off_ms=key_ms))

    def dial_pulses(self, digits: str, per_second: float, make_percent: float, now_us: int) -> None:
        """Turn the dial: loop breaks."""
        period_us = round(1e6 / per_second)
        break_us = round(period_us * (1 - make_percent / 100))
        at_us = now_us
        for digit in digits:
            if digit not in "0123456789":
                continue
            for _ in range(int(digit) or 10):
                self._timeline.at(at_us, lambda _at: self._loop(False))
                self._timeline.at(at_us + break_us, self._close_again)
                at_us += period_us
            at_us += AFTER_DIGIT_US

    def plug(self, plugged: bool) -> None:
        self.plugged = plugged
        self._loop(self.off_hook)

    def _close_again(self, _: int) -> None:
        self._loop(self.off_hook)

    def _loop(self, closed: bool) -> None:
        self._wire.world["loop_ohm"][self.port] = OFF_HOOK_OHM if closed and self.plugged else np.inf
