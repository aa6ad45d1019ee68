"""What people note at a moment of a recording. It goes with the recording: who shows notes asks first whether that is
still there, and lets `forget_gone` take away what is not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from msgspec import Struct

from firmware.business.store import writing

LONGEST = 1000
LATEST_S = 1_000_000
MOST = 500
"""Of one recording."""


class MomentNote(Struct, frozen=True):
    id: int
    at_s: float
    """Seconds from the recording's beginning."""
    author: str
    text: str
    at: int
    """When it was written, Unix µs."""


class TooManyNotes(ValueError):
    """Nobody reads so many."""


_NOTES = "SELECT id, at_s, author, text, at FROM moment_notes WHERE recording = ? ORDER BY at_s, id"
_SAME = (
    "SELECT id, at_s, author, text, at FROM moment_notes"
    " WHERE recording = ? AND at_s = ? AND author = ? AND text = ? AND at = ?"
)


def notes_of(db: sqlite3.Connection, recording: str) -> list[MomentNote]:
    """As the recording goes. Raises sqlite3.Error."""
    return [MomentNote(*row) for row in db.execute(_NOTES, (recording,))]


def wrong_in(at_s: float, text: str) -> list[str]:
    """Of `at_s`, `text`: a moment before the beginning, an empty or endless text."""
    is_wrong = {"at_s": not 0 <= at_s < LATEST_S, "text": not 0 < len(text.strip()) <= LONGEST}
    return [name for name, wrong in is_wrong.items() if wrong]


def add_note(
    db: sqlite3.Connection, recording: str, at_s: float, text: str, *, author: str, at: int
) -> MomentNote:
    """Added again, with the same `at`, it is the one that is there.

    Raises ValueError (what `wrong_in` names), TooManyNotes, sqlite3.Error.
    """
    if wrong_in(at_s, text):
        raise ValueError("a note has a text and a moment")
    text = text.strip()
    with writing(db):
        if there := db.execute(_SAME, (recording, at_s, author, text, at)).fetchone():
            return MomentNote(*there)
        (many,) = db.execute("SELECT count(*) FROM moment_notes WHERE recording = ?", (recording,)).fetchone()
        if many >= MOST:
            raise TooManyNotes(recording)
        made = db.execute(
            "INSERT INTO moment_notes (recording, at_s, author, text, at) VALUES (?, ?, ?, ?, ?)",
            (recording, at_s, author, text, at),
        )
    return MomentNote(int(made.lastrowid or 0), at_s, author, text, at)


def remove_note(db: sqlite3.Connection, recording: str, note: int, author: str = "") -> bool:
    """`author`: only one of his. False: there is none. Raises sqlite3.Error."""
    with writing(db):
        done = db.execute(
            "DELETE FROM moment_notes WHERE id = ? AND recording = ? AND (? = '' OR author = ?)",
            (note, recording, author, author),
        )
    return done.rowcount > 0


def forget_gone(db: sqlite3.Connection, is_there: Callable[[str], bool]) -> int:
    """How many recordings lost their notes, being gone themselves. Raises sqlite3.Error."""
    found = [row[0] for row in db.execute("SELECT DISTINCT recording FROM moment_notes")]
    gone = [one for one in found if not is_there(one)]
    if gone:
        with writing(db):
            db.executemany("DELETE FROM moment_notes WHERE recording = ?", [(one,) for one in gone])
    return len(gone)
