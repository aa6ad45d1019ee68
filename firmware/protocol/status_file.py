"""Figures of a running process for others to read: JSON in a small mapped file; no write waits for a disk."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import msgspec

SIZE = 4096


class StatusFile:
    """`size` bytes: one JSON object, then spaces. A reader that meets a half-written one reads again."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(handle, size)
            self._map = mmap.mmap(handle, size)
        finally:
            os.close(handle)

    def write(self, figures: msgspec.Struct) -> None:
        """What does not fit is left out whole."""
        text = msgspec.json.encode(figures)
        if len(text) <= len(self._map):
            self._map[:] = text.ljust(len(self._map))

    def close(self) -> None:
        self._map.close()
