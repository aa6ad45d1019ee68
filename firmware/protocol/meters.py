"""What each port measures now, and its last minutes, in shared memory: the switch writes, whoever shows it reads.

Layout of `<run>/meters`: a head, the names and sizes of the cards (JSON), one `NOW` row a port, then `MINUTES` places
of one `MINUTE` row a port. Whole parts carry a CRC, so that a reader who meets a half-written one reads again. It
outlives the switch: a minute waits there for whoever keeps it.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Iterator, Sequence
from enum import IntEnum, IntFlag
from pathlib import Path
from struct import Struct

import msgspec
import numpy as np
from numpy.typing import NDArray

from firmware.protocol.places import Places

MINUTE_US = 60_000_000
MINUTES = 30
"""So long whoever keeps them may be away."""
MOST_PORTS = 4096
_MAGIC = b"TIPMETR1"
_HEAD = Struct("<8sIIqI")
"""Magic, ports, bytes of the cards' JSON, box time of the latest sample, CRC of the rows with that time."""
_SLOT = Struct("<qI")
"""Number of a minute of box time, CRC of its rows with that number."""
Rows = NDArray[np.void]


class PortState(IntEnum):
    """What a port does."""

    NONE = 0
    """Nothing works there."""
    IDLE = 1
    USED = 2
    RINGS = 3


class PortClass(IntEnum):
    """What is plugged in, or should be."""

    NONE = 0
    FXO = 1
    FXS = 2
    SIP = 3
    SIP_TRUNK = 4


class Alarm(IntFlag):
    """What is wrong with a port. The low bits are `drivers.gauges.LineFault`."""

    NO_BATTERY = 1
    SHARED = 2
    WEAK = 4
    SHORT = 8
    CHIP = 16
    OVERLOAD = 32
    GIVEN_UP = 64
    AWAY = 128
    """SIP: nobody is registered, or the trunk's carrier does not answer."""


NOW = np.dtype([
    ("kind", "u1"), ("state", "u1"), ("alarms", "<u2"), ("volts", "<f4"), ("milliamps", "<f4"),
    ("level_from", "<f4"), ("level_to", "<f4"), ("return_loss", "<f4"),
])  # fmt: skip
"""V and mA as the chip says (signed), dBm0 from and to the port while it is used, echo return loss in dB.

NaN: not known.
"""
FIGURES = ("volts", "milliamps", "level_from", "level_to")
EXTREMES = ("least", "mean", "most")
MINUTE = np.dtype([
    ("samples", "<u2"), ("alarm_s", "<u2"), ("alarms", "<u2"),
    *((f"{figure}_{which}", "<f2") for figure in FIGURES for which in EXTREMES),
    ("return_loss", "<f2"),
])  # fmt: skip
"""One port's minute: V while idle, mA and dBm0 while used, without sign; seconds with any alarm, and which.

NaN: there was none.
"""


class CardPorts(msgspec.Struct, frozen=True):
    """A card and how many rows it takes."""

    name: str
    ports: int


class Meters(msgspec.Struct, frozen=True):
    """One look: `rows` is of `NOW`, in the order of `cards`."""

    at_us: int
    cards: tuple[CardPorts, ...]
    rows: Rows


def meters_path(places: Places) -> Path:
    return places.run / "meters"


class MeterWriter:
    """Of the switch. No write waits for a disk."""

    def __init__(self, path: Path, cards: Sequence[CardPorts]) -> None:
        """A file of the same cards is taken over with its minutes; any other begins anew. Raises OSError."""
        text = msgspec.json.encode(tuple(cards))
        self._ports = sum(card.ports for card in cards)
        self._rows_at = _HEAD.size + len(text)
        size = _size(len(text), self._ports)
        head = _HEAD.pack(_MAGIC, self._ports, len(text), 0, 0) + text
        if not _is_same(path, head, size):
            path.unlink(missing_ok=True)  # a reader keeps its own mapping whole
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(handle, size)
            self._map = mmap.mmap(handle, size)
        finally:
            os.close(handle)
        self._map[: len(head)] = head

    def write(self, rows: Rows, at_us: int) -> None:
        data = rows.tobytes()
        self._map[self._rows_at : self._rows_at + len(data)] = data
        _HEAD.pack_into(
            self._map, 0, _MAGIC, self._ports, self._rows_at - _HEAD.size, at_us, _crc(data, at_us)
        )

    def write_minute(self, minute: int, rows: Rows) -> None:
        """`rows` is of `MINUTE`; `minute` counts minutes of box time."""
        data = rows.tobytes()
        at = _minute_at(self._rows_at, self._ports, minute)
        self._map[at : at + _SLOT.size + len(data)] = _SLOT.pack(minute, _crc(data, minute)) + data

    def close(self) -> None:
        self._map.close()


def read_meters(path: Path) -> Meters | None:
    """None: nobody has written yet, or three looks met a half-written one."""
    for _ in range(3):
        found = _content(path)
        if found is None:
            return None
        data, ports, text, at_us, crc = found
        begin = _HEAD.size + text
        rows = data[begin : begin + ports * NOW.itemsize]
        if at_us and _crc(rows, at_us) == crc:
            return Meters(at_us, _cards(data, text), np.frombuffer(rows, NOW))
    return None


def read_minutes(path: Path, after: int) -> Iterator[tuple[int, tuple[CardPorts, ...], Rows]]:
    """Whole minutes of box time later than `after`, in order."""
    found = _content(path)
    if found is None:
        return
    data, ports, text, _, _ = found
    cards, length = _cards(data, text), ports * MINUTE.itemsize
    whole = {}
    for place in range(MINUTES):
        at = _minute_at(_HEAD.size + text, ports, place)
        minute, crc = _SLOT.unpack_from(data, at)
        rows = data[at + _SLOT.size : at + _SLOT.size + length]
        if minute > after and _crc(rows, minute) == crc:
            whole[minute] = np.frombuffer(rows, MINUTE)
    for minute in sorted(whole):
        yield minute, cards, whole[minute]


def _content(path: Path) -> tuple[bytes, int, int, int, int] | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if len(data) < _HEAD.size:
        return None
    magic, ports, text, at_us, crc = _HEAD.unpack_from(data)
    if magic != _MAGIC or ports > MOST_PORTS or len(data) < _size(text, ports):
        return None
    return data, ports, text, at_us, crc


def _cards(data: bytes, text: int) -> tuple[CardPorts, ...]:
    try:
        return msgspec.json.decode(data[_HEAD.size : _HEAD.size + text], type=tuple[CardPorts, ...])
    except msgspec.MsgspecError:
        return ()


def _is_same(path: Path, head: bytes, size: int) -> bool:
    found = _content(path)
    if found is None or len(found[0]) != size:
        return False
    text = found[2]
    return found[0][_HEAD.size : _HEAD.size + text] == head[_HEAD.size :]


def _size(text: int, ports: int) -> int:
    return _HEAD.size + text + ports * NOW.itemsize + MINUTES * (_SLOT.size + ports * MINUTE.itemsize)


def _minute_at(rows_at: int, ports: int, minute: int) -> int:
    return rows_at + ports * NOW.itemsize + minute % MINUTES * (_SLOT.size + ports * MINUTE.itemsize)


def _crc(data: bytes, number: int) -> int:
    return zlib.crc32(data, number & 0xFFFFFFFF)
