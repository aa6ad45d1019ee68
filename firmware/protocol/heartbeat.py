"""A sign of life: each process writes box time to a word of shared memory whenever its loop comes round.

A process that lives but does nothing (stopped, dead-locked, lost in a loop) is known by an old beat.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path

_WORD = struct.Struct("<Q")


class Heartbeat:
    """The beating side. One aligned store a beat; nothing waits."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(handle, _WORD.size)
            self._map = mmap.mmap(handle, _WORD.size)
        finally:
            os.close(handle)

    def beat(self, at_us: int) -> None:
        _WORD.pack_into(self._map, 0, at_us)

    def close(self) -> None:
        self._map.close()


def last_beat_us(path: Path) -> int | None:
    """Box time of the latest beat; None when there never was one."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return int(_WORD.unpack(data)[0]) or None if len(data) == _WORD.size else None
