"""How far erasures are, for people: what is held back, and what still lies where until when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from firmware.archive.book import Book
from firmware.archive.call_numbers import calls_with
from firmware.archive.erasing import DONE, FORGOTTEN, HELD, LIVING
from firmware.archive.holds import Holds
from firmware.archive.keeping import keeping
from firmware.archive.number_marks import NumberMarks
from firmware.archive.pruning import StillThere, still_there

Row = dict[str, Any]
ORDERED, WORKING, POSTPONED, WAITING, COMPLETE = "ordered", "working", "held-back", "waiting", "complete"
"""How far: `waiting` for journal segments, snapshots and reels to be dropped."""


def erasures(db: Database, data: Path) -> list[Row]:
    """One row an erasure, newest last; `still` names what may still hold the number. Raises OSError."""
    return [_view(db, data, row) for row in db.query("SELECT * FROM erasures ORDER BY ordered_us, id")]


def newest_erasures(db: Database, data: Path, most: int, skip: int = 0) -> list[Row]:
    """The same rows, newest first. Raises OSError."""
    found = db.query(
        "SELECT * FROM erasures ORDER BY ordered_us DESC, id DESC LIMIT ? OFFSET ?", (most, skip)
    )
    return [_view(db, data, row) for row in found]


def _view(db: Database, data: Path, row: Row) -> Row:
    states = dict(
        db.execute(
            "SELECT state, count(*) FROM erasure_calls WHERE erasure = ? AND call <> 0 GROUP BY state",
            (row["id"],),
        ).fetchall()
    )
    (recordings,) = db.execute(
        "SELECT coalesce(sum(recordings), 0) FROM erasure_calls WHERE erasure = ?", (row["id"],)
    ).fetchone()
    known = ("id", "author", "why", "ordered_us", "ordered_at", "erased_us", "complete_us", "at_once")
    return {
        **{name: row[name] for name in known},
        "state": _state(row, states),
        "calls": states.get(DONE, 0) + states.get(FORGOTTEN, 0),
        "recordings": recordings,
        "held": [
            call
            for (call,) in db.execute(
                "SELECT call FROM erasure_calls WHERE erasure = ? AND state = ? ORDER BY call",
                (row["id"], HELD),
            ).fetchall()
        ],
        "living": states.get(LIVING, 0),
        "still": [msgspec.to_builtins(one) for one in _still(data, row)],
    }


def _state(row: Row, states: dict[str, int]) -> str:
    if row["complete_us"] is not None:
        return COMPLETE
    if row["erased_us"] is not None:
        return WAITING
    if row["looked_us"] is None:
        return ORDERED
    return POSTPONED if set(states) <= {HELD, DONE} and states.get(HELD) else WORKING


def _still(data: Path, row: Row) -> list[StillThere]:
    if row["complete_us"] is not None or row["erased_us"] is None:
        return []
    known = (row["known_epoch"], row["known_number"])
    return list(still_there(data, known, row["known_reel"], bool(row["at_once"])))


class Meant:
    """What a number would erase, before it is ordered."""

    def __init__(self, db: Database, data: Path, marks: frozenset[str]) -> None:
        book = Book(db, "", data / "secrets")
        rules = keeping(book)
        look = NumberMarks(book.erasure_key, rules.dial_plan, rules.area)
        self.calls = sorted(calls_with(book, lambda text: look.fit(text, marks)) - {0})
        holds = Holds(book)
        self.held = [call for call in self.calls if holds.over(call)]
        self.recordings = sum(
            book.rows("SELECT count(*) FROM recordings WHERE call = ? AND path <> ''", call)[0][0]
            for call in self.calls
        )
