"""web.db in a backup: who may come in and which programs, read at one moment; built again and brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlite_utils import Database

from firmware.access.schema import ACCESS, STEPS, WEB_FILE
from firmware.store.disk import Disk

PATIENCE_S = 10.0


def reading(path: Path) -> Database | None:
    """Inside one reading transaction; None where nobody was ever made. Raises sqlite3.Error."""
    if not path.is_file():
        return None
    uri = f"file:{quote(str(path))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE_S)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM people").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return Database(connection)


def steps(db: Database | None) -> tuple[str, ...]:
    """Migrations its tables have."""
    return () if db is None else tuple(step.name for step in ACCESS.applied(db))


def begin(root: Path, had: tuple[str, ...]) -> sqlite3.Connection:
    """Empty, as it was when the backup was made. Raises sqlite3.Error."""
    connection = sqlite3.connect(root / WEB_FILE)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    ACCESS.apply(Database(connection), stop_before=STEPS[len(had) : len(had) + 1] or None)
    return connection


def complete(connection: sqlite3.Connection) -> None:
    """All rows are in. Raises sqlite3.Error."""
    connection.commit()
    ACCESS.apply(Database(connection))


def keep(present: Path, restored: Path, disk: Disk) -> None:
    """Where the backup left people out, who may come in now may after it, too. Raises OSError, sqlite3.Error."""
    there, target = present / WEB_FILE, restored / WEB_FILE
    if target.exists() or not there.is_file():
        return
    with closing(sqlite3.connect(there)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    _last(target, disk)


def keep_out(present: Path, restored: Path, disk: Disk) -> tuple[str, ...]:
    """Who was switched off and which tokens were revoked since the backup stay so; who that is.

    One is left who administers, and nobody is kept out by a present database that cannot be read.
    Raises OSError, sqlite3.Error.
    """
    there, target = present / WEB_FILE, restored / WEB_FILE
    if not there.is_file() or not target.is_file():
        return ()
    with closing(sqlite3.connect(there)) as source:
        off = _found(source, "SELECT name FROM people WHERE is_off ORDER BY name")
        revoked = _found(source, "SELECT revoked_at, id, key FROM tokens WHERE revoked_at ORDER BY id")
    with closing(sqlite3.connect(target)) as copy:
        out = [name for (name,) in off if copy.execute(_SWITCH_OFF, (name,)).rowcount]
        out += [f"token {row[1]}" for row in revoked if copy.execute(_REVOKE, row).rowcount]
        copy.commit()
    if out:
        _last(target, disk)
    return tuple(out)


_SWITCH_OFF = (
    "UPDATE people SET is_off = 1 WHERE name = ? AND NOT is_off AND (role != 'admin'"
    " OR (SELECT count(*) FROM people WHERE role = 'admin' AND NOT is_off) > 1)"
)
_REVOKE = "UPDATE tokens SET revoked_at = ? WHERE id = ? AND key = ? AND NOT revoked_at"


def _found(db: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    """Nothing where the present box's database is damaged: that is what one restores for."""
    try:
        return db.execute(query).fetchall()
    except sqlite3.DatabaseError:
        return []


def _last(path: Path, disk: Disk) -> None:
    """It is on the disk when this returns."""
    handle = disk.open(path)
    try:
        disk.sync(handle)
    finally:
        disk.close(handle)
    disk.sync_directory(path.parent)
