"""Where each endpoint is in the journal and how it fares, on the disk: a process killed at any moment goes on there.

It is written at most every few seconds: what was taken in between is told again, with the same ids.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.jobs.webhooks.standing import Standing
from firmware.store.disk import Disk
from firmware.stream.happenings import Position

FOLDER = "webhooks"
"""Below the folder of jobs in the data directory."""


class Kept(Struct):
    done: Position | None = None
    """All up to it was taken, set aside or given up; None: nothing since `since_us`."""
    since_us: int = 0
    tries: int = 0
    failing_us: int | None = None
    deadline: int | None = None
    gap: bool = False
    """It has to be told that events are missing."""
    standing: Standing | None = None


class Keeper:
    """Of one endpoint. Of one thread; `leave` may come from any."""

    def __init__(self, folder: Path, name: str, disk: Disk | None = None) -> None:
        self._path, self._disk = folder / f"{name}.json", disk or Disk()
        self._saving = threading.Lock()
        self._is_left = False

    def load(self, since_us: int) -> Kept:
        """One nobody knows of begins at `since_us`; one whose file is damaged does behind a gap. Raises OSError."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return Kept(since_us=since_us)
        except ValueError as error:
            sys.stderr.write(f"webhook {self._path.stem}: its place is lost, {error}\n")
            return Kept(since_us=since_us, gap=True)

    def save(self, kept: Kept) -> None:
        """On the disk when this returns, unless it was left. Raises OSError."""
        with self._saving:
            if self._is_left:
                return
            self._disk.make_directory(self._path.parent)
            self._disk.write_whole(self._path, msgspec.json.encode(kept))

    def leave(self) -> bool:
        """From now on nothing is saved: the file is somebody else's, or to be removed. False: it is just being written.

        Waits for nothing.
        """
        if not self._saving.acquire(blocking=False):
            return False
        self._is_left = True
        self._saving.release()
        return True


def forget_others(folder: Path, names: set[str], disk: Disk | None = None) -> None:
    """Endpoints that are not configured any more begin anew should they come back. Raises OSError."""
    for path in folder.glob("*.json"):
        if path.stem not in names:
            (disk or Disk()).remove(path)
