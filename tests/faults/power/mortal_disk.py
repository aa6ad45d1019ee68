"""A disk whose user may be killed at any step, as by kill -9: what it wrote stays, and half of its last write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from firmware.store.disk import Disk


class Killed(BaseException):
    """The process died here."""


class MortalDisk(Disk):
    """All of them in this process die together: before step `left` from now; 0 lives on."""

    left = 0
    removing: Callable[[Path], None] = staticmethod(lambda path: None)
    """Hears of every file before it goes."""

    @classmethod
    def step(cls) -> None:
        if cls.left:
            cls.left -= 1
            if not cls.left:
                raise Killed

    def create(self, path: Path) -> int:
        self.step()
        return super().create(path)

    def write(self, handle: int, data: bytes) -> None:
        try:
            self.step()
        except Killed:
            super().write(handle, data[: len(data) // 2])
            raise
        super().write(handle, data)

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        self.step()
        super().write_at(handle, data, offset)

    def sync(self, handle: int) -> None:
        self.step()
        super().sync(handle)

    def replace(self, source: Path, target: Path) -> None:
        self.step()
        super().replace(source, target)

    def remove(self, path: Path) -> None:
        self.step()
        MortalDisk.removing(path)
        super().remove(path)

    def sync_directory(self, path: Path) -> None:
        self.step()
        super().sync_directory(path)
