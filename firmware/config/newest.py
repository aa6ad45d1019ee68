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
_TRIES = 3
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
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _WRITES_IN_VAIN:
            raise
        try:
            return _read_elsewhere(config_db)
        except OSError:
            raise error from None


def _read_elsewhere(config_db: Path) -> Version | None:
    """Raises OSError where it cannot be copied, or does not hold still: then somebody can write it."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        for _ in range(_TRIES):
            before = _look(config_db)
            copied = _copy(config_db, Path(folder))
            if _look(config_db) == before:
                return _read(copied)
    raise BlockingIOError(f"{config_db} changes")


def _files(config_db: Path) -> list[Path]:
    """With what is not yet in the database itself, but without SQLite's index of it, which it makes anew."""
    both = (config_db, config_db.with_name(f"{config_db.name}-wal"))
    return [one for one in both if one.exists()]


def _look(config_db: Path) -> list[tuple[int, int]]:
    return [(told.st_mtime_ns, told.st_size) for told in (one.stat() for one in _files(config_db))]


def _copy(config_db: Path, to: Path) -> Path:
    for former in to.iterdir():
        former.unlink()
    for one in _files(config_db):
        shutil.copyfile(one, to / one.name)
    return to / config_db.name


def _read(config_db: Path) -> Version | None:
    with closing(sqlite3.connect(config_db)) as connection:
        (made,) = connection.execute("PRAGMA user_version").fetchone()
        row = connection.execute(NEWEST).fetchone() if made else None
    return None if row is None else Version(*row)
