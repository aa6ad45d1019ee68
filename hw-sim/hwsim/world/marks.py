"""One row's progress through a voiceprint, tick by tick. Sans-IO."""

from __future__ import annotations

from drivers.ports import TICK_US
from hwsim.world.voiceprint import CHORD_MS, MARK_CHORDS, number_of

CHORD_TICKS = CHORD_MS * 1000 // TICK_US
LEAST_TICKS = CHORD_TICKS - 2
"""A chord's first and last tick may hold parts of its neighbours."""
MOST_TICKS = CHORD_TICKS + 1
MOST_GAP_TICKS = 2
STEADY = 1.6
"""The chords of one voice come equally strong: most power over least."""


class MarkRow:
    """`take` each tick's chord (-1: none) and its strength; a mark comes out when its last chord stood."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._chords: list[int] = []
        self._ticks = 0
        self._gap = 0
        self._began_us = 0
        self._onset: tuple[float, float] | None = None
        self._strengths: list[float] = []
        self._before = 0.0

    @property
    def busy(self) -> bool:
        return bool(self._chords) or self._before > 0.0

    def take(self, chord: int, strength: float, now_us: int) -> tuple[int, int] | None:
        """One tick that ended at `now_us`; (number, first sample's time) when a mark is complete."""
        if chord < 0:
            self._nothing(strength)
        elif self._chords and chord == self._chords[-1]:
            return self._same(strength)
        elif self._chords and LEAST_TICKS <= self._ticks <= MOST_TICKS and len(self._chords) < MARK_CHORDS:
            self._chords.append(chord)
            self._ticks, self._gap = 1, 0
        else:
            self._start(chord, strength, now_us)
        return None

    def _same(self, strength: float) -> tuple[int, int] | None:
        self._ticks += 1
        self._gap = 0
        if self._ticks == 2:
            self._strengths.append(strength)
            if len(self._chords) == 1:
                self._sharpen(strength)
        if len(self._chords) < MARK_CHORDS or self._ticks != LEAST_TICKS:
            return None
        steady = max(self._strengths) <= STEADY * min(self._strengths)
        number = number_of(*self._chords[:MARK_CHORDS]) if steady else None
        began_us = self._began_us
        self._forget()
        return None if number is None else (number, began_us)

    def _nothing(self, strength: float) -> None:
        self._before = strength
        self._gap += 1
        if self._gap > MOST_GAP_TICKS:
            self._forget()

    def _start(self, chord: int, strength: float, now_us: int) -> None:
        before = self._before
        self._forget()
        self._chords, self._ticks = [chord], 1
        self._began_us = now_us - TICK_US
        self._onset = before, strength

    def _sharpen(self, strength: float) -> None:
        """The first tick held only a part of the chord: its amplitude says how much, and so when it began."""
        if self._onset is None or strength <= 0:
            return
        before, first = (min(1.0, (part / strength) ** 0.5) for part in self._onset)
        self._began_us += round((1.0 - first - before) * TICK_US)
        self._onset = None
