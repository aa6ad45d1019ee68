"""What people write down: notes about a contact, and how a call was wrapped up. Both are only added to."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from firmware.business.contacts import Contacts
from firmware.business.store import writing

LONGEST_NOTE = 4000
LONGEST_CODE = 60


class Note(Struct, frozen=True):
    id: int
    at: int
    author: str
    text: str


class Disposition(Struct, frozen=True):
    """What came of a call, as its agent says."""

    id: int
    box: str
    call: int
    contact: str
    """Empty: with nobody that is known."""
    code: str
    note: str
    agent: str
    at: int


_DISPOSITIONS = (
    "SELECT d.id, d.box, d.call, coalesce(c.id, ''), d.code, d.note, d.agent, d.at"
    " FROM dispositions d LEFT JOIN contacts c ON c.row = d.contact AND c.erased_at IS NULL"
)
_SAME_NOTE = (
    "SELECT id, at, author, text FROM contact_notes WHERE contact = ? AND at = ? AND author = ? AND text = ?"
)
_OF_CALL = f"{_DISPOSITIONS} WHERE d.box = ? AND d.call = ? ORDER BY d.id"
_OF_CONTACT = f"{_DISPOSITIONS} WHERE d.contact = ? ORDER BY d.at DESC, d.id DESC LIMIT ?"


class Remarks:
    """Raises sqlite3.Error everywhere. `at` is Unix µs."""

    def __init__(self, db: sqlite3.Connection, contacts: Contacts) -> None:
        self._db, self._contacts = db, contacts

    def note(self, contact: str, text: str, *, author: str, at: int) -> Note:
        """Noted again, with the same `at`, it is the one that is there.

        Raises NoSuchContact, ValueError for what is no text (`is_text`).
        """
        text = _checked(text, LONGEST_NOTE)
        with writing(self._db):
            row = (self._contacts.row_of(contact), at, author, text)
            if there := self._db.execute(_SAME_NOTE, row).fetchone():
                return Note(*there)
            made = self._db.execute(
                "INSERT INTO contact_notes (contact, at, author, text) VALUES (?, ?, ?, ?)", row
            )
        return Note(int(made.lastrowid or 0), at, author, text)

    def notes(self, contact: str, most: int = 100) -> list[Note]:
        """Newest first. Raises NoSuchContact."""
        found = self._db.execute(
            "SELECT id, at, author, text FROM contact_notes WHERE contact = ? ORDER BY at DESC, id DESC LIMIT ?",
            (self._contacts.row_of(contact), most),
        )
        return [Note(*row) for row in found]

    def dispose(
        self, call: tuple[str, int], code: str, *, agent: str, at: int, note: str = "", contact: str = ""
    ) -> None:
        """`call` is box and number. Said again it is another row; the last one counts.

        Raises NoSuchContact, ValueError for a code that is empty or too long, or a note that is.
        """
        code, note = _checked(code, LONGEST_CODE), _checked(note, LONGEST_NOTE) if note else ""
        with writing(self._db):
            row = self._contacts.row_of(contact) if contact else None
            self._db.execute(
                "INSERT INTO dispositions (box, call, contact, code, note, agent, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*call, row, code, note, agent, at),
            )

    def of_call(self, box: str, call: int) -> list[Disposition]:
        """Oldest first."""
        return [Disposition(*row) for row in self._db.execute(_OF_CALL, (box, call))]

    def of_contact(self, contact: str, most: int = 20) -> list[Disposition]:
        """Newest first. Raises NoSuchContact."""
        row = self._contacts.row_of(contact)
        return [Disposition(*one) for one in self._db.execute(_OF_CONTACT, (row, most))]


def is_text(text: str, most: int = LONGEST_NOTE) -> bool:
    """Neither empty nor endless, and of characters that can be kept."""
    can_be_kept = not any("\ud800" <= one <= "\udfff" or one == "\0" for one in text)
    return bool(text.strip()) and len(text) <= most and can_be_kept


def _checked(text: str, most: int) -> str:
    if not is_text(text, most):
        raise ValueError(f"a text of 1 to {most} characters is wanted")
    return text
