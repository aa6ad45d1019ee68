"""What the engine puts into the snapshot ring: its state after one record, which went into the journal ring before."""

from __future__ import annotations

import struct

from msgspec import Struct

_PACKED = struct.Struct("<QQ")
_TURN = 1 << 63


class Packed(Struct, frozen=True):
    """The state after record (`epoch`, `number`). `turn`: what comes after it begins a new journal segment."""

    epoch: int
    number: int
    state: bytes
    turn: bool


def pack(state: bytes, epoch: int, number: int, turn: bool = False) -> bytes:
    return _PACKED.pack(epoch, number | _TURN if turn else number) + state


def unpack(payload: bytes) -> Packed:
    epoch, number = _PACKED.unpack_from(payload)
    return Packed(epoch, number & ~_TURN, payload[_PACKED.size :], bool(number & _TURN))
