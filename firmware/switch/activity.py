"""Who makes a sound that is not just the line's own noise, for all rows at once.

Strategy: a line's hum and noise are steady, talk is not. Each row's noise floor follows its quietest ticks
down at once and rises slowly; a tick is active when it stands clear of the floor and of a least level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.ports import TICK_SAMPLES, Samples

LEAST_DBM0 = -45.0
CLEAR_OF_FLOOR_DB = 5.0
FLOOR_RISES_DB = 0.06
"""A tick, so 3 dB a second: a new steady noise is taken for the floor within ten seconds."""
_DBM0_OF_ONE = 3.14 - 10 * np.log10(32767.0**2 / 2)


class Activity:
    """`active[row]` after each `tick`, `level_dbm0[row]` without the constant part."""

    def __init__(self, rows: int) -> None:
        self.active: NDArray[np.bool_] = np.zeros(rows, np.bool_)
        self.level_dbm0 = np.full(rows, -90.0)
        self._floor = np.full(rows, LEAST_DBM0)

    def tick(self, matrix: Samples) -> NDArray[np.bool_]:
        """`int16[rows, TICK_SAMPLES]`; the result is valid until the next call."""
        wave = matrix.astype(np.float32)
        total = np.einsum("ij,ij->i", wave, wave)
        steady = wave.sum(axis=1)
        power = np.maximum((total - steady * steady / TICK_SAMPLES) / TICK_SAMPLES, 1.0)
        self.level_dbm0 = 10.0 * np.log10(power) + _DBM0_OF_ONE
        self._floor = np.minimum(self._floor + FLOOR_RISES_DB, self.level_dbm0)
        clear = self.level_dbm0 > self._floor + CLEAR_OF_FLOOR_DB
        self.active = clear & (self.level_dbm0 > LEAST_DBM0)
        return self.active

    def reset(self, row: int) -> None:
        self._floor[row] = LEAST_DBM0
        self.active[row] = False
