"""Music on hold of our own making: slow arpeggios over a chord progression, free of anybody's rights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from firmware.prompts.resampling import FULL_SCALE_DBM0, RATE_HZ

_BEAT_S = 0.36
_NOTES_A_CHORD = 8
_LEVEL_DBM0 = -19.0
_CHORDS = (
    ((48, 52, 55, 59), (45, 48, 52, 55), (41, 45, 48, 52), (43, 47, 50, 53)),
    ((50, 53, 57, 60), (46, 50, 53, 57), (43, 46, 50, 53), (48, 52, 55, 58)),
)
"""Progressions of four chords, as MIDI notes."""


TUNES: Mapping[str, tuple[int, float]] = {"default": (1, _BEAT_S), "calm": (2, 0.55), "lively": (5, 0.24)}
"""The built-in tunes: seed and seconds a beat."""


def tune(name: str) -> NDArray[np.int16]:
    """A built-in tune. Raises KeyError."""
    seed, beat_s = TUNES[name]
    return music(seed, beat_s=beat_s)


def music(seed: int = 1, chords: int = 8, *, beat_s: float = _BEAT_S) -> NDArray[np.int16]:
    """About three seconds a chord; the end rings on into the beginning, so that it can be looped."""
    random = np.random.default_rng(seed)
    progression = _CHORDS[int(random.integers(len(_CHORDS)))]
    beat = int(beat_s * RATE_HZ)
    song = np.zeros(beat * _NOTES_A_CHORD * chords)
    for index in range(chords):
        chord = progression[index % len(progression)]
        begin = index * _NOTES_A_CHORD * beat
        _add(song, begin, _note(chord[0], 3.0, 0.9))
        for step, pick in enumerate(_pattern(random)):
            _add(song, begin + step * beat, _note(chord[pick % 4] + 12 * (1 + pick // 4), 1.4, 0.6))
    wanted = 10 ** ((_LEVEL_DBM0 - FULL_SCALE_DBM0 - 3.0103) / 20)
    song *= wanted / np.sqrt(np.mean(song**2))
    return np.rint(np.clip(song, -0.98, 0.98) * 32767).astype(np.int16)


def _pattern(random: np.random.Generator) -> list[int]:
    up = [0, 2, 1, 3, 4, 3, 2, 1]
    return [pick + int(random.integers(0, 2)) for pick in up]


def _note(midi: int, seconds: float, loudness: float) -> NDArray[np.float64]:
    """A plucked, soft tone: three harmonics, each dying faster than the one below."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    hz = 440.0 * 2 ** ((midi + 12 - 69) / 12)
    partials = sum(np.sin(2 * np.pi * hz * k * time) * np.exp(-time * (1.6 + k)) / k**1.3 for k in (1, 2, 3))
    attack = np.minimum(time / 0.012, 1.0) * np.minimum((seconds - time) / 0.05, 1.0)
    return np.asarray(loudness * attack * partials)


def _add(song: NDArray[np.float64], begin: int, note: NDArray[np.float64]) -> None:
    where = (begin + np.arange(len(note))) % len(song)
    song[where] += note
