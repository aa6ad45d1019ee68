"""What a box must have put right some seconds after it came back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from firmware.archive.accounts import account_of_calls
from firmware.archive.ledger import UNEXPLAINED


def left_undone(db: sqlite3.Connection, data: Path, begin_us: int) -> list[str]:
    """Of what began before `begin_us` of box time: open calls, uncut recordings, files and rows without each other,
    time without audio or reason.
    """
    return [*_calls_left(db, begin_us), *_orphans(db, data), *_unexplained(db, begin_us)]


def _calls_left(db: sqlite3.Connection, begin_us: int) -> Iterator[str]:
    for call, released_us, cause in db.execute(
        "SELECT id, released_us, cause FROM calls WHERE offered_us < ?", (begin_us,)
    ).fetchall():
        if released_us is None or not cause:
            state = "open" if released_us is None else "without cause"
            yield f"call {call} was cut off by the power and is {state}"
    for (recording,) in db.execute(
        "SELECT id FROM recordings WHERE cut = 0 AND began_us < ?", (begin_us,)
    ).fetchall():
        yield f"recording {recording} was cut off by the power and is not cut"


def _orphans(db: sqlite3.Connection, data: Path) -> Iterator[str]:
    """Files without a row, rows without a file."""
    files = {str(path.relative_to(data)) for path in (data / "recordings").rglob("*.wav")}
    rows = {path for (path,) in db.execute("SELECT path FROM recordings WHERE path <> ''").fetchall()}
    yield from (f"{path} belongs to no row" for path in sorted(files - rows))
    yield from (f"{path} has a row and is not there" for path in sorted(rows - files))


def _unexplained(db: sqlite3.Connection, begin_us: int) -> Iterator[str]:
    for call, entries in account_of_calls(Database(db)):
        for entry in entries:
            if entry.reason == UNEXPLAINED and entry.to_us <= begin_us:
                yield f"call {call}: {(entry.to_us - entry.from_us) / 1e6:.2f} s without audio or reason"
