"""The days of a card's ports: two rings of minutes and quarters in one file of fixed size, a CRC a place.

Statistics that may be lost: nothing is synced, a torn place is skipped, and the file can never grow.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import zlib
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
from msgspec import Struct as Record
from numpy.typing import NDArray

from firmware.protocol.meters import EXTREMES, FIGURES, MINUTE, Rows

FOLDER = "line-quality"
QUARTER = 15
MINUTES_KEPT = 2 * 1440
QUARTERS_KEPT = 32 * 96
_HEAD = Struct("<8sI52x")
_MAGIC = b"TIPQUAL1"
_SLOT = Struct("<qI")


class Past(Record, frozen=True):
    """One port's past: `rows` (of `MINUTE`) begin at `minutes` (Unix minutes), in order; gaps are left out."""

    minutes: NDArray[np.int64]
    rows: Rows


def quality_path(root: Path, card: str) -> Path:
    """Below a data directory. People name cards: no such name is part of a path."""
    return root / FOLDER / f"{hashlib.blake2b(card.encode(), digest_size=8).hexdigest()}.ring"


class QualityFile:
    """For the one who writes. Raises OSError."""

    def __init__(self, path: Path, ports: int) -> None:
        """Instead of a file of another number of ports there is a new one.

        Strategy: a file never shrinks, as a page may have it mapped, and would die reading what is cut off.
        """
        self._ports, head = ports, _HEAD.pack(_MAGIC, ports)
        self._handle = _made(path)
        if os.pread(self._handle, _HEAD.size, 0) not in (b"", head):
            os.close(self._handle)
            path.unlink()
            self._handle = _made(path)
        os.pwrite(self._handle, head, 0)
        if os.fstat(self._handle).st_size < _size(ports):
            os.ftruncate(self._handle, _size(ports))

    def put(self, minute: int, rows: Rows) -> None:
        """A Unix minute of all ports; its quarter is made anew of all that is known of it."""
        self._write(minute, rows, 0, MINUTES_KEPT)
        quarter = minute // QUARTER
        known = [self._read(one) for one in range(quarter * QUARTER, quarter * QUARTER + QUARTER)]
        whole = np.stack([one for one in known if one is not None])
        self._write(quarter, fold(whole), MINUTES_KEPT, QUARTERS_KEPT)

    def close(self) -> None:
        os.close(self._handle)

    def _write(self, number: int, rows: Rows, first: int, places: int) -> None:
        data = rows.tobytes()
        os.pwrite(
            self._handle, _SLOT.pack(number, _crc(data, number)) + data, self._at(number, first, places)
        )

    def _read(self, minute: int) -> Rows | None:
        length = self._ports * MINUTE.itemsize
        slot = os.pread(self._handle, _SLOT.size + length, self._at(minute, 0, MINUTES_KEPT))
        number, crc = _SLOT.unpack_from(slot)
        rows = slot[_SLOT.size :]
        return np.frombuffer(rows, MINUTE) if number == minute and _crc(rows, minute) == crc else None

    def _at(self, number: int, first: int, places: int) -> int:
        return _HEAD.size + (first + number % places) * (_SLOT.size + self._ports * MINUTE.itemsize)


def read_minutes(path: Path, slot: int, since: int, until: int) -> Past:
    """Of the port in slot `slot` (from 0); `until` is left out. Empty where nothing is kept. Raises nothing."""
    return _read(path, slot, _Ring(0, MINUTES_KEPT, 1), since, until)


def read_quarters(path: Path, slot: int, since: int, until: int) -> Past:
    """As `read_minutes`, a row a quarter-hour."""
    return _read(path, slot, _Ring(MINUTES_KEPT, QUARTERS_KEPT, QUARTER), since, until)


def gathered(past: Past, step: int) -> Past:
    """Rows of `step` minutes each."""
    if not len(past.minutes):
        return past
    begins = past.minutes // step * step
    firsts = np.flatnonzero(np.diff(begins, prepend=begins[0] - 1))
    return Past(begins[firsts], _folded(past.rows, firsts))


def fold(rows: Rows) -> Rows:
    """`rows[times, ports]` of `MINUTE` as one row a port."""
    folded: Rows = _folded(rows, np.zeros(1, np.intp))[0]
    return folded


def _folded(rows: Rows, firsts: NDArray[np.intp]) -> Rows:
    """Along the first axis: from each of `firsts` to the next."""
    made = np.zeros((len(firsts), *rows.shape[1:]), MINUTE)
    samples = rows["samples"].astype(np.float64)
    for name in ("samples", "alarm_s"):
        made[name] = np.minimum(np.add.reduceat(rows[name].astype(np.int64), firsts), 65535)
    made["alarms"] = np.bitwise_or.reduceat(rows["alarms"], firsts)
    for figure in FIGURES:
        least, mean, most = (f"{figure}_{which}" for which in EXTREMES)
        made[least], made[most] = np.fmin.reduceat(rows[least], firsts), np.fmax.reduceat(rows[most], firsts)
        made[mean] = _mean(rows[mean].astype(np.float64), samples, firsts)
    made["return_loss"] = _mean(rows["return_loss"].astype(np.float64), samples, firsts)
    return made


def _mean(
    values: NDArray[np.float64], weights: NDArray[np.float64], firsts: NDArray[np.intp]
) -> NDArray[np.float64]:
    known = ~np.isnan(values)
    weight = np.where(known, np.maximum(weights, 1.0), 0.0)
    total = np.add.reduceat(weight, firsts)
    mean = np.full(total.shape, np.nan)
    np.divide(
        np.add.reduceat(weight * np.where(known, values, 0.0), firsts), total, out=mean, where=total > 0
    )
    return mean


class _Ring(Record, frozen=True):
    first: int
    places: int
    step: int
    """Minutes a place."""


def _read(path: Path, slot: int, ring: _Ring, since: int, until: int) -> Past:
    with _opened(path) as found:
        if found.ports <= slot:
            return _NOTHING
        places = found.places(ring.first, ring.places)
        begins = places["number"].astype(np.int64) * ring.step
        wanted = np.flatnonzero((begins >= since) & (begins < until))
        whole = [at for at in wanted.tolist() if _is_whole(places[at])]
        order = np.array(sorted(whole, key=lambda at: int(begins[at])), np.intp)
        return Past(begins[order], places["rows"][order, slot].copy())


class _Opened:
    """A mapped file, or none (`ports` 0)."""

    def __init__(self, data: mmap.mmap | None) -> None:
        self._data = data
        self.ports = 0
        if data is not None and len(data) >= _HEAD.size:
            magic, ports = _HEAD.unpack_from(data)
            self.ports = ports if magic == _MAGIC and len(data) >= _size(ports) else 0

    def places(self, first: int, places: int) -> NDArray[np.void]:
        kind = np.dtype([("number", "<i8"), ("crc", "<u4"), ("rows", MINUTE, (self.ports,))])
        assert self._data is not None
        return np.frombuffer(self._data, kind, places, _HEAD.size + first * kind.itemsize).copy()

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *_: object) -> None:
        if self._data is not None:
            self._data.close()


def _opened(path: Path) -> _Opened:
    try:
        with path.open("rb") as file:
            return _Opened(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):  # not there, or empty
        return _Opened(None)


def _is_whole(place: Any) -> bool:
    return bool(place["crc"] == _crc(place["rows"].tobytes(), int(place["number"])))


def _made(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _size(ports: int) -> int:
    return _HEAD.size + (MINUTES_KEPT + QUARTERS_KEPT) * (_SLOT.size + ports * MINUTE.itemsize)


def _crc(data: bytes, number: int) -> int:
    return zlib.crc32(data, number & 0xFFFFFFFF)


_NOTHING = Past(np.empty(0, np.int64), np.empty(0, MINUTE))
