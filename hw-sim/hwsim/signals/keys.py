"""Keys of telephones that are not quite right: twist, frequency error, any timing."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.dsp.tones import DTMF_HZ, amplitude

RATE_HZ = 8000


class Keying(Struct, frozen=True):
    """How a telephone sends its keys."""

    level_dbm0: float = -6.0
    """Both tones together."""
    twist_db: float = 2.0
    """The high tone's level over the low one's."""
    low_error: float = 0.0
    """Relative frequency error of the low tone: 0.015 is 1.5 % sharp."""
    high_error: float = 0.0
    on_ms: int = 100
    off_ms: int = 100


def keys(digits: str, keying: Keying, rng: np.random.Generator) -> NDArray[np.float64]:
    """The digits with random phases, each followed by its pause."""
    low_level = keying.level_dbm0 - 10 * float(np.log10(1 + 10 ** (keying.twist_db / 10)))
    t = np.arange(keying.on_ms * RATE_HZ // 1000) / RATE_HZ
    pieces = []
    for digit in digits:
        low, high = DTMF_HZ[digit]
        phases = rng.uniform(0, 2 * np.pi, 2)
        pieces.append(
            amplitude(low_level) * np.sin(2 * np.pi * low * (1 + keying.low_error) * t + phases[0])
            + amplitude(low_level + keying.twist_db)
            * np.sin(2 * np.pi * high * (1 + keying.high_error) * t + phases[1])
        )
        pieces.append(np.zeros(keying.off_ms * RATE_HZ // 1000))
    return np.concatenate(pieces) if pieces else np.zeros(0)
