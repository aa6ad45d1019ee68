"""Messages people left in mailboxes, as somebody reads them who is not the mailbox's owner. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

OF_THE_HOUSE = ""
"""Presentation of who called from one of the box's telephones."""
SHOWN = ("allowed", "not-offered", OF_THE_HOUSE)


class Standing(StrEnum):
    """Whether a message can be heard."""

    THERE = "there"
    WRITING = "writing"
    """It is being spoken, or its file is not whole yet."""
    ERASED = "erased"
    """By its owner, by its age or on request."""
    EMPTY = "empty"
    """Nothing of it was taped, or it was too short to be one."""


class Message(Struct, frozen=True):
    recording: str
    mailbox: str
    left_at: int
    """Unix time in microseconds."""
    seconds: float
    number: str
    """Empty: withheld, or forgotten."""
    standing: Standing


_SELECT = (
    "SELECT r.id, coalesce(v.mailbox, r.party), coalesce(v.left_at, r.began_at),"
    " coalesce(nullif(r.seconds, 0), v.seconds, 0), coalesce(c.from_number, ''), coalesce(c.presentation, ''),"
    " r.gone <> '', r.cut, r.path <> '', v.recording IS NOT NULL,"
    " EXISTS (SELECT 1 FROM voicemails o WHERE o.recording = r.id AND o.of = '')"
    " FROM recordings r"
    " LEFT JOIN voicemails v ON v.recording = r.id AND v.of = '' AND v.deleted_us IS NULL"
    " LEFT JOIN calls c ON c.id = r.call"
)
_BEING_SPOKEN = (
    f"{_SELECT} WHERE r.cut = 0 AND r.kind = 'voicemail'"
    " AND v.recording IS NULL ORDER BY r.began_us DESC LIMIT ?"
)
_LEFT = f"{_SELECT} WHERE v.recording IS NOT NULL ORDER BY v.left_us DESC, r.id LIMIT ?"
_ONE = f"{_SELECT} WHERE r.id = ? AND r.kind = 'voicemail' ORDER BY v.left_us DESC LIMIT 1"


def newest(db: Database, most: int) -> list[Message]:
    """Those in a mailbox, and those being spoken just now; a message in two mailboxes is there twice.

    Raises sqlite3.Error.
    """
    found = [*db.execute(_BEING_SPOKEN, (most,)).fetchall(), *db.execute(_LEFT, (most,)).fetchall()]
    messages = [one for row in found if (one := _message(row)) is not None]
    return sorted(messages, key=lambda one: -one.left_at)[:most]


def look(db: Database, recording: str) -> Message | None:
    """None where no message of this name was ever left: a call that was recorded is none. Raises sqlite3.Error."""
    row = db.execute(_ONE, (recording,)).fetchone()
    return _message(row) if row else None


def _message(row: Sequence[Any]) -> Message | None:
    recording, mailbox, left_at, seconds, number, presentation = row[:6]
    standing = _standing(*map(bool, row[6:]))
    shown = number if presentation in SHOWN else ""
    return Message(recording, mailbox, left_at, seconds, shown, standing) if standing else None


def _standing(gone: bool, cut: bool, has_file: bool, is_in: bool, was_left: bool) -> Standing | None:
    """None: taped while the box died, so it never was a message."""
    if gone or (was_left and not is_in):
        return Standing.ERASED
    if not cut:
        return Standing.WRITING
    if not has_file:
        return Standing.EMPTY
    return Standing.THERE if is_in else None
