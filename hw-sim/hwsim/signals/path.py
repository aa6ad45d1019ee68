"""Echo paths of lines: what comes back of what was sent, by hybrid and loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000


def echo_path(
    rng: np.random.Generator, *, return_loss_db: float = 12.0, delay_samples: int = 0, spread_ms: float = 6.0
) -> NDArray[np.float64]:
    """Impulse response of a hybrid: a few dispersed reflections, `return_loss_db` down over 300–3400 Hz."""
    size = int(spread_ms * RATE_HZ / 1000)
    t = np.arange(size)
    shape = rng.normal(0, 1, size) * np.exp(-t / (size / 4.0)) * np.clip(t / 4.0, 0, 1)
    band = np.fft.rfft(shape, 512)
    hz = np.fft.rfftfreq(512, 1 / RATE_HZ)
    inside = (hz > 300) & (hz < 3400)
    shape /= np.sqrt(np.mean(np.abs(band[inside]) ** 2))
    return np.concatenate([np.zeros(delay_samples), shape * 10 ** (-return_loss_db / 20)])


def through(wave: NDArray[np.generic], path: NDArray[np.float64]) -> NDArray[np.float64]:
    """The wave after the path, cut to the wave's length."""
    size = 1 << int(np.ceil(np.log2(wave.size + path.size)))
    spectrum = np.fft.rfft(wave.astype(np.float64), size) * np.fft.rfft(path, size)
    return np.fft.irfft(spectrum, size)[: wave.size]
