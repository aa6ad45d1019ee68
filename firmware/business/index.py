"""What contacts are found by: words of names, digits of numbers. Made of the tables, and made anew when asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from firmware.business.numbers import NumberRules
from firmware.business.words import folded

AT_ONCE = 1000


def put_words(db: sqlite3.Connection, row: int, name: str, company: str, tags: Iterable[str]) -> None:
    """Of one contact, in place of those there were."""
    db.execute(
        "INSERT OR REPLACE INTO contact_words (rowid, name, company, tags) VALUES (?, ?, ?, ?)",
        (row, folded(name), folded(company), " ".join(map(folded, tags))),
    )


def put_digits(db: sqlite3.Connection, row: int, digits: Iterable[str]) -> None:
    """Of one contact's numbers, in place of those there were."""
    db.execute("INSERT OR REPLACE INTO number_digits (rowid, digits) VALUES (?, ?)", (row, " ".join(digits)))


def drop(db: sqlite3.Connection, row: int) -> None:
    """The contact is found no more."""
    db.execute("DELETE FROM contact_words WHERE rowid = ?", (row,))
    db.execute("DELETE FROM number_digits WHERE rowid = ?", (row,))


def reindex(db: sqlite3.Connection) -> None:
    """Everything anew, in the transaction of who calls. Raises sqlite3.Error, msgspec.MsgspecError for bad tags."""
    db.execute("DELETE FROM contact_words")
    rows = db.execute("SELECT row, name, company, tags FROM contacts WHERE erased_at IS NULL")
    while some := rows.fetchmany(AT_ONCE):
        for row, name, company, tags in some:
            put_words(db, row, name, company, msgspec.json.decode(tags, type=list[str]))
    _reindex_digits(db)


def _reindex_digits(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM number_digits")
    db.execute(
        "INSERT INTO number_digits (rowid, digits) SELECT contact, group_concat(digits, ' ')"
        " FROM (SELECT contact, digits FROM numbers ORDER BY contact, place) GROUP BY contact"
    )


def renumber(db: sqlite3.Connection, rules: NumberRules) -> bool:
    """Where the box's country or area is another than before, the forms of all numbers; False where it is the same.

    In the transaction of who calls. Raises sqlite3.Error.
    """
    known = db.execute("SELECT rules FROM numbering").fetchone()
    if known is not None and known[0] == rules.fingerprint():
        return False
    last = -1
    while some := db.execute(
        "SELECT id, entered FROM numbers WHERE id > ? ORDER BY id LIMIT ?", (last, AT_ONCE)
    ).fetchall():
        last = some[-1][0]
        db.executemany(
            "UPDATE numbers SET e164 = ?, digits = ?, tail = ? WHERE id = ?",
            [(*rules.forms(entered), number) for number, entered in some],
        )
    if last >= 0:
        _reindex_digits(db)
    db.execute("INSERT OR REPLACE INTO numbering (id, rules) VALUES (1, ?)", (rules.fingerprint(),))
    return True
