"""Any sampling rate to the telephone's 8 kHz, and any loudness to the telephone's speech level."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
SPEECH_DBM0 = -16.0
FULL_SCALE_DBM0 = 3.14
_ZERO_CROSSINGS = 24
_GATHERED = 1 << 20
"""Numbers: as many of each array are worked on at once."""
_FRAME = 160
"""Samples, 20 ms."""
_CLICK = 3
"""Frames: what is shorter than this is a click."""
KEPT_BEFORE, KEPT_AFTER = 5, 12
"""Frames of silence that stay at either end: words neither start abruptly nor break off."""


def to_8k(samples: NDArray[np.float32] | NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Band-limited interpolation by a Kaiser-windowed sinc; pass band to about 3.6 kHz."""
    if rate_hz == RATE_HZ or not len(samples):
        return samples.astype(np.float64, copy=False)
    cutoff = min(1.0, RATE_HZ / rate_hz) * 0.95
    half = int(np.ceil(_ZERO_CROSSINGS / cutoff))
    phases = RATE_HZ // math.gcd(RATE_HZ, rate_hz)
    kernels = _kernels(np.arange(phases, dtype=np.float64) * (rate_hz / RATE_HZ) % 1.0, half, cutoff)
    padded = np.pad(samples, half + 1)
    count = int(len(samples) * RATE_HZ / rate_hz)
    result = np.empty(count)
    chunk = max(1, _GATHERED // (2 * half))
    for begin in range(0, count, chunk):
        index = np.arange(begin, min(begin + chunk, count))
        taps = (index * rate_hz // RATE_HZ)[:, None] + np.arange(-half + 1, half + 1) + half + 1
        np.einsum("ij,ij->i", padded[taps], kernels[index % phases], out=result[begin : begin + chunk])
    return result


def _kernels(fractions: NDArray[np.float64], half: int, cutoff: float) -> NDArray[np.float64]:
    """One row of filter taps for each place an output sample can have between two input samples."""
    distance = np.arange(-half + 1, half + 1)[None, :] - fractions[:, None]
    window = np.i0(8.0 * np.sqrt(np.clip(1.0 - (distance / half) ** 2, 0.0, 1.0))) / np.i0(8.0)
    return np.asarray(cutoff * np.sinc(cutoff * distance) * window)


def active_dbm0(samples: NDArray[np.float64]) -> float:
    """Level of the stretches with speech (20 ms frames within 25 dB of the loudest), full scale 1.0."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    power = np.mean(frames**2, axis=1) if len(frames) else np.zeros(1)
    active = power[power >= power.max() / 10**2.5]
    mean = float(np.mean(active))
    return -90.0 if mean <= 1e-9 else 10 * np.log10(mean) + 3.0103 + FULL_SCALE_DBM0


def trimmed(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without the silence, and the clicks in it, before the first and after the last sound.

    Silence is what is 10 dB above the quietest frames at most, but 25 to 40 dB below the loudest.
    """
    power = _without_clicks(
        np.mean(samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME) ** 2, axis=1)
    )
    if not len(power) or power.max() <= 0.0:
        return samples
    loudest, floor = power.max(), float(np.percentile(power, 5))
    sounds = np.flatnonzero(power > np.clip(10 * floor, loudest / 10**4, loudest / 10**2.5))
    begin = max(0, int(sounds[0]) - KEPT_BEFORE) * _FRAME
    return samples[begin : (int(sounds[-1]) + 1 + KEPT_AFTER) * _FRAME]


def _without_clicks(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Morphological opening: what lasts for fewer frames than a click's limit is gone, the rest is as it was."""
    if len(power) < _CLICK:
        return power
    windows = np.lib.stride_tricks.sliding_window_view
    least = np.pad(windows(power, _CLICK).min(axis=1), _CLICK - 1)
    return np.asarray(windows(least, _CLICK).max(axis=1))


def levelled(samples: NDArray[np.float64], dbm0: float = SPEECH_DBM0) -> NDArray[np.int16]:
    """To the wanted speech level, less where peaks would clip; silence stays silence."""
    level = active_dbm0(samples)
    if level <= -90.0:
        return np.zeros(len(samples), np.int16)
    gain = 10 ** ((dbm0 - level) / 20)
    gain = min(gain, 0.97 / float(np.max(np.abs(samples))))
    return np.rint(samples * gain * 32767).astype(np.int16)
