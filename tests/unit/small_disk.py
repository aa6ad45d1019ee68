"""A disk with an end: counts bytes and inodes of what is written through it; errors where it is told to."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from firmware.store.disk import Disk

BLOCK = 1 << 10


class SmallDisk(Disk):
    """`capacity` bytes and `inodes` files; `others` bytes of them are somebody else's."""

    def __init__(self, capacity: int = 1 << 40, inodes: int = 1 << 20) -> None:
        self.capacity, self.inodes = capacity, inodes
        self.others = 0
        self._sizes: dict[Path, int] = {}
        self.open_files: dict[int, Path] = {}
        """By handle."""
        self.broken: dict[str, int] = {}
        """Folder to the errno that every operation in it is answered with; `*`: everywhere."""
        self.fail_at = 0
        self.fail_for = 1
        self.fail_errno = errno.EIO
        self.operations = 0

    @property
    def used(self) -> int:
        return self.others + sum(self._sizes.values())

    @property
    def files(self) -> int:
        return len(self._sizes)

    def create(self, path: Path) -> int:
        self._step(path)
        if len(self._sizes) >= self.inodes:
            raise OSError(errno.ENOSPC, "No space left on device")
        handle = super().create(path)
        self.open_files[handle], self._sizes[path] = path, 0
        return handle

    def open(self, path: Path) -> int:
        self._step(path)
        handle = super().open(path)
        self.open_files[handle] = path
        return handle

    def write(self, handle: int, data: bytes) -> None:
        path = self.open_files[handle]
        self._step(path)
        room = self.capacity - self.used
        super().write(handle, data[: max(room, 0)])
        self._sizes[path] = self._sizes.get(path, 0) + min(len(data), max(room, 0))
        if len(data) > room:
            raise OSError(errno.ENOSPC, "No space left on device")

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        self._step(self.open_files[handle])
        super().write_at(handle, data, offset)

    def allocate(self, handle: int, size: int) -> None:
        path = self.open_files[handle]
        self._step(path)
        if self.used + size > self.capacity:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().allocate(handle, size)
        self._sizes[path] = size

    def sync(self, handle: int) -> None:
        self._step(self.open_files[handle])

    def close(self, handle: int) -> None:
        self.open_files.pop(handle, None)
        super().close(handle)

    def replace(self, source: Path, target: Path) -> None:
        self._step(source)
        super().replace(source, target)
        self._sizes[target] = self._sizes.pop(source, 0)

    def remove(self, path: Path) -> None:
        if path.exists():
            self._step(path)
        super().remove(path)
        self._sizes.pop(path, None)

    def sync_directory(self, path: Path) -> None:
        self._step(path)

    def statvfs(self, path: Path) -> os.statvfs_result:
        blocks, free = self.capacity // BLOCK, max(self.capacity - self.used, 0) // BLOCK
        files = self.inodes - len(self._sizes)
        return os.statvfs_result((BLOCK, BLOCK, blocks, free, free, self.inodes, files, files, 0, 255))

    def _step(self, path: Path) -> None:
        self.operations += 1
        for folder in (*path.parts, "*"):
            if folder in self.broken:
                self._fail(self.broken[folder])
        if self.fail_at and self.fail_at <= self.operations < self.fail_at + self.fail_for:
            self._fail(self.fail_errno)

    @staticmethod
    def _fail(code: int) -> None:
        raise OSError(code, os.strerror(code))
