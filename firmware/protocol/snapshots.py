"""What the engine puts into the snapshot ring: its state after one record, which went into the journal ring before."""

from __future__ import annotations

import struct

_PACKED = struct.Struct("<QQ")


def pack(state: bytes, epoch: int, number: int) -> bytes:
    return _PACKED.pack(epoch, number) + state


def unpack(payload: bytes) -> tuple[int, int, bytes]:
    """(epoch, number, state)."""
    epoch, number = _PACKED.unpack_from(payload)
    return epoch, number, payload[_PACKED.size :]
