"""A byte ring in shared memory from one producer to one consumer; what is in it survives both.

Positions only grow and are published after the bytes they cover, each by one aligned 8-byte store, so the
death of
either side between any two stores leaves whole records. The consumer acknowledges (`release`) when its
copy is safe.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import zlib
from pathlib import Path

HEAD_BYTES = 256
_MAGIC = 0x31_47_4E_49_52_50_49_54  # "TIPRING1"
_FRAME = struct.Struct("<II")
_MAGIC_AT, _CAPACITY_AT, _REFUSED_AT, _HEAD_AT, _TAIL_AT = 0, 1, 2, 8, 16
"""Words of 8 bytes; both positions have a cache line of their own."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_BOOT_BYTES = 36


class RingError(Exception):
    """Root of what rings raise."""


class NotARing(RingError, ValueError):
    """The memory was laid out for something else, or for another size."""


class Overtaken(RingError, LookupError):
    """What was to be read is not in the ring any more."""


class Ring:
    """`put` belongs to the producer; `peek`, `release`, `rewind`, `drain` to the consumer. Neither ever
    blocks.
    """

    def __init__(self, memory: bytearray | memoryview) -> None:
        """`memory` all zero becomes an empty ring; else the ring in it goes on. Raises NotARing."""
        view = memoryview(memory).cast("B")
        self.capacity = len(view) - HEAD_BYTES
        if self.capacity < _FRAME.size:
            raise NotARing(f"{len(view)} bytes are too few for a ring")
        self._words = view[:HEAD_BYTES].cast("Q")
        self._data = view[HEAD_BYTES:]
        if self._words[_MAGIC_AT] == 0:
            self._words[_CAPACITY_AT] = self.capacity
            self._words[_MAGIC_AT] = _MAGIC
        if self._words[_MAGIC_AT] != _MAGIC or self._words[_CAPACITY_AT] != self.capacity:
            raise NotARing("this memory holds another ring")
        self._cursor = self._words[_TAIL_AT]

    @classmethod
    def in_file(cls, path: Path, capacity: int) -> Ring:
        """The ring in this file, made when it is not there (`/dev/shm`: for one boot). Raises NotARing,
        OSError.
        """
        return cls(shared_memory(path, HEAD_BYTES + capacity))

    @classmethod
    def in_memory(cls, capacity: int) -> Ring:
        """A ring of this process alone, for virtual time."""
        return cls(bytearray(HEAD_BYTES + capacity))

    # -- producer ---------------------------------------------------------------------------------

    def put(self, data: bytes) -> bool:
        """Adds one record. False, and counted, when there is no room."""
        head = self._words[_HEAD_AT]
        if _FRAME.size + len(data) > self.capacity - (head - self._words[_TAIL_AT]):
            self._words[_REFUSED_AT] += 1
            return False
        self._store(head, _FRAME.pack(len(data), zlib.crc32(data)))
        self._store(head + _FRAME.size, data)
        self._words[_HEAD_AT] = head + _FRAME.size + len(data)
        return True

    # -- consumer ---------------------------------------------------------------------------------

    def peek(self, limit: int = 1 << 30) -> list[bytes]:
        """The next records, at most `limit` bytes of them but at least one; they stay in the ring."""
        found: list[bytes] = []
        head, taken = self._words[_HEAD_AT], 0
        while self._cursor < head and taken < limit:
            length, crc = _FRAME.unpack(self._load(self._cursor, _FRAME.size))
            data = self._load(self._cursor + _FRAME.size, length)
            if zlib.crc32(data) != crc:
                break  # a weakly ordered processor may show the position before the bytes: they come
            self._cursor += _FRAME.size + length
            taken += _FRAME.size + length
            found.append(data)
        return found

    def release(self) -> None:
        """All that was peeked may be overwritten."""
        self._words[_TAIL_AT] = self._cursor

    def rewind(self) -> None:
        """All that was peeked and not released will be peeked again."""
        self._cursor = self._words[_TAIL_AT]

    def drain(self, limit: int = 1 << 30) -> list[bytes]:
        found = self.peek(limit)
        self.release()
        return found

    # -- anybody ----------------------------------------------------------------------------------

    def look(self, position: int) -> tuple[bytes, int] | None:
        """The record at `position` and the position after it, whoever it is for; None: it is not there yet.

        Raises Overtaken when it was written over, before or while it was read.
        """
        head = self._words[_HEAD_AT]
        if position >= head:
            return None
        length, crc = _FRAME.unpack(self._load(position, _FRAME.size))
        data = self._load(position + _FRAME.size, min(length, self.capacity))
        if self._words[_HEAD_AT] - position > self.capacity or position + _FRAME.size + length > head:
            raise Overtaken(f"the record at {position} is gone")
        if zlib.crc32(data) != crc:
            return None  # the position came before the bytes, as in `peek`
        return data, position + _FRAME.size + length

    @property
    def put_until(self) -> int:
        """Position after the newest record; it only grows."""
        return int(self._words[_HEAD_AT])

    @property
    def released_until(self) -> int:
        """Position up to which the consumer's copy is safe."""
        return int(self._words[_TAIL_AT])

    @property
    def used(self) -> int:
        """Bytes put and not released."""
        return self._words[_HEAD_AT] - self._words[_TAIL_AT]

    @property
    def waiting(self) -> int:
        """Bytes put and not peeked by this consumer."""
        return self._words[_HEAD_AT] - self._cursor

    @property
    def fill(self) -> float:
        """0 empty .. 1 full."""
        return self.used / self.capacity

    @property
    def refused(self) -> int:
        """How many records found no room since the ring was made."""
        return self._words[_REFUSED_AT]

    # -- bytes ------------------------------------------------------------------------------------

    def _store(self, position: int, data: bytes) -> None:
        start = position % self.capacity
        room = self.capacity - start
        if len(data) <= room:
            self._data[start : start + len(data)] = data
        else:
            self._data[start:] = data[:room]
            self._data[: len(data) - room] = data[room:]

    def _load(self, position: int, length: int) -> bytes:
        start = position % self.capacity
        room = self.capacity - start
        if length <= room:
            return bytes(self._data[start : start + length])
        return bytes(self._data[start:]) + bytes(self._data[: length - room])


def ring_bytes(path: Path) -> int:
    """Capacity of the ring in this file; 0 where there is none of this boot."""
    try:
        with path.open("rb") as file:
            end = file.seek(-_BOOT_BYTES, os.SEEK_END)
            of_this_boot = file.read() == _BOOT_ID.read_bytes()[:_BOOT_BYTES]
    except OSError:
        return 0
    return max(end - HEAD_BYTES, 0) if of_this_boot else 0


def shared_memory(path: Path, size: int) -> memoryview:
    """The file as memory shared with all who map it in this boot; zeros where it is new or older.

    What a power cut left in such a file is neither whole nor needed. Raises NotARing, OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    boot = _BOOT_ID.read_bytes()[:_BOOT_BYTES]
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        there = os.fstat(handle).st_size
        if os.pread(handle, _BOOT_BYTES, max(there - _BOOT_BYTES, 0)) != boot:
            os.ftruncate(handle, 0)
            os.posix_fallocate(handle, 0, size + _BOOT_BYTES)
            os.pwrite(handle, boot, size)
        elif there != size + _BOOT_BYTES:
            raise NotARing(f"{path} has {there - _BOOT_BYTES} bytes, not {size}")
        return memoryview(mmap.mmap(handle, size + _BOOT_BYTES))[:size]
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)  # closing alone would not: mmap keeps a copy of the handle
        os.close(handle)
