"""The reserve: room on the disk that is taken beforehand and given up when call records find none.

Several files, so that inodes are kept free too. That they are there is the whole state: any process may give the
reserve up, the recorder takes it again.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from firmware.store.disk import Disk

FOLDER = "reserve"
FILES = 8


class Reserve:
    def __init__(self, data: Path, size: int = 0, disk: Disk | None = None) -> None:
        """`size` in bytes, of all files together."""
        self._directory, self._disk = data / FOLDER, disk or Disk()
        self._part = max(size // FILES, 1)

    @property
    def size(self) -> int:
        return self._part * FILES

    @property
    def held(self) -> bool:
        """All of it is there. Raises nothing."""
        try:
            return all(path.stat().st_size == self._part for path in self._paths())
        except OSError:
            return False

    def take(self) -> None:
        """What is missing is taken. Raises OSError; what could be taken before stays taken."""
        self._disk.make_directory(self._directory)
        for path in self._paths():
            if not path.is_file() or path.stat().st_size != self._part:
                self._disk.remove(path)
                self._fill(path)
        self._disk.sync_directory(self._directory)

    @staticmethod
    def given_up(data: Path) -> bool:
        """It was there and is not: what room there is belongs to the records. For processes that do not take it."""
        folder = data / FOLDER
        return folder.is_dir() and not any(folder.glob("*.room"))

    def give_up(self) -> None:
        """Its room and inodes are free. Raises nothing: a disk that refuses this has other troubles."""
        for path in [*self._paths(), *self._others()]:
            with contextlib.suppress(OSError):
                self._disk.remove(path)

    def _fill(self, path: Path) -> None:
        handle = self._disk.create(path)
        try:
            self._disk.allocate(handle, self._part)
        except OSError:
            self._disk.remove(path)
            raise
        finally:
            self._disk.close(handle)

    def _paths(self) -> list[Path]:
        return [self._directory / f"{place}.room" for place in range(FILES)]

    def _others(self) -> list[Path]:
        """Left from a reserve of more files."""
        return [path for path in self._directory.glob("*.room") if path not in self._paths()]
