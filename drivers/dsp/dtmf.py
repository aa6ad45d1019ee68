"""DTMF receivers for all rows in one C call a tick (spandsp)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp._dsp import ffi, lib
from drivers.dsp.matrix import Active, address, indices, rows_at

EVENTS_PER_ROW = 4
"""A tick holds at most two blocks, each ending one key and beginning another."""


class DtmfBank:
    """One receiver a row, each with its own state; a key is reported once, when it is sure."""

    def __init__(
        self,
        rows: int,
        *,
        filter_dialtone: bool = False,
        twist_db: int = 8,
        reverse_twist_db: int = 8,
        threshold_dbm0: int = -42,
    ) -> None:
        self.rows = rows
        bank = lib.tip_dtmf_new(rows, filter_dialtone, twist_db, reverse_twist_db, threshold_dbm0)
        if bank == ffi.NULL:
            raise MemoryError("no memory for DTMF receivers")
        self._bank = ffi.gc(bank, lib.tip_dtmf_free)
        self._events = np.zeros((max(1, rows) * EVENTS_PER_ROW, 3), np.int32)
        self._out = address(self._events, "int32_t *")
        self.keyed = np.zeros(rows, np.bool_)
        """Rows on which a key is down now."""

    def process(self, matrix: NDArray[np.int16], active: Active) -> list[tuple[int, str, int]]:
        """One tick of the active rows: (row, digit, millisecond in the tick at which it was sure).

        `keyed` tells afterwards on which rows a key is still down. Raises ValueError or IndexError for a
        matrix or rows that do not fit.
        """
        where, stride = rows_at(matrix, self.rows)
        rows = indices(active, self.rows)
        count = lib.tip_dtmf_process(
            self._bank, where, stride, address(rows, "intptr_t *"), rows.size, self._out, len(self._events)
        )
        if not count:
            return []
        digits = []
        for row, code, at in self._events[:count].tolist():
            self.keyed[row] = code != 0
            if code:
                digits.append((row, chr(code), at // 8))
        return digits

    def reset(self, row: int) -> None:
        """Forget what the row heard (a new call on it)."""
        indices(np.array([row]), self.rows)
        self.keyed[row] = False
        lib.tip_dtmf_reset(self._bank, row)
