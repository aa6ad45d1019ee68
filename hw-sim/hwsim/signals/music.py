"""Music-like signals, also of the kind that tempts tone detectors: steady notes, plain timbres, a beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import amplitude, rounded

RATE_HZ = 8000
STYLES = ("band", "flute", "organ", "synth")
_SCALE = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16])


def music(seconds: float, seed: int, style: str = "band", level_dbm0: float = -18.0) -> NDArray[np.int16]:
    """That long of a tune. `flute` and `synth` are one plain voice; `band` has chords and a beat."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(round(seconds * RATE_HZ) + 4 * RATE_HZ)
    beat = 60.0 / float(rng.choice([80, 96, 120, 140]))
    at, root = 0.0, float(440.0 * 2 ** (rng.integers(-9, 3) / 12))
    while at < seconds:
        length = float(rng.choice([0.5, 1.0, 1.0, 2.0])) * beat
        if rng.random() > 0.12:
            _add(wave, at, _note(rng, style, root, length))
        if style == "band":
            _add(wave, at, _chord(rng, root, length))
            _add(wave, at, _drum(rng))
        at += length
    wave = wave[: round(seconds * RATE_HZ)]
    rms = float(np.sqrt(np.mean(wave**2))) or 1.0
    return rounded(wave * (amplitude(level_dbm0) / np.sqrt(2) / rms))


def _add(wave: NDArray[np.float64], at: float, sound: NDArray[np.float64]) -> None:
    start = int(at * RATE_HZ)
    end = min(wave.size, start + sound.size)
    wave[start:end] += sound[: end - start]


def _note(rng: np.random.Generator, style: str, root: float, length: float) -> NDArray[np.float64]:
    hz = root * 2 ** (int(rng.choice(_SCALE)) / 12)
    legato = {"flute": 0.95, "organ": 1.0, "synth": float(rng.choice([0.5, 0.8])), "band": 0.9}[style]
    t = np.arange(int(length * legato * RATE_HZ)) / RATE_HZ
    partials = {
        "flute": (1, 0.08, 0.02),
        "organ": (1, 0.6, 0.3, 0.3),
        "synth": (1, 0.02),
        "band": (1, 0.5, 0.3, 0.2),
    }
    vibrato = 0.004 * np.sin(2 * np.pi * 5.5 * t) / (2 * np.pi * 5.5) if style == "flute" else 0.0
    sound = np.zeros(t.size)
    for k, part in enumerate(partials[style], 1):
        if k * hz < 3600:
            sound += part * np.sin(2 * np.pi * k * hz * (t + vibrato))
    fade = np.exp(-3 * t) if style == "band" else np.ones(t.size)
    return sound * fade * np.clip(np.minimum(t, t[::-1]) / 0.008, 0, 1) * rng.uniform(0.6, 1.0)


def _chord(rng: np.random.Generator, root: float, length: float) -> NDArray[np.float64]:
    t = np.arange(int(length * RATE_HZ)) / RATE_HZ
    steps = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16))[int(rng.integers(4))]
    sound = sum((np.sin(2 * np.pi * root / 2 * 2 ** (step / 12) * t) for step in steps), np.zeros(t.size))
    return 0.4 * sound * np.exp(-1.5 * t)


def _drum(rng: np.random.Generator) -> NDArray[np.float64]:
    t = np.arange(int(0.12 * RATE_HZ)) / RATE_HZ
    return 0.6 * rng.normal(0, 1, t.size) * np.exp(-40 * t)
