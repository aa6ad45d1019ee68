"""Legal holds: what is neither erased nor purged, and why."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from firmware.archive import audit
from firmware.archive.audit import Deed
from firmware.archive.book import Book, Handlers
from firmware.archive.call_numbers import numbers_of
from firmware.archive.keeping import keeping
from firmware.archive.number_marks import NumberMarks
from firmware.protocol import facts
from firmware.store.history import read_history


def _hold_placed(book: Book, fact: facts.HoldPlaced) -> None:
    added = book.do(
        "INSERT OR IGNORE INTO legal_holds (id, author, why, call, recording, marks, shown, placed_us, placed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        fact.hold,
        fact.author,
        fact.why,
        fact.call,
        fact.recording,
        msgspec.json.encode(fact.marks).decode(),
        fact.shown,
        book.at_us,
        book.wall_us,
    )
    if added:
        audit.note(book, f"hold:{fact.hold}", Deed(fact.author, "hold", _subject(fact), fact.why))


def _subject(fact: facts.HoldPlaced) -> str:
    if fact.call:
        return f"call {fact.call}"
    return f"recording {fact.recording}" if fact.recording else fact.shown


def _hold_released(book: Book, fact: facts.HoldReleased) -> None:
    done = book.do(
        "UPDATE legal_holds SET released_us = ?, released_by = ?, released_why = ?"
        " WHERE id = ? AND released_us IS NULL",
        book.at_us,
        fact.author,
        fact.why,
        fact.hold,
    )
    if done:
        deed = Deed(fact.author, "release", f"hold {fact.hold}", fact.why)
        audit.note(book, f"release:{fact.hold}", deed)
    else:
        book.odd("HoldReleased", f"no such hold is in force: {fact.hold}")


HANDLERS: Handlers = {facts.HoldPlaced: _hold_placed, facts.HoldReleased: _hold_released}


class _Hold(Struct, frozen=True):
    id: str
    call: int
    recording: str
    marks: frozenset[str]


class Holds:
    """Those in force now; a look takes what `numbers_of` a call gives it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        rules = keeping(book)
        self._marks = NumberMarks(book.erasure_key, rules.dial_plan, rules.area)
        self._holds = [
            _Hold(hold, call, recording, frozenset(msgspec.json.decode(marks, type=list[str])))
            for hold, call, recording, marks in book.rows(
                "SELECT id, call, recording, marks FROM legal_holds WHERE released_us IS NULL ORDER BY placed_us, id"
            )
        ]

    def over(self, call: int) -> list[str]:
        """Holds that keep this call and all its recordings; a hold on one of them holds the call."""
        if not self._holds:
            return []
        recordings = {row[0] for row in self._book.rows("SELECT id FROM recordings WHERE call = ?", call)}
        marks = self._marks_of(call) if any(hold.marks for hold in self._holds) else frozenset()
        return [
            hold.id
            for hold in self._holds
            if (hold.call == call and call)
            or hold.recording in recordings
            or not marks.isdisjoint(hold.marks)
        ]

    def _marks_of(self, call: int) -> frozenset[str]:
        return frozenset(mark for text in numbers_of(self._book, call) for mark in self._marks.of(text))


_COLUMNS = (
    "id, author, why, call, recording, marks, shown, placed_us, placed_at, "
    "released_us, released_by, released_why"
)
_KEPT = (
    f"INSERT OR REPLACE INTO legal_holds ({_COLUMNS}) SELECT {_COLUMNS} FROM former.legal_holds h"  # noqa: S608 - constants
    " WHERE (call = 0 OR EXISTS (SELECT 1 FROM calls WHERE id = h.call))"
    " AND (recording = '' OR EXISTS (SELECT 1 FROM recordings WHERE id = h.recording))"
)


def keep_holds(former: Path, restored: Database) -> None:
    """Holds of the history that a restore replaces stay in force, and released what it knows as released.

    What a hold names and the restored history has not is left out: its number may be given to another call. Commits.
    Raises NoHistory, NewerSchema, sqlite3.Error.
    """
    read_history(former).close()
    restored.conn.execute("ATTACH DATABASE ? AS former", (str(former),))
    try:
        restored.conn.execute(_KEPT)
        restored.conn.commit()
    finally:
        restored.conn.execute("DETACH DATABASE former")
