"""The configuration in force, read with as little as it takes: every process of the box does so when it starts."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct

from firmware.config.schema import Config

_MEMORY = Path("/dev/shm")  # noqa: S108 - its own folder there
_WRITES_IN_VAIN = (
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
)
"""To read a database with a write-ahead log SQLite makes files beside it."""
NEWEST = "SELECT version, author, at_us, note, json FROM versions ORDER BY version DESC LIMIT 1"


class Version(Struct, frozen=True):
    """One row of config.db: a configuration as it was put in force."""

    version: int
    author: str
    at_us: int
    """Wall time, Unix microseconds, as the caller gave it."""
    note: str
    """`apply`, or `rollback to N`."""
    json: str
    """The `Config` as JSON text, as the input `ConfigApplied` carries it."""

    @property
    def config(self) -> Config:
        return msgspec.json.decode(self.json, type=Config)


def held_open(config_db: Path) -> sqlite3.Connection:
    """SQLite's own files beside the database stay while somebody has it open: others can read it then, even where the
    disk has no room left to make them. Where it has none already, nothing is held. Raises sqlite3.Error.
    """
    connection = sqlite3.connect(config_db)
    with suppress(sqlite3.OperationalError):
        connection.execute(NEWEST).fetchone()
    return connection


def newest(config_db: Path) -> Version | None:
    """None where there is none yet. A disk without room, or one that takes nothing, is read all the same.

    Raises sqlite3.Error for a file that is no such database.
    """
    if not config_db.exists():
        return None
    try:
        return _read(config_db)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _WRITES_IN_VAIN:
            raise
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as elsewhere:
        return _read(_copy(config_db, Path(elsewhere)))


def _copy(config_db: Path, to: Path) -> Path:
    """With what is not yet in the database itself, but without SQLite's index of it, which it makes anew."""
    for name in (config_db.name, f"{config_db.name}-wal"):
        if (there := config_db.with_name(name)).exists():
            shutil.copyfile(there, to / name)
    return to / config_db.name


def _read(config_db: Path) -> Version | None:
    with closing(sqlite3.connect(config_db)) as connection:
        (made,) = connection.execute("PRAGMA user_version").fetchone()
        row = connection.execute(NEWEST).fetchone() if made else None
    return None if row is None else Version(*row)
