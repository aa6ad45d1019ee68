"""The audit: who took out, heard, erased or held what. Append-only; each row is sealed together with the one before.

The seal is keyed, so whoever can write to the database but has not the box's secret cannot forge a row either.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from firmware.archive.book import Book, Handlers
from firmware.protocol import facts

FIRST = "0" * 64
_COLUMNS = "id, entry, at_us, at, clock_quality, author, action, subject, why"


class Deed(Struct, frozen=True):
    """Who did what to what, and why they said they did."""

    author: str
    action: str
    subject: str
    why: str = ""


def note(book: Book, entry: str, deed: Deed, at: int | None = None) -> None:
    """One row; an `entry` that is there already is not written again. `at`: Unix time, where it was before now."""
    last = book.row("SELECT rows, seal FROM audit_end") or (0, FIRST)
    number = last[0] + 1
    moment = (book.at_us, book.wall_us if at is None else at, book.quality)
    row = (number, entry, *moment, deed.author, deed.action, deed.subject, deed.why)
    if book.row("SELECT 1 FROM audit WHERE entry = ?", entry):
        return
    seal = _seal(book.audit_key, last[1], row)
    book.do(f"INSERT INTO audit ({_COLUMNS}, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *row, seal)  # noqa: S608
    book.do("INSERT OR REPLACE INTO audit_end (id, rows, seal) VALUES (1, ?, ?)", number, seal)


def _recordings_accessed(book: Book, fact: facts.RecordingsAccessed) -> None:
    note_access(book, fact)


def note_access(book: Book, fact: facts.RecordingsAccessed, at: int | None = None) -> None:
    """One row a recording: who heard what."""
    for recording in fact.recordings:
        deed = Deed(fact.author, fact.action, f"recording {recording}", fact.why)
        note(book, f"{fact.access}:{recording}", deed, at)


def _message_played(book: Book, fact: facts.MessagePlayed) -> None:
    entry = f"played:{fact.recording}:{book.number[0]}:{book.number[1]}"
    note(
        book,
        entry,
        Deed(f"extension {fact.extension}", "listen", f"recording {fact.recording}", fact.mailbox),
    )


HANDLERS: Handlers = {
    facts.RecordingsAccessed: _recordings_accessed,
    facts.MessagePlayed: _message_played,
}


def entries(db: Database) -> list[dict[str, Any]]:
    """All rows, in order."""
    return list(db.query("SELECT * FROM audit ORDER BY id"))


def faults(db: Database, key: bytes) -> Iterator[str]:
    """What is wrong with the audit, naming the row; nothing when every row is as it was written."""
    before, number = FIRST, 0
    for row in db.execute(f"SELECT {_COLUMNS}, seal FROM audit ORDER BY id").fetchall():  # noqa: S608
        for missing in range(number + 1, min(row[0], number + 1000)):
            yield f"row {missing} is missing"
        if not hmac.compare_digest(str(row[-1]), _seal(key, before, row[:-1])):
            yield f"row {row[0]} was changed, or the one before it"
        number, before = row[0], str(row[-1])
    end = db.execute("SELECT rows, seal FROM audit_end").fetchone() or (0, FIRST)
    for missing in range(number + 1, min(end[0], number + 1000) + 1):
        yield f"row {missing} is missing"
    if number >= end[0] and (number, before) != tuple(end):
        yield f"the end of the audit was changed: it should be row {end[0]}"


def _seal(key: bytes, before: str, row: tuple[Any, ...]) -> str:
    return hmac.new(key, json.dumps([before, *row]).encode(), hashlib.sha256).hexdigest()
