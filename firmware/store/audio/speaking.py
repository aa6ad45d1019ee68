"""What one person said into the box, as sound for others to work on: the left side of a recording."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.g711 import DECODERS
from drivers.dsp.tones import DTMF_HZ
from firmware.archive.tracks import SAMPLE_RATE_HZ
from firmware.store.audio.drawing import samples_of

Sound = NDArray[np.int16]
ENDING_KEYS = "#0"
"""What ends a message: `#`, and `0` to the operator."""
_ALAW = DECODERS["alaw"].astype(np.int16)
_FRAME = 160
"""Samples, 20 ms."""
_LAST_FRAMES = 50
"""A key is known within 60 ms, but what came before the end of the tape may have waited."""
_SHARE, _EACH, _LEAST_POWER = 0.6, 0.15, 100.0**2 / 2
"""Of a frame's energy in the two tones of a key, and in each of them: speech hardly ever has so much."""
_TIME = 2 * np.pi * np.arange(_FRAME) / SAMPLE_RATE_HZ


def said(handle: int) -> Sound:
    """8 kHz, of an open recording, without the key that ended it. Raises NotARecording, OSError."""
    return without_key(_ALAW[samples_of(handle)[:, 0]])


def without_key(samples: Sound) -> Sound:
    """Up to the frame before a key's tones began, if that was within the last second."""
    count = min(len(samples) // _FRAME, _LAST_FRAMES)
    begin = len(samples) - count * _FRAME
    frames = samples[begin:].reshape(-1, _FRAME).astype(np.float64)
    keyed = np.flatnonzero(np.any([_begins(_is_key(frames, key)) for key in ENDING_KEYS], axis=0))
    return samples if not len(keyed) else samples[: max(0, begin + (int(keyed[0]) - 1) * _FRAME)]


def _begins(is_key: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Two frames one after another: one alone may be a vowel."""
    return is_key & np.append(is_key[1:], np.bool_(False))


def _is_key(frames: NDArray[np.float64], key: str) -> NDArray[np.bool_]:
    """One truth a frame."""
    power = np.mean(frames**2, axis=1)
    low, high = (_power_at(frames, hz) for hz in DTMF_HZ[key])
    each = np.minimum(low, high) > _EACH * power
    return np.asarray((power > _LEAST_POWER) & each & (low + high > _SHARE * power))


def _power_at(frames: NDArray[np.float64], hz: float) -> NDArray[np.float64]:
    turns = np.stack((np.cos(hz * _TIME), np.sin(hz * _TIME)))
    return np.asarray(2 * np.sum((frames @ turns.T / _FRAME) ** 2, axis=1))
