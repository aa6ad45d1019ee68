"""Voice against line noise on all rows at once: louder than the quietest of the last seconds, and uneven."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.matrix import Active
from drivers.dsp.tones import amplitude
from drivers.ports import TICK_SAMPLES

ABOVE = 8.0
"""Energy over the noise floor (9 dB)."""
LEAST_DBM0 = -46.0
UNEVEN = 0.28
"""Mean step of log10 energy from tick to tick: noise has 0.06, speech above 0.3."""
BUCKET_TICKS = 50
SURE_TICKS = 10
LEAK = 0.5


class VoiceActivity:
    """Noise floor and evidence of voice, one a row."""

    def __init__(self, rows: int) -> None:
        self._least = TICK_SAMPLES * amplitude(LEAST_DBM0) ** 2 / 2
        self._low = np.full((2, rows), np.inf, np.float32)
        self._last = np.zeros(rows, np.float32)
        self._step = np.zeros(rows, np.float32)
        self._evidence = np.zeros(rows, np.float32)
        self._told = np.zeros(rows, np.bool_)
        self._age = np.zeros(rows, np.int64)

    def reset(self, rows: Active) -> None:
        self._low[:, rows] = np.inf
        self._last[rows] = 0
        self._step[rows] = 0
        self._evidence[rows] = 0
        self._told[rows] = False
        self._age[rows] = 0

    def heard(
        self, rows: Active, energy: NDArray[np.float32], tonal: NDArray[np.bool_] | None
    ) -> NDArray[np.bool_]:
        """Whether each row carries voice in this tick; ticks that are tonal prove nothing either way."""
        self._age[rows] += 1
        turn = rows[self._age[rows] % BUCKET_TICKS == 0]
        self._low[1, turn] = self._low[0, turn]
        self._low[0, turn] = np.inf
        self._low[0, rows] = np.minimum(self._low[0, rows], energy)
        floor = self._low[:, rows].min(axis=0)
        size = np.log10(energy + np.float32(100.0))
        step = np.where(self._age[rows] > 1, np.abs(size - self._last[rows]), 0)
        self._last[rows] = size
        self._step[rows] += (step - self._step[rows]) * np.float32(0.2)
        voiced: NDArray[np.bool_] = (energy > np.maximum(ABOVE * floor, self._least)) & (
            self._step[rows] > UNEVEN * 0.5
        )
        gain = np.where(voiced, 1.0, -LEAK).astype(np.float32)
        if tonal is not None:
            voiced &= ~tonal
            gain[tonal] = -LEAK / 2
        self._evidence[rows] = np.clip(self._evidence[rows] + gain, 0, 2 * SURE_TICKS)
        return voiced

    def newly(self, rows: Active) -> list[int]:
        """Rows on which voice is sure now and was not told of since it last was away."""
        evidence = self._evidence[rows]
        self._told[rows[evidence == 0]] = False
        new = rows[(evidence >= SURE_TICKS) & ~self._told[rows]]
        self._told[new] = True
        return [int(row) for row in new]
