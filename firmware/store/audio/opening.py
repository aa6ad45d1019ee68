"""Recordings by their opaque id, opened beneath the recordings' folder and nowhere else.

Each step of the way is opened from the one before and never through a link (openat2's RESOLVE_BENEATH, which Python
does not have), so neither a name nor a planted file leads outside.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from firmware.archive.tracks import NotARecording, UnnamedRecording, recording_path

Row = dict[str, Any]
__all__ = ["NotARecording", "UnnamedRecording", "open_recording", "recording_of"]
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def recording_of(db: Database, recording: str) -> Row | None:
    """Its row of table `recordings` if it can be heard; None where there is none, or none any more."""
    found = db.query("SELECT * FROM recordings WHERE id = ? AND path <> '' AND gone = ''", [recording])
    return next(iter(found), None)


def open_recording(data: Path, recording: str) -> int:
    """A handle for reading; the caller closes it. Raises UnnamedRecording, NotARecording, OSError."""
    *folders, name = recording_path(recording).parts
    at = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER, dir_fd=at)
            os.close(at)
            at = inner
        return _plain_file(os.open(name, _FILE, dir_fd=at), recording)
    finally:
        os.close(at)


def _plain_file(handle: int, recording: str) -> int:
    """Not a device, a pipe, or a second name of a file that is elsewhere."""
    found = os.fstat(handle)
    if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
        return handle
    os.close(handle)
    raise NotARecording(f"{recording} is no plain file")
