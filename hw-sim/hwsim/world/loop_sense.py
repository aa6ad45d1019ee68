"""The exchange's look at a subscriber's loop: seizure, release, dial pulses. Sans-IO."""

from __future__ import annotations

from msgspec import Struct

RELEASE_US = 400_000
"""An opening longer than this is on-hook; shorter ones are pulses or flashes."""
PULSE_US = (20_000, 150_000)
"""Limits of one break of a dial pulse."""
DIGIT_US = 250_000
"""A make longer than this ends a digit."""


class Sensed(Struct, frozen=True):
    seized: bool = False
    released: bool = False
    digit: str = ""


NOTHING = Sensed()


class LoopSense:
    """`edge` for each change of the loop, `due` at `deadline_us`."""

    def __init__(self) -> None:
        self.deadline_us: int | None = None
        self._closed = False
        self._seized = False
        self._opened_us = 0
        self._pulses = 0

    def edge(self, closed: bool, now_us: int, collecting: bool) -> Sensed:
        self._closed = closed
        if not closed:
            self._opened_us = now_us
            self.deadline_us = now_us + RELEASE_US
            return NOTHING
        self.deadline_us = None
        if not self._seized:
            self._seized, self._pulses = True, 0
            return Sensed(seized=True)
        least, most = PULSE_US
        if collecting and least <= now_us - self._opened_us <= most:
            self._pulses += 1
            self.deadline_us = now_us + DIGIT_US
        return NOTHING

    def due(self, now_us: int) -> Sensed:
        if self.deadline_us is None or now_us < self.deadline_us:
            return NOTHING
        self.deadline_us = None
        if not self._closed:
            released, self._seized = self._seized, False
            return Sensed(released=released)
        digit, self._pulses = str(self._pulses % 10), 0
        return Sensed(digit=digit)
