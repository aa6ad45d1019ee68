"""Access to recordings of a box that does not run: written beside history and taken into the audit when it does."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlite_utils import Database

from firmware.archive.audit import note_access
from firmware.archive.book import Book
from firmware.store.audio.accesses import FOLDER, Waiting
from firmware.store.disk import Disk


def take_in(db: Database, book: Book, data: Path, disk: Disk) -> None:
    """Each is one entry of the audit, however often this is begun. Raises OSError, sqlite3.Error."""
    files = sorted((data / FOLDER).glob("*.json"))
    if not files:
        return
    db.begin()
    for path in files:
        try:
            waiting = msgspec.json.decode(path.read_bytes(), type=Waiting)
        except msgspec.MsgspecError as error:
            book.odd("RecordingsAccessed", f"{path.name}: {error}")
            continue
        note_access(book, waiting.access, waiting.at)
    db.commit()
    for path in files:
        disk.remove(path)
