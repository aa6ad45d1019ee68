"""Opening history.db: its one writer, its many readers, and the refusal of what newer software wrote."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from firmware.store.migrations import HISTORY, STEPS

HISTORY_FILE = "history.db"
BEAT_STEPS = 1_000_000
"""Of SQLite's machine: some tens of milliseconds."""


class StoreError(Exception):
    """Root of what the store raises."""


class NoHistory(StoreError, FileNotFoundError):
    """There is no history.db yet."""


class NewerSchema(StoreError, ValueError):
    """The database was written by newer software."""


def open_history(path: Path, *, durable: bool = True, beat: Callable[[], None] = lambda: None) -> Database:
    """For the one writer: migrated, WAL, every commit on the platter (`durable` False: virtual time, no
    syncing). Long work of the database calls `beat`, also its migration.

    Raises NewerSchema, sqlite3.Error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = Database(sqlite3.connect(path))
    db.conn.set_progress_handler(beat, BEAT_STEPS)
    try:
        _refuse_newer(db, path)
        db.conn.execute("PRAGMA journal_mode = WAL")
        # NORMAL lost acknowledged rows in 12 of 12 measured power cuts (SAFETY.md C).
        db.conn.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = OFF")
        # What is forgotten is overwritten, not only unlinked (an erasure vacuums besides).
        db.conn.execute("PRAGMA secure_delete = ON")
        HISTORY.apply(db)
    except BaseException:
        db.close()
        raise
    return db


def read_history(path: Path) -> Database:
    """For readers: cannot write. Raises NoHistory, NewerSchema, sqlite3.Error."""
    if not path.is_file():
        raise NoHistory(f"no call history at {path}")
    db = Database(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))
    db.conn.execute("PRAGMA query_only = ON")
    try:
        _refuse_newer(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _refuse_newer(db: Database, path: Path) -> None:
    unknown = sorted({step.name for step in HISTORY.applied(db)} - set(STEPS))
    if unknown:
        raise NewerSchema(
            f"{path} was written by newer software (it has {', '.join(unknown)}): "
            "install that version again, or restore a backup made before it"
        )
