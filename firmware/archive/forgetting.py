"""Letting go what is known of people: files of recordings, personal data in call records. Times and counts stay."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from firmware.archive.book import Book
from firmware.archive.finding import enter_call, mark_recorded
from firmware.archive.tracks import UnnamedRecording, recording_path
from firmware.store.disk import Disk

_PARTIES = (
    ("legs", "party"),
    ("talks", "party"),
    ("recordings", "party"),
    ("transfers", "target"),
    ("diversions", "target"),
    ("refused_attempts", "wanted"),
)
"""Columns that hold a name of the box, or a number of somebody."""


def remove_files(directory: Path, disk: Disk, recordings: Iterable[str]) -> None:
    """Durably gone on return: a row that says so must not be survived by the file. Raises OSError."""
    folders = set()
    for recording in recordings:
        with contextlib.suppress(UnnamedRecording):
            path = directory / recording_path(recording)
            if path.parent.is_dir():  # also where a former archive removed the file and did not live to sync
                disk.remove(path)
                folders.add(path.parent)
    for folder in sorted(folders):
        disk.sync_directory(folder)


def mark_gone(book: Book, recording: str, why: str, at_us: int) -> None:
    """The row stays, so that the ledger balances; `why` is `erased`, `retention`, `deleted`."""
    book.do(
        "UPDATE recordings SET gone = ?, gone_us = ?, path = '', sha256 = '' WHERE id = ? AND path <> ''",
        why,
        at_us,
        recording,
    )
    mark_recorded(book, recording)


def forget_call(book: Book, call: int, own: frozenset[str], why: str, at_us: int) -> None:
    """Numbers, names and digits of everybody outside leave the call's records; the box's own names stay."""
    book.do(
        "UPDATE calls SET forgotten = ?, forgotten_us = ?, from_name = '', from_e164 = '', to_e164 = '',"
        " from_number = CASE WHEN direction = 'inbound' THEN '' ELSE from_number END,"
        " to_number = CASE WHEN direction = 'inbound' THEN to_number ELSE '' END"
        " WHERE id = ? AND forgotten = ''",
        why,
        at_us,
        call,
    )
    book.do("UPDATE digits SET digits = '' WHERE call = ?", call)
    book.do("UPDATE dispositions SET note = '' WHERE call = ?", call)
    for table, column in _PARTIES:
        for (text,) in book.rows(f"SELECT DISTINCT {column} FROM {table} WHERE call = ?", call):  # noqa: S608
            if _personal(text, own):
                book.do(f"UPDATE {table} SET {column} = '' WHERE call = ? AND {column} = ?", call, text)  # noqa: S608
    enter_call(book, call)


def _personal(text: str, own: frozenset[str]) -> bool:
    """A number, alone or after what was wanted of it (`dial:NUMBER`), that is not one of the box's own."""
    tail = text.rpartition(":")[2]
    return tail not in own and any(letter.isdecimal() for letter in tail)
