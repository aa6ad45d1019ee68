"""How a NumPy matrix is handed to the C banks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from drivers.dsp._dsp import ffi
from drivers.ports import TICK_SAMPLES

if TYPE_CHECKING:
    from drivers.dsp._dsp import CData

Active = NDArray[np.intp]
"""Indices of the rows to work on."""


def address(array: NDArray[np.generic], ctype: str) -> CData:
    """A C pointer to the array's first element; the caller keeps the array alive."""
    return ffi.cast(ctype, array.ctypes.data)


def rows_at(matrix: NDArray[np.int16], rows: int) -> tuple[CData, int]:
    """Pointer and row stride (in samples) of an `int16[>= rows, TICK_SAMPLES]`; else raises ValueError."""
    if (
        matrix.dtype != np.int16
        or matrix.ndim != 2
        or matrix.shape[0] < rows
        or matrix.shape[1] != TICK_SAMPLES
    ):
        raise ValueError(f"want int16[{rows}, {TICK_SAMPLES}], got {matrix.dtype}{list(matrix.shape)}")
    if matrix.strides[1] != 2 or matrix.strides[0] % 2:
        raise ValueError("the samples of a row must lie side by side")
    return address(matrix, "int16_t *"), matrix.strides[0] // 2


def indices(active: Active, rows: int) -> Active:
    """`active` as the C banks want it; raises IndexError for a row that is not there."""
    wanted = np.ascontiguousarray(active, dtype=np.intp)
    if wanted.size and (int(wanted.min()) < 0 or int(wanted.max()) >= rows):
        raise IndexError(f"active rows must be within 0–{rows - 1}")
    return wanted
