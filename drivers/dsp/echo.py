"""Echo cancellers for all rows in one C call a tick (speexdsp, frame 160)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp._dsp import ffi, lib
from drivers.dsp.matrix import Active, address, indices, rows_at

TAIL_SAMPLES = 640
"""80 ms beyond the loop delay; the promise is 64."""


class EchoBank:
    """One canceller a row, made when the row is first active.

    The reference is what was given to the card in the same exchange that brought `rx`; it is delayed here
    by the row's loop delay (`Card.loop_delay_samples`).
    """

    def __init__(
        self, rows: int, *, tail: int = TAIL_SAMPLES, delay_samples: int | NDArray[np.integer] = 0
    ) -> None:
        self.rows = rows
        self.tail = tail
        delays = np.ascontiguousarray(np.broadcast_to(np.asarray(delay_samples), (rows,)), dtype=np.int32)
        bank = lib.tip_echo_new(rows, tail, address(delays, "int32_t *"))
        if bank == ffi.NULL:
            raise MemoryError("no memory for echo cancellers")
        self._bank = ffi.gc(bank, lib.tip_echo_free)
        self.without = 0
        """Row-ticks that went without for want of memory."""

    def process(self, rx: NDArray[np.int16], tx: NDArray[np.int16], active: Active) -> None:
        """Take the echo of `tx` out of the active rows of `rx`, in place."""
        if not active.size:
            return
        heard, rx_stride = rows_at(rx, self.rows)
        said, tx_stride = rows_at(tx, self.rows)
        rows = indices(active, self.rows)
        self.without += lib.tip_echo_process(
            self._bank, heard, rx_stride, said, tx_stride, address(rows, "intptr_t *"), rows.size
        )

    def freeze(self, rows: Active, ticks: int = 3) -> None:
        """Keep the filters of these rows as they are for the next `ticks` ticks (a tone is on the line)."""
        for row in indices(rows, self.rows).tolist():
            lib.tip_echo_freeze(self._bank, row, ticks)

    def reset(self, row: int) -> None:
        """Forget the row's echo path (a new call on it)."""
        indices(np.array([row]), self.rows)
        lib.tip_echo_reset(self._bank, row)

    def response(self, row: int) -> NDArray[np.float32]:
        """The echo path as learnt: impulse response from the loop delay on; zeros before the first use."""
        taps = np.zeros(self.tail, np.float32)
        lib.tip_echo_response(
            self._bank, int(indices(np.array([row]), self.rows)[0]), address(taps, "float *"), self.tail
        )
        return taps
