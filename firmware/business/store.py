"""Opening business.db: for the web and the command line, which write, and for everybody else, who reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from firmware.business.errors import NoBusiness
from firmware.business.migrations import BUSINESS, STEPS
from firmware.store.history import NewerSchema

BUSINESS_FILE = "business.db"
PATIENCE_S = 5.0
"""How long one writer waits for another."""


def open_business(path: Path, *, durable: bool = True, patience_s: float = PATIENCE_S) -> sqlite3.Connection:
    """For a writer: migrated, WAL, every commit on the platter (`durable` False: tests and benches).

    Of the thread that opened it. Raises NewerSchema, sqlite3.Error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=patience_s, isolation_level=None)
    try:
        _refuse_newer(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = OFF")
        # What is forgotten is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def empty_business() -> sqlite3.Connection:
    """In no file: for who only wants to know what would be."""
    connection = sqlite3.connect("", isolation_level=None)
    migrate(connection)
    return connection


def migrate(connection: sqlite3.Connection, steps: tuple[str, ...] = STEPS) -> None:
    """Up to the last of `steps`; two who open a new file at once do not get in one another's way."""
    db = Database(connection)
    if not BUSINESS.pending(db):
        return
    following = STEPS[len(steps) : len(steps) + 1]
    with writing(connection):
        BUSINESS.apply(db, stop_before=following or None)


def read_business(path: Path, *, patience_s: float = PATIENCE_S) -> sqlite3.Connection:
    """For readers: cannot write. Raises NoBusiness, NewerSchema, sqlite3.Error."""
    connection = reader(path, patience_s)
    try:
        _refuse_newer(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def reader(path: Path, patience_s: float) -> sqlite3.Connection:
    """Whatever software wrote it: for who has no time to look. Raises NoBusiness, sqlite3.Error."""
    if not path.is_file():
        raise NoBusiness(f"no contacts at {path}")
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=patience_s, isolation_level=None
    )
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction: all of it is there afterwards, or nothing. Raises sqlite3.Error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    unknown = sorted({step.name for step in BUSINESS.applied(Database(connection))} - set(STEPS))
    if unknown:
        raise NewerSchema(
            f"{path} was written by newer software (it has {', '.join(unknown)}): "
            "install that version again, or restore a backup made before it"
        )
