"""Snapshots of the engine's state on disk: each whole or not there, the last few kept, never ahead of the
journal.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

from msgspec import Struct

from firmware.protocol.snapshots import pack as pack  # noqa: PLC0414 - told to others from here too
from firmware.store.disk import Disk

SNAPSHOTS = "snapshots"
KEPT = 3
_HEAD = struct.Struct("<4sHHQQQI")
_MAGIC, _VERSION = b"TPRS", 1
_NAME = re.compile(r"snapshot-(\d{10})-(\d{20})\.state")


class Snapshot(Struct, frozen=True):
    """The state after record (`epoch`, `number`)."""

    epoch: int
    number: int
    state: bytes


class Snapshots:
    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        self._directory = directory
        self._disk = disk or Disk()

    def save(self, state: bytes, epoch: int, number: int) -> Path:
        """Durable on return; older ones beyond the last few are removed after. Raises OSError."""
        self._disk.make_directory(self._directory)
        path = self._directory / f"snapshot-{epoch:010d}-{number:020d}.state"
        head = _HEAD.pack(_MAGIC, _VERSION, 0, epoch, number, len(state), zlib.crc32(state))
        self._disk.write_whole(path, head + state)
        for _, old in self.files()[KEPT:]:
            self._disk.remove(old)
        return path

    def latest(self, not_after: tuple[int, int] | None = None) -> Snapshot | None:
        """The newest whole one, not newer than record `not_after` (the last that the journal still has)."""
        for number, path in self.files():
            if (not_after is None or number <= not_after) and (found := _read(path)) is not None:
                return found
        return None

    def files(self) -> list[tuple[tuple[int, int], Path]]:
        """Those there are, by the record they were taken at, newest first."""
        paths = self._directory.glob("snapshot-*.state") if self._directory.is_dir() else []
        found = [((int(m[1]), int(m[2])), path) for path in paths if (m := _NAME.fullmatch(path.name))]
        return sorted(found, reverse=True)


def _read(path: Path) -> Snapshot | None:
    data = path.read_bytes()
    if len(data) < _HEAD.size:
        return None
    magic, version, _, epoch, number, length, crc = _HEAD.unpack_from(data)
    state = data[_HEAD.size :]
    if (magic, version, length, crc) != (_MAGIC, _VERSION, len(state), zlib.crc32(state)):
        return None
    return Snapshot(epoch, number, state)
