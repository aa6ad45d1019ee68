"""The mark by which people know each other's voices through the audio path: two chords one after the other.

Each chord is two sines out of ten between 2.4 and 3.3 kHz, away from DTMF, call-progress tones and caller ID;
100 Hz apart, so they are orthogonal within one tick. A person's number gives the two chords; number 0 is
"goodbye".
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import burst, rounded

CHORD_HZ = tuple(float(hz) for hz in range(2400, 3301, 100))
CHORDS = tuple(combinations(range(len(CHORD_HZ)), 2))
CHORD_MS = 120
LEVEL_DBM0 = -17.0
GOODBYE = 0
NUMBERS = len(CHORDS) * (len(CHORDS) - 1)
"""How many people can be told apart."""


def chords(number: int) -> tuple[int, int]:
    """The two chords (indices into `CHORDS`) of a person's number; never the same twice."""
    first, second = divmod(number % NUMBERS, len(CHORDS) - 1)
    return first, second + (second >= first)


def number_of(first: int, second: int) -> int:
    """The inverse of `chords`."""
    return first * (len(CHORDS) - 1) + second - (second > first)


@lru_cache(maxsize=4096)
def voiceprint(number: int, level_dbm0: float = LEVEL_DBM0) -> NDArray[np.int16]:
    """The burst of a person, 240 ms."""
    return np.concatenate([_chord(chord, level_dbm0) for chord in chords(number)])


@lru_cache(maxsize=256)
def _chord(chord: int, level_dbm0: float) -> NDArray[np.int16]:
    low, high = CHORDS[chord]
    return rounded(burst((CHORD_HZ[low], CHORD_HZ[high]), CHORD_MS, level_dbm0))
