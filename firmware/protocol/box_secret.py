"""Secrets of one box: keys made once, kept in files of their own, never in a journal, a database or a report."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from firmware.store.disk import Disk

SECRET_BYTES = 32


def box_secret(folder: Path, name: str) -> bytes:
    """The key called `name` (lower-case letters and dashes) of `folder` (`Places.secrets`), made when absent.

    It is on the disk when this returns; two processes that ask at once get the same. A file of another length is
    damage and raises ValueError; raises OSError.
    """
    path = folder / name
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return _made(folder, name)
    if len(found) != SECRET_BYTES:
        raise ValueError(f"{path} has {len(found)} bytes, not {SECRET_BYTES}: restore it from a backup")
    return found


def _made(folder: Path, name: str) -> bytes:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        os.write(handle, os.urandom(SECRET_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(partial, folder / name)  # the first one wins
    except FileExistsError:
        pass
    finally:
        Path(partial).unlink()
    for place in (folder, folder.parent):
        Disk().sync_directory(place)
    return box_secret(folder, name)
