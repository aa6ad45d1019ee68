"""Erasures as history knows them: ordered by fact, told by fact, written down so that they can be done again."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlite_utils import Database

from firmware.archive import audit
from firmware.archive.audit import Deed
from firmware.archive.book import Book, Handlers
from firmware.archive.erasure_list import Erasure
from firmware.protocol import facts

ERASED = "erased"


def _erasure_ordered(book: Book, fact: facts.ErasureOrdered) -> None:
    moment = (book.at_us, book.wall_us, *book.number)
    put_down(book, Erasure(fact.erasure, fact.author, fact.why, fact.marks, fact.at_once, *moment))
    deed = Deed(fact.author, "erase", f"erasure {fact.erasure}", fact.why)
    audit.note(book, f"erase:{fact.erasure}", deed)


def _records_erased(book: Book, fact: facts.RecordsErased) -> None:
    book.do("UPDATE erasures SET told = 1 WHERE id = ?", fact.erasure)
    done = f"{fact.calls} calls, {fact.recordings} recordings"
    deed = Deed("archive", ERASED, f"erasure {fact.erasure}", done)
    audit.note(book, f"erased:{fact.erasure}:{book.number[0]}:{book.number[1]}", deed)


HANDLERS: Handlers = {facts.ErasureOrdered: _erasure_ordered, facts.RecordsErased: _records_erased}


def put_down(book: Book, one: Erasure) -> bool:
    """False when it is there already."""
    marks = msgspec.json.encode(one.marks).decode()
    row = (
        one.id,
        one.author,
        one.why,
        marks,
        one.at_once,
        one.ordered_us,
        one.ordered_at,
        one.epoch,
        one.number,
    )
    return bool(
        book.do(
            "INSERT OR IGNORE INTO erasures (id, author, why, marks, at_once, ordered_us, ordered_at, epoch, number)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *row,
        )
    )


def reapply_erasures(db: Database) -> int:
    """After a restore: all erasures of this database are worked through again. Returns how many there are.

    Those that only the list beside it knows are taken up when the archive starts. Commits.
    """
    count: int = db.conn.execute(
        "UPDATE erasures SET looked_us = NULL, erased_us = NULL, complete_us = NULL, told = 0"
    ).rowcount
    db.conn.execute("DELETE FROM erasure_calls")
    db.conn.commit()
    return count


def every_erasure(db: Database) -> list[Erasure]:
    """Whatever became of them, in order."""
    found = db.conn.execute(
        "SELECT id, author, why, marks, at_once, ordered_us, ordered_at, epoch, number FROM erasures"
        " ORDER BY ordered_us, id"
    )
    return [_erasure(row) for row in found]


_NOT_LOOKED = (
    "SELECT id, author, why, marks, at_once, ordered_us, ordered_at, epoch, number FROM erasures"
    " WHERE looked_us IS NULL ORDER BY ordered_us, id"
)


def not_looked(book: Book) -> list[Erasure]:
    """Those nothing was done for yet."""
    return [_erasure(row) for row in book.rows(_NOT_LOOKED)]


def _erasure(row: tuple[Any, ...]) -> Erasure:
    marks = tuple(msgspec.json.decode(row[3], type=list[str]))
    return Erasure(row[0], row[1], row[2], marks, bool(row[4]), *row[5:])
