"""The configuration in force, read with as little as it takes: every process of the box does so when it starts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.config.schema import Config

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
    disk has no room left to make them. Raises sqlite3.Error.
    """
    connection = sqlite3.connect(config_db)
    connection.execute(NEWEST).fetchone()
    return connection


def newest(config_db: Path) -> Version | None:
    """None where there is none yet. Raises sqlite3.Error for a file that is no such database."""
    if not config_db.exists():
        return None
    with closing(sqlite3.connect(config_db)) as connection:
        (made,) = connection.execute("PRAGMA user_version").fetchone()
        row = connection.execute(NEWEST).fetchone() if made else None
    return None if row is None else Version(*row)
