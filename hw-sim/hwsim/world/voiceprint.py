"""The mark by which people know each other's voices through the audio path: three chords one after the other.

Each chord is two sines out of ten between 2.4 and 3.3 kHz, away from DTMF, call-progress tones and caller ID;
100 Hz apart, so they are orthogonal within one tick. A person's number gives the first two chords, the third is
their check: two people speaking at once must not sound like somebody else. Number 0 is "goodbye".
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import burst, rounded

CHORD_HZ = tuple(float(hz) for hz in range(2400, 3301, 100))
CHORDS = tuple(combinations(range(len(CHORD_HZ)), 2))
CHORD_MS = 100
MARK_CHORDS = 3
LEVEL_DBM0 = -17.0
GOODBYE = 0
NUMBERS = len(CHORDS) * (len(CHORDS) - 1)
"""How many people can be told apart."""


def chords(number: int) -> tuple[int, int, int]:
    """The chords (indices into `CHORDS`) of a person's number; no two neighbours are the same."""
    first, second = divmod(number % NUMBERS, len(CHORDS) - 1)
    second += second >= first
    return first, second, _check(first, second)


def _check(first: int, second: int) -> int:
    check = (7 * first + 11 * second + 5) % (len(CHORDS) - 1)
    return check + (check >= second)


def number_of(first: int, second: int, check: int) -> int | None:
    """The inverse of `chords`; None where the check is wrong."""
    if first == second or check != _check(first, second):
        return None
    return first * (len(CHORDS) - 1) + second - (second > first)


@lru_cache(maxsize=256)
def voiceprint(number: int, level_dbm0: float = LEVEL_DBM0) -> NDArray[np.int16]:
    """The burst of a person, 300 ms."""
    return np.concatenate([_chord(chord, level_dbm0) for chord in chords(number)])


@lru_cache(maxsize=256)
def _chord(chord: int, level_dbm0: float) -> NDArray[np.int16]:
    low, high = CHORDS[chord]
    return rounded(burst((CHORD_HZ[low], CHORD_HZ[high]), CHORD_MS, level_dbm0))
