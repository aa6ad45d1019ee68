"""Every configuration this box ever had: who set it, when, what changed, and the way back.

A table in `config.db`; rows are added and never changed. Rolling back adds the old text as a new version. Beside it
lie drafts (`firmware.config.drafts`).
"""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import sqlite_utils

from firmware.config.export import as_toml
from firmware.config.newest import NEWEST, newest
from firmware.config.newest import Version as Version  # noqa: PLC0414 - a row of this store
from firmware.config.schema import Config


class ConfigStoreError(Exception):
    """Root of what the store raises."""


class NoSuchVersion(ConfigStoreError, KeyError):
    """There is no configuration of this number."""

    def __str__(self) -> str:
        return f"there is no configuration version {self.args[0]}"


class NewerStore(ConfigStoreError, RuntimeError):
    """The file was written by a newer firmware than this."""


def _first(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE versions (version INTEGER PRIMARY KEY AUTOINCREMENT, author TEXT NOT NULL,"
        " at_us INTEGER NOT NULL, note TEXT NOT NULL, json TEXT NOT NULL) STRICT"
    )


def _drafts(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE drafts (id INTEGER PRIMARY KEY AUTOINCREMENT, base INTEGER NOT NULL, author TEXT NOT NULL,"
        " at_us INTEGER NOT NULL, note TEXT NOT NULL, json TEXT NOT NULL) STRICT"
    )


MIGRATIONS: Sequence[Callable[[sqlite_utils.Database], None]] = (_first, _drafts)
"""Step N makes schema N of schema N - 1; only ever appended to."""

_BEFORE = (
    "SELECT version, author, at_us, note, json FROM versions WHERE version < ? ORDER BY version DESC LIMIT ?"
)
_ONE = "SELECT version, author, at_us, note, json FROM versions WHERE version = ?"
_MADE_SINCE = (
    "SELECT version, author, at_us, note, json FROM versions WHERE version > ? AND author = ? AND note = ?"
    " ORDER BY version LIMIT 1"
)
_NO_END = 2**62


class ConfigStore:
    """One connection; one thread. `path` is the database file, made when absent."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._db = sqlite_utils.Database(self._connection)
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._migrate()
        except BaseException:
            self._connection.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """For what stands beside the versions in the same file: `firmware.config.drafts`."""
        return self._connection

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> ConfigStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, config: Config, author: str, at_us: int, note: str = "apply") -> int:
        """Adds a checked configuration; returns its number. It is on the disk when this returns."""
        return self._add(author, at_us, note, msgspec.json.encode(config).decode())

    def put_version(self, row: Version) -> None:
        """A version under its old number, as a backup has it. Raises sqlite3.IntegrityError when there is one."""
        self._connection.execute(
            "INSERT INTO versions (version, author, at_us, note, json) VALUES (?, ?, ?, ?, ?)",
            (row.version, row.author, row.at_us, row.note, row.json),
        )

    def current(self) -> Version | None:
        """The newest version; None before the first."""
        return next(self._rows(NEWEST), None)

    def get(self, version: int) -> Version:
        """Raises NoSuchVersion."""
        for found in self._rows(_ONE, version):
            return found
        raise NoSuchVersion(version)

    def history(self, before: int = _NO_END, most: int = -1) -> list[Version]:
        """Those below number `before`, newest first; `most` of them, -1: all."""
        return list(self._rows(_BEFORE, before, most))

    def rolled_back(self, version: int, author: str, since: int) -> Version | None:
        """The first version above `since` that `author` made by rolling back to `version`."""
        return self.made_since(since, author, _rollback_note(version))

    def made_since(self, since: int, author: str, note: str) -> Version | None:
        """The first version above `since` that `author` made with this note."""
        return next(self._rows(_MADE_SINCE, since, author, note), None)

    def rollback(self, version: int, author: str, at_us: int) -> int:
        """Puts an old version in force again, as a new one. Raises NoSuchVersion."""
        return self._add(author, at_us, _rollback_note(version), self.get(version).json)

    def diff(self, old: int, new: int) -> str:
        """What changed, as a unified diff of the TOML; version 0 is the empty configuration."""
        before, after = (self._text(one).splitlines() for one in (old, new))
        return "\n".join(difflib.unified_diff(before, after, f"version {old}", f"version {new}", lineterm=""))

    def _text(self, version: int) -> str:
        return as_toml(self.get(version).config if version else Config())

    def _add(self, author: str, at_us: int, note: str, json: str) -> int:
        added = self._connection.execute(
            "INSERT INTO versions (author, at_us, note, json) VALUES (?, ?, ?, ?)",
            (author, at_us, note, json),
        )
        return int(added.lastrowid or 0)

    def _rows(self, select: str, *values: int | str) -> Iterator[Version]:
        return (Version(*row) for row in self._connection.execute(select, values))

    def _migrate(self) -> None:
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found > len(MIGRATIONS):
            raise NewerStore(f"config.db has schema {found}, this firmware knows {len(MIGRATIONS)}")
        for number in range(found, len(MIGRATIONS)):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                MIGRATIONS[number](self._db)
                self._connection.execute(f"PRAGMA user_version = {number + 1}")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _rollback_note(version: int) -> str:
    return f"rollback to {version}"


def in_force(config_db: Path) -> Version | None:
    """From a database of this software's schema, or, where the disk has no room to look, from what there is.

    Raises ConfigStoreError, sqlite3.Error.
    """
    try:
        with ConfigStore(config_db) as store:
            return store.current()
    except sqlite3.OperationalError:
        return newest(config_db)
