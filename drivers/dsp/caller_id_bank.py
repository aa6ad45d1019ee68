"""Caller-ID receivers on the rows that wait for a message: FSK in C, DTMF keys put together here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.countries.profile import CallerIdForm
from drivers.dsp._dsp import ffi, lib
from drivers.dsp.caller_id import CallerIdMessage, ended, from_dtmf, from_fsk
from drivers.dsp.dtmf import DtmfBank
from drivers.dsp.matrix import address, indices, rows_at

STANDARDS = {"fsk-bell202": 1, "fsk-v23": 2}
"""spandsp's CLASS and CLIP receivers."""
MESSAGE_OCTETS = 258
DTMF_LONGEST = 48
DTMF_PAUSE_MS = 700
"""A longer pause between keys ends the hope for the rest."""
TICK_MS = 20


class _Keys:
    """The keys heard so far on one row."""

    __slots__ = ("began_ms", "form", "keys")

    def __init__(self, form: CallerIdForm) -> None:
        self.form = form
        self.clear()

    def clear(self) -> None:
        self.keys = ""
        self.began_ms: list[int] = []

    def add(self, key: str, at_ms: int) -> CallerIdMessage | None:
        if self.began_ms and (at_ms - self.began_ms[-1] > DTMF_PAUSE_MS or len(self.keys) >= DTMF_LONGEST):
            self.clear()
        self.keys += key
        self.began_ms.append(at_ms)
        if not ended(self.keys, self.form):
            return None
        message = from_dtmf(self.keys, self.began_ms, self.form)
        self.clear()
        return message


class CallerIdBank:
    """Listens on the rows it was told to; each gives as many messages as come until it is stopped."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        bank = lib.tip_fsk_new(rows)
        if bank == ffi.NULL:
            raise MemoryError("no memory for caller-ID receivers")
        self._bank = ffi.gc(bank, lib.tip_fsk_free)
        self._charsets = ["iso-8859-1"] * rows
        self._fsk: set[int] = set()
        self._keys: dict[int, _Keys] = {}
        self._dtmf = DtmfBank(rows)
        self._dtmf_rows = np.zeros(0, np.intp)
        self._out = np.zeros(max(1, rows) * MESSAGE_OCTETS, np.uint8)
        self._ticks = 0

    def start(self, row: int, form: CallerIdForm, charset: str = "iso-8859-1") -> None:
        """Begin to listen for this form (again from the beginning). `none` listens to nothing."""
        self.stop(row)
        self._charsets[row] = charset
        if form.form in STANDARDS:
            if not lib.tip_fsk_start(self._bank, row, STANDARDS[form.form]):
                raise MemoryError("no memory for a caller-ID receiver")
            self._fsk.add(row)
        elif form.form == "dtmf":
            self._keys[row] = _Keys(form)
            self._dtmf.reset(row)
            self._list_dtmf()

    def stop(self, row: int) -> None:
        """Listen no longer; what was half heard is forgotten."""
        indices(np.array([row]), self.rows)
        self._fsk.discard(row)
        lib.tip_fsk_stop(self._bank, row)
        if self._keys.pop(row, None) is not None:
            self._list_dtmf()

    def listening(self, row: int) -> bool:
        return row in self._fsk or row in self._keys

    def process(self, matrix: NDArray[np.int16]) -> list[tuple[int, CallerIdMessage]]:
        """One tick of all listening rows; messages in the order of their ends."""
        self._ticks += 1
        found = self._hear_dtmf(matrix) if self._keys else []
        return found + self._hear_fsk(matrix) if self._fsk else found

    def _hear_fsk(self, matrix: NDArray[np.int16]) -> list[tuple[int, CallerIdMessage]]:
        where, stride = rows_at(matrix, self.rows)
        used = lib.tip_fsk_process(self._bank, where, stride, address(self._out, "uint8_t *"), len(self._out))
        found, at = [], 0
        while at < used:
            row, length = int(self._out[at]) | int(self._out[at + 1]) << 8, int(self._out[at + 2])
            octets = self._out[at + 3 : at + 3 + length].tobytes()
            at += 3 + length
            message = from_fsk(octets, self._charsets[row])
            if message is not None:
                found.append((row, message))
        return found

    def _hear_dtmf(self, matrix: NDArray[np.int16]) -> list[tuple[int, CallerIdMessage]]:
        found = []
        for row, key, at_ms in self._dtmf.process(matrix, self._dtmf_rows):
            message = self._keys[row].add(key, self._ticks * TICK_MS + at_ms)
            if message is not None:
                found.append((row, message))
        return found

    def _list_dtmf(self) -> None:
        self._dtmf_rows = np.array(sorted(self._keys), np.intp)
