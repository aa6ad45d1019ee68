"""A number is to be forgotten: contacts lose it, and who has no other number is erased whole.

A contact with further numbers stays (a switchboard's, a colleague's): people decide about it. What stands in notes as
prose is not looked through.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from msgspec import Struct, structs

from firmware.business.contact import KeptNumber
from firmware.business.contacts import Contacts
from firmware.business.numbers import NumberRules
from firmware.business.store import writing

EVER = 1 << 62


class Forgotten(Struct, frozen=True):
    """Ids of contacts."""

    erased: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """They lost a number and have others."""


def meant(db: sqlite3.Connection, fits: Callable[[str], bool], made_until: int = EVER) -> list[int]:
    """Rows of the contacts with a number that fits, as entered or as E.164. Raises sqlite3.Error."""
    found = db.execute(
        "SELECT n.contact, n.entered, n.e164 FROM numbers n JOIN contacts c ON c.row = n.contact"
        " WHERE c.created_at <= ? ORDER BY n.contact",
        (made_until,),
    )
    return list(dict.fromkeys(row for row, entered, e164 in found if fits(entered) or (e164 and fits(e164))))


def forget_number(
    db: sqlite3.Connection,
    rules: NumberRules,
    fits: Callable[[str], bool],
    *,
    author: str,
    at: int,
    made_until: int = EVER,
) -> Forgotten:
    """In one transaction; safe to be done again. `clean` after it. Times are Unix µs. Raises sqlite3.Error.

    Contacts made after `made_until` are let be: whoever comes back after an erasure is a new contact.
    """
    contacts = Contacts(db, rules)
    erased: list[str] = []
    kept: list[str] = []
    with writing(db):
        for row in meant(db, fits, made_until):
            one = contacts.at_row(row)
            left = tuple(number for number in one.draft.numbers if not _fits(number, fits))
            if left:
                contacts.put_over(row, structs.replace(one.draft, numbers=left), author, at)
            else:
                contacts.wipe(row, author, at)
            (kept if left else erased).append(one.id)
    return Forgotten(tuple(erased), tuple(kept))


def clean(db: sqlite3.Connection) -> bool:
    """Indices, free pages and the write-ahead log forget too; False while a reader still looks at old pages.

    Raises sqlite3.Error, with a writer at work too.
    """
    with writing(db):
        db.execute("INSERT INTO contact_words (contact_words) VALUES ('optimize')")
        db.execute("INSERT INTO number_digits (number_digits) VALUES ('optimize')")
    db.execute("VACUUM")
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _fits(number: KeptNumber, fits: Callable[[str], bool]) -> bool:
    return fits(number.entered) or bool(number.e164 and fits(number.e164))
