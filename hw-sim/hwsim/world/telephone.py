"""A telephone on one of the box's FXS ports: hook, bell, keypad or dial, display."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hwsim.world.bell import Bell, Cadences
from hwsim.world.mouth import Mouth
from hwsim.world.timeline import Timeline

OFF_HOOK_OHM = 300.0
BELL_STOPS_US = 6_000_000
"""So long after a burst the person knows that it rings no more."""
AFTER_DIGIT_US = 700_000
"""Between two digits of a dial."""


class Telephone:
    """`loop(closed, at_us)` is the hook switch; `rang` and `stopped` are called when the bell is first heard and
    heard no more, `rings(cadence, at_us)` when it can be told which of the `cadences` it is.
    """

    def __init__(
        self,
        port: int,
        timeline: Timeline,
        loop: Callable[[bool, int], None],
        rang: Callable[[int], None],
        stopped: Callable[[int], None],
        *,
        cadences: Cadences,
        rings: Callable[[str, int], None],
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
        self.lamp = False
        """The message lamp."""
        self.sounding = False
        self._hook_switch = loop
        self._timeline = timeline
        self._rang = rang
        self._stopped = stopped
        self._cadence = Bell(cadences)
        self._rings = rings
        self._closed = False

    def ring(self, current: bool, now_us: int) -> None:
        """Whether ringing current is on the line; may be told again and again."""
        sounding = self.plugged and not self.off_hook and current
        if sounding is self.sounding:
            return
        self.sounding = sounding
        if not self.off_hook:
            self._listen(now_us)
        if not sounding:
            self._timeline.at(now_us + BELL_STOPS_US, partial(self._quiet, self.bursts))
            return
        self.bursts += 1
        if not self.bell:
            self.bell = True
            self._rang(now_us)

    def _listen(self, now_us: int) -> None:
        cadence = self._cadence.turn(now_us)
        if cadence:
            self._rings(cadence, now_us)

    def _quiet(self, bursts: int, now_us: int) -> None:
        if self.bell and self.bursts == bursts and not self.sounding:
            self.bell = False
            self._cadence.forget()
            self._stopped(now_us)

    def lift(self, now_us: int) -> None:
        self.off_hook, self.bell = True, False
        self._cadence.forget()
        self._loop(True, now_us)

    def hang_up(self, now_us: int) -> None:
        self.off_hook = False
        self.mouth.quiet()
        self._loop(False, now_us)

    def flash(self, for_ms: int, now_us: int) -> None:
        """Open the loop for so long (the R key)."""
        if self.off_hook:
            self._loop(False, now_us)
            self._timeline.at(now_us + for_ms * 1000, self._close_again)

    def dial_pulses(self, digits: str, per_second: float, make_percent: float, now_us: int) -> None:
        """Turn the dial: loop breaks."""
        period_us = round(1e6 / per_second)
        break_us = round(period_us * (1 - make_percent / 100))
        at_us = now_us
        for digit in digits:
            if digit not in "0123456789":
                continue
            for _ in range(int(digit) or 10):
                self._timeline.at(at_us, partial(self._loop, False))
                self._timeline.at(at_us + break_us, self._close_again)
                at_us += period_us
            at_us += AFTER_DIGIT_US

    def plug(self, plugged: bool, now_us: int) -> None:
        self.plugged = plugged
        self._close_again(now_us)

    def _close_again(self, now_us: int) -> None:
        self._loop(self.off_hook, now_us)

    def _loop(self, closed: bool, now_us: int) -> None:
        closed = closed and self.plugged and self.off_hook
        if closed is not self._closed:
            self._closed = closed
            self._hook_switch(closed, now_us)
