"""The durable mark: how far journal and reels are safely on disk. The recorder moves it, nobody reads past
it.

It lives in shared memory for one boot; after a power cut what is on disk is by definition what lasts.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from msgspec import Struct

from firmware.protocol.ring import shared_memory

_SLOT = struct.Struct("<6Q")
_CHECK = struct.Struct("<I")
_SLOT_BYTES = 64
MARK_BYTES = 2 * _SLOT_BYTES


class Place(Struct, frozen=True, order=True):
    """Up to byte `offset` of file `index`; all earlier files whole. (0, 0): nothing."""

    index: int = 0
    offset: int = 0


class Mark(Struct, frozen=True):
    journal: Place = Place()
    reels: Place = Place()
    complete_us: int = 0
    """Box time: all that was put into journal and audio ring before it is durable."""


class DurableMark:
    """Two slots written in turn, each with a checksum: a writer's death leaves the former mark readable."""

    def __init__(self, memory: bytearray | memoryview) -> None:
        """`memory` has MARK_BYTES; all zero means nothing is durable yet."""
        self._memory = memoryview(memory).cast("B")

    @classmethod
    def in_file(cls, path: Path) -> DurableMark:
        """Raises NotARing when the file is something else, OSError."""
        return cls(shared_memory(path, MARK_BYTES))

    @classmethod
    def in_memory(cls) -> DurableMark:
        return cls(bytearray(MARK_BYTES))

    def read(self) -> Mark:
        """The newest whole mark."""
        slots = [slot for at in (0, _SLOT_BYTES) if (slot := self._slot(at)) is not None]
        if not slots:
            return Mark()
        _, journal, journal_offset, reel, reel_offset, complete_us = max(slots)
        return Mark(Place(journal, journal_offset), Place(reel, reel_offset), complete_us)

    def write(self, mark: Mark) -> None:
        slots = [self._slot(at) for at in (0, _SLOT_BYTES)]
        versions = [slot[0] if slot else 0 for slot in slots]
        at = _SLOT_BYTES * versions.index(min(versions))
        fields = (
            max(versions) + 1,
            mark.journal.index,
            mark.journal.offset,
            mark.reels.index,
            mark.reels.offset,
            mark.complete_us,
        )
        data = _SLOT.pack(*fields)
        self._memory[at : at + _SLOT.size + _CHECK.size] = data + _CHECK.pack(zlib.crc32(data))

    def _slot(self, at: int) -> tuple[int, ...] | None:
        data = bytes(self._memory[at : at + _SLOT.size + _CHECK.size])
        fields = _SLOT.unpack_from(data)
        (check,) = _CHECK.unpack_from(data, _SLOT.size)
        return fields if fields[0] and check == zlib.crc32(data[: _SLOT.size]) else None
