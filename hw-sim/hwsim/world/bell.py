"""How a bell rings, by its bursts and pauses: which of the cadences a telephone of this box may have."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.countries import CountryProfile
from firmware.switch.lines.telephone import CADENCES_MS

SLACK_US = 45_000
Cadences = Mapping[str, tuple[int, ...]]
"""On, off, on, off … in ms, by name."""


def cadences(country: CountryProfile) -> Cadences:
    return {"normal": country.ring_cadence_ms, **CADENCES_MS}


class Bell:
    """`turn` at each beginning and end of a burst; gives a cadence's name once, when only that one is left."""

    def __init__(self, known: Cadences) -> None:
        self._known = known
        self._left: list[str] = []
        self._place = -1
        self._since_us = 0

    def turn(self, now_us: int) -> str:
        """Empty while several fit, and when none does. The first is the beginning of the first burst."""
        spent_us, self._since_us = now_us - self._since_us, now_us
        several = len(self._left) > 1
        self._left = [name for name in self._left if self._fits(name, spent_us)]
        self._place += 1
        if not self._left and self._place % 2 == 0:
            self._left, self._place = list(self._known), 0
        return self._left[0] if several and len(self._left) == 1 else ""

    def forget(self) -> None:
        """Nobody rings any more."""
        self._left, self._place = [], -1

    def _fits(self, name: str, spent_us: int) -> bool:
        cadence = self._known[name]
        return abs(cadence[self._place % len(cadence)] * 1000 - spent_us) <= SLACK_US
