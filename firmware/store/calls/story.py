"""The story of one call: everything that happened in it, in order, from history.db alone.

It lasts as long as the call's record does, and what is erased of the record is erased of the story: it has no rows of
its own but `call_notes`, which name nobody outside.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from firmware.store.calls.story_sources import SOURCES

Row = dict[str, Any]


class Moment(Struct, frozen=True):
    """`firmware.store.calls.telling` puts it into words."""

    offset_ms: int
    """Since the call began."""
    at: int
    """Unix microseconds."""
    what: str
    values: Row


class Story(Struct, frozen=True):
    """Rows of tables `calls`, `legs`, `recordings`, and what happened."""

    call: Row
    legs: list[Row]
    recordings: list[Row]
    moments: list[Moment]


def call_story(db: Database, call: int) -> Story | None:
    """None where there is no such call. Raises sqlite3.Error."""
    row = next(iter(db.query("SELECT * FROM calls WHERE id = ?", [call])), None)
    if row is None:
        return None
    legs = list(db.query("SELECT * FROM legs WHERE call = ? ORDER BY id", [call]))
    recordings = list(db.query("SELECT * FROM recordings WHERE call = ? ORDER BY began_us, id", [call]))
    return Story(row, legs, recordings, _moments(db, row))


def _moments(db: Database, call: Row) -> list[Moment]:
    """Of one instant in the order of `SOURCES`: what follows from something is told behind it."""
    began_us, wall_us = call["offered_us"], call["offered_at"] - call["offered_us"]
    found = [
        (at_us, what, values)
        for what, statement in SOURCES.items()
        for values in db.query(statement, [call["id"]])
        if (at_us := values.pop("at_us")) is not None
    ]
    found.sort(key=lambda one: one[0])
    return [
        Moment((at_us - began_us) // 1000, at_us + wall_us, what, values) for at_us, what, values in found
    ]
