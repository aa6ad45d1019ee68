"""business.db in a backup: read at one moment; built again as it was, brought up to date, its indices made anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from sqlite_utils import Database

from firmware.archive.backup.contents import BadContents
from firmware.business.contacts import Contacts
from firmware.business.errors import NoBusiness
from firmware.business.index import reindex
from firmware.business.migrations import BUSINESS
from firmware.business.numbers import NumberRules
from firmware.business.store import BUSINESS_FILE, migrate, read_business, writing


def reading(path: Path) -> Database | None:
    """Inside one reading transaction; None where there are no contacts. Raises StoreError, sqlite3.Error."""
    try:
        connection = read_business(path)
    except NoBusiness:
        return None
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM contacts").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return Database(connection)


def steps(db: Database | None) -> tuple[str, ...]:
    """Migrations its tables have."""
    return () if db is None else tuple(step.name for step in BUSINESS.applied(db))


def begin(root: Path, had: tuple[str, ...]) -> sqlite3.Connection:
    """Empty, as it was when the backup was made. Raises sqlite3.Error."""
    connection = sqlite3.connect(root / BUSINESS_FILE)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    migrate(connection, had)
    return connection


def complete(connection: sqlite3.Connection) -> None:
    """All rows are in. Raises BadContents for rows that are no contacts, sqlite3.Error."""
    connection.commit()
    migrate(connection)
    try:
        with writing(connection):
            reindex(connection)
        for _ in Contacts(connection, NumberRules()).every():
            pass
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadContents(f"a contact cannot be read: {error}") from error


def fault(root: Path) -> str:
    """Empty: it is sound, or there is none. Raises sqlite3.Error."""
    if not (root / BUSINESS_FILE).is_file():
        return ""
    with closing(read_business(root / BUSINESS_FILE)) as db:
        (verdict,) = db.execute("PRAGMA integrity_check").fetchone()
    return "" if verdict == "ok" else str(verdict)
