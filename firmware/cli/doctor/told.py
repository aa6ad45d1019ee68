"""What several looks ask of a box alike: numbers its processes told, its configuration, its history."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from sqlite_utils import Database

from firmware.cli.doctor.finding import Finding
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.store.history import NoHistory, StoreError, read_history


def whole(told: Mapping[str, Any], name: str) -> int:
    """0 where it was not told, or is no whole number."""
    value = told.get(name, 0)
    return value if isinstance(value, int) else 0


def number(told: Mapping[str, Any], name: str) -> float:
    """0 where it was not told, or is no number."""
    value = told.get(name, 0)
    return float(value) if isinstance(value, int | float) else 0.0


def config_of(places: Places) -> Config | None:
    """None: no configuration can be read, which is another finding."""
    try:
        found = newest(places.config_db)
        return None if found is None else found.config
    except (sqlite3.Error, msgspec.MsgspecError):
        return None


def in_history(places: Places, look: Callable[[Database], Iterator[Finding]]) -> Iterator[Finding]:
    """A history that cannot be read is the history's own finding."""
    try:
        db = read_history(places.history_db)
    except (NoHistory, StoreError, sqlite3.Error):
        return
    try:
        yield from look(db)
    except sqlite3.Error:
        return
    finally:
        db.close()
