"""One tick of all running recordings, as the switch puts it into the audio ring and reels keep it.

Layout, little-endian: `TAPE` magic, tick u64, epoch u32, count u32, then `count` ids of 8 bytes (a recording's
16 hexadecimal digits), then `uint8[count, 2, 160]` A-law: left (what the port says), right (what it hears).
"""

from __future__ import annotations

import struct

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

TICK_SAMPLES = 160
_HEAD = struct.Struct("<4sQII")
_MAGIC = b"TAPE"


class TapeBlock(Struct, frozen=True):
    """`samples` is A-law `uint8[len(recordings), 2, 160]`."""

    epoch: int
    tick: int
    recordings: tuple[str, ...]
    samples: NDArray[np.uint8]


def encode(block: TapeBlock) -> bytes:
    count = len(block.recordings)
    ids = bytes.fromhex("".join(block.recordings))
    return _HEAD.pack(_MAGIC, block.tick, block.epoch, count) + ids + block.samples.tobytes()


def decode(data: bytes) -> TapeBlock:
    """Raises ValueError for what is not one whole block."""
    if len(data) < _HEAD.size:
        raise ValueError(f"tape block of {len(data)} bytes is shorter than its head")
    magic, tick, epoch, count = _HEAD.unpack_from(data)
    if magic != _MAGIC or len(data) != _HEAD.size + count * (8 + 2 * TICK_SAMPLES):
        raise ValueError("not a tape block")
    ids = data[_HEAD.size : _HEAD.size + 8 * count].hex()
    samples = np.frombuffer(data, np.uint8, offset=_HEAD.size + 8 * count).reshape(count, 2, TICK_SAMPLES)
    return TapeBlock(epoch, tick, tuple(ids[i : i + 16] for i in range(0, len(ids), 16)), samples)
