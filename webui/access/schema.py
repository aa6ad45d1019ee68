"""web.db as the pages hold it; its tables are in `firmware.access.schema`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from firmware.access.schema import ACCESS, WEB_FILE

__all__ = ["WEB_FILE", "open_web"]


def open_web(path: Path) -> sqlite3.Connection:
    """Migrated, WAL, every commit on the platter; used under the doors' lock. Raises sqlite3.Error."""
    db = Database(sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10))
    db.conn.execute("PRAGMA journal_mode = WAL")
    db.conn.execute("PRAGMA synchronous = FULL")
    db.conn.execute("PRAGMA foreign_keys = ON")
    ACCESS.apply(db)
    return db.conn
