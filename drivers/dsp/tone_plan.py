"""What there is to recognise on lines of some countries: tone sets as bases, cadences as patterns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drivers.countries.profile import CountryProfile, CountryTone
from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES

RECOGNISED = ("dial", "special-dial", "ringback", "busy", "congestion", "special-information")
FREQUENCY_ERROR = 0.015
HUM_HZ = 210.0
"""Below this is mains hum and its harmonics: no tone, and no part of the energy a tone is weighed against."""
SURE_MS = 1900.0
"""Busy and congestion must have been there for this long and three times: both end calls."""
SLOW_MS = 1400.0
"""Of a cycle this long two are enough: a third would hold the line too long when one is spoilt."""
ENDINGS = ("busy", "congestion", "special-information")

Pair = tuple[int, float, float]
"""(tone set, sounding ms, silent ms)."""


class Pattern(NamedTuple):
    """A cadence to recognise."""

    tone: str
    pairs: tuple[Pair, ...]
    needed: int
    """Pairs in a row that must fit."""


class Continuous(NamedTuple):
    tone: str
    tone_set: int
    after_ms: float
    """No burst of this country's other tones on the same frequencies lasts so long."""


class CountryPlan(NamedTuple):
    """One country's part of the plan."""

    sets: tuple[int, ...]
    patterns: tuple[Pattern, ...]
    continuous: tuple[Continuous, ...]


class TonePlan:
    """Bases for all tone sets of some countries, side by side in one matrix.

    `basis` is `float32[TICK_SAMPLES, columns]`, orthonormal within each group; `starts` are the groups' first
    columns: group 0 is hum, group k + 1 is tone set k.
    """

    def __init__(self, profiles: Sequence[CountryProfile]) -> None:
        self._keys: dict[tuple[tuple[float, ...], float], int] = {}
        self.countries = tuple(self._country(one) for one in profiles)
        hum = _orthonormal(np.arange(0.0, HUM_HZ, 10.0), np.zeros((TICK_SAMPLES, 0)))
        bases = [hum, *(_orthonormal(_spread(*key), hum) for key in self._keys)]
        self.basis: NDArray[np.float32] = np.ascontiguousarray(np.hstack(bases), dtype=np.float32)
        self.dims = np.array([one.shape[1] for one in bases[1:]])
        self.starts: NDArray[np.intp] = np.cumsum([0, *(one.shape[1] for one in bases[:-1])])
        self.modulated = np.array([key[1] > 0 for key in self._keys], np.bool_)
        self.sets = len(self._keys)

    def _set(self, hz: tuple[float, ...], modulated_hz: float) -> int:
        return self._keys.setdefault((tuple(sorted(hz)), modulated_hz), len(self._keys))

    def _country(self, profile: CountryProfile) -> CountryPlan:
        patterns, lasting, sets = [], [], set()
        # A modulated and a plain tone of one frequency are one set: within a tick they cannot be told apart.
        modulation = {
            one.hz: tone.modulated_hz
            for tone in profile.tones.values()
            for one in tone.segments
            if tone.modulated_hz
        }
        for name in RECOGNISED:
            tone = profile.tones[name]
            pairs = self._pairs(tone, modulation)
            sets |= {pair[0] for pair in pairs} | self._halves(tone)
            if tone.continuous:
                lasting.append((name, pairs[-1][0]))
            elif all(pair[1] > 0 for pair in pairs):
                patterns.append(Pattern(name, pairs, _needed(name, pairs)))
        continuous = tuple(Continuous(name, one, _longer_than(one, patterns)) for name, one in lasting)
        return CountryPlan(tuple(sorted(sets)), tuple(patterns), continuous)

    def _halves(self, tone: CountryTone) -> set[int]:
        """The single frequencies of a dual tone: a held note of music is one of them, and no tone."""
        # Nearer than 30 Hz (Germany's 400 + 425) a tick cannot tell one from two.
        apart = [one.hz for one in tone.segments if len(one.hz) > 1 and max(one.hz) - min(one.hz) > 30]
        return {self._set((hz,), 0.0) for both in apart for hz in both}

    def _pairs(self, tone: CountryTone, modulation: dict[tuple[float, ...], float]) -> tuple[Pair, ...]:
        return tuple(
            (self._set(one.hz, modulation.get(one.hz, 0.0)), float(one.on_ms), float(one.off_ms))
            for one in tone.bursts()
        )


def _needed(name: str, pairs: tuple[Pair, ...]) -> int:
    if name not in ENDINGS:
        return len(pairs) if len(pairs) > 1 or pairs[0][2] > 1000 else 3
    if len({pair[0] for pair in pairs}) > 1:
        return len(pairs)
    cycle = sum(on + off for _, on, off in pairs)
    least = 2 if len(pairs) > 1 or cycle >= SLOW_MS else 3
    cycles = max(least, int(np.ceil(SURE_MS / cycle)))
    return cycles * len(pairs)


def _longer_than(tone_set: int, patterns: list[Pattern]) -> float:
    bursts = [pair[1] for pattern in patterns for pair in pattern.pairs if pair[0] == tone_set]
    return max(500.0, 1.13 * max(bursts, default=0.0) + 60.0)


def _spread(hz: tuple[float, ...], modulated_hz: float) -> NDArray[np.float64]:
    """The frequencies with their tolerance and, of a modulated tone, its sidebands."""
    around = [0.0, -modulated_hz, modulated_hz] if modulated_hz else [0.0]
    middle = np.array([one + side for one in hz for side in around])
    return np.concatenate([middle * (1 + error) for error in (-FREQUENCY_ERROR, 0.0, FREQUENCY_ERROR)])


def _orthonormal(hz: NDArray[np.float64], apart_from: NDArray[np.float64]) -> NDArray[np.float64]:
    """An orthonormal basis of one tick of these frequencies, with another basis' part taken out."""
    t = np.arange(TICK_SAMPLES)[:, None] / SAMPLE_RATE_HZ
    waves = np.hstack([np.cos(2 * np.pi * hz * t), np.sin(2 * np.pi * hz * t)])
    waves -= apart_from @ (apart_from.T @ waves)
    left, size, _ = np.linalg.svd(waves, full_matrices=False)
    return left[:, size > 0.03 * size[0]]
