"""Line noise and mains hum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import amplitude, rounded

RATE_HZ = 8000


def noise(samples: int, level_dbm0: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """White Gaussian noise of this level over 0–4 kHz."""
    return rng.normal(0.0, amplitude(level_dbm0) / np.sqrt(2), samples)


def hum(
    samples: int, level_dbm0: float, rng: np.random.Generator, mains_hz: float = 50.0
) -> NDArray[np.float64]:
    """Mains hum: the fundamental and falling harmonics to the seventh, `level_dbm0` together."""
    t = np.arange(samples) / RATE_HZ
    wave = np.zeros(samples)
    for harmonic, share in ((1, 1.0), (2, 0.4), (3, 0.5), (5, 0.2), (7, 0.1)):
        wave += share * np.sin(2 * np.pi * mains_hz * harmonic * t + rng.uniform(0, 2 * np.pi))
    rms = np.sqrt(np.mean(wave**2)) if samples else 1.0
    wave *= amplitude(level_dbm0) / np.sqrt(2) / rms
    return wave


def with_noise(clean: NDArray[np.int16], level_dbm0: float, rng: np.random.Generator) -> NDArray[np.int16]:
    return rounded(clean + noise(clean.size, level_dbm0, rng))
