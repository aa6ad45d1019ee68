"""The file operations that must last, at one place: what a power cut or a full disk can interrupt is
listed here.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class Disk:
    """Each method is one step that a kill, a power cut or an error can come before or after. All raise
    OSError.
    """

    def create(self, path: Path) -> int:
        """A new file for writing. Raises FileExistsError."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def open(self, path: Path) -> int:
        """A file that is there, to be synced. Raises FileNotFoundError."""
        return os.open(path, os.O_WRONLY | os.O_CLOEXEC)

    def write(self, handle: int, data: bytes) -> None:
        """All of `data` at the handle's place; on an error any part of it may be there."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]

    def allocate(self, handle: int, size: int) -> None:
        """The new file's first `size` bytes have their room on the disk."""
        os.posix_fallocate(handle, 0, size)

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        os.pwrite(handle, data, offset)

    def sync(self, handle: int) -> None:
        os.fdatasync(handle)

    def close(self, handle: int) -> None:
        os.close(handle)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_directory(self, path: Path) -> None:
        """With its parents, each private to this user and made durable in its own parent."""
        if path.is_dir():
            return
        self.make_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        self.sync_directory(path.parent)

    def sync_directory(self, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def write_whole(self, path: Path, data: bytes) -> None:
        """The file is the old or the new one whole, whatever happens; durable on return."""
        temporary = path.with_name(f"{path.name}.new")
        self.remove(temporary)
        handle = self.create(temporary)
        try:
            self._fill(handle, data)
        except OSError:
            with contextlib.suppress(OSError):
                self.remove(temporary)  # on a full disk its half would be in the way
            raise
        self.replace(temporary, path)
        self.sync_directory(path.parent)

    def _fill(self, handle: int, data: bytes) -> None:
        try:
            self.write(handle, data)
            self.sync(handle)
        finally:
            self.close(handle)

    def statvfs(self, path: Path) -> os.statvfs_result:
        return os.statvfs(path)


class VirtualDisk(Disk):
    """Waits for no platter: for virtual time, where there is no power to be cut."""

    def sync(self, handle: int) -> None:
        """Nothing to wait for."""

    def sync_directory(self, path: Path) -> None:
        """Nothing to wait for."""
