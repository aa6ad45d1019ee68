"""Jobs that may not be done twice: noted before the first irrevocable step, forgotten after the answer."""

from __future__ import annotations

from pathlib import Path

from firmware.store.disk import Disk


class Begun:
    """One small file a job below `folder`. A job found here by a new life of the process ends `unknown`."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """Raises OSError."""
        self._folder, self._disk = folder, disk or Disk()
        self._disk.make_directory(folder)
        self.former = frozenset(int(one.name) for one in folder.iterdir() if one.name.isdigit())
        """Begun by a life before this one."""

    def note(self, job: int) -> None:
        """On the disk when this returns. Raises OSError."""
        self._disk.write_whole(self._folder / str(job), b"")

    def forget(self, job: int) -> None:
        """Nothing irrevocable was done, or its end is known. Raises OSError."""
        self._disk.remove(self._folder / str(job))
