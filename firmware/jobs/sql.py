"""Look-ups in SQLite files: one SELECT, bound parameters, one row, bounded in time and memory, reading only."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from firmware.config.schema import Lookup
from firmware.jobs.answers import Answer, Failed, taken

LOOK_EVERY = 1000
"""Steps of SQLite's machine between two looks at the clock."""
MOST_BYTES = 1 << 20
"""Of one text or blob, also on the way to the answer."""
HEAP_BYTES = 64 << 20
LONGEST_STATEMENT = 10_000
_ALLOWED = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)
_LIMITS: Mapping[int, int] = {
    sqlite3.SQLITE_LIMIT_LENGTH: MOST_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: LONGEST_STATEMENT,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
}


def look_up(lookup: Lookup, parameters: Mapping[str, str], data: Path, left_s: Callable[[], float]) -> Answer:
    """Relative files are below `data`. Raises Failed."""
    path = data / lookup.file
    if not path.is_file():
        raise Failed("no-such-file")
    try:
        with closing(_opened(path, left_s)) as connection:
            cursor = connection.execute(lookup.statement, dict(parameters))
            row = cursor.fetchone()
    except sqlite3.OperationalError as error:
        raise Failed("timed-out" if left_s() <= 0 else "database") from error
    except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError, MemoryError) as error:
        raise Failed("database") from error
    if row is None:
        return Answer("done", "not-found")
    names = [str(one[0]) for one in cursor.description]
    return Answer("done", "", taken(dict(zip(names, row, strict=True)), _plain(lookup.take, names)))


def _plain(take: Mapping[str, str], names: list[str]) -> Mapping[str, str]:
    """Columns are names, not ways: one with a dot in it is found all the same."""
    return {variable: column for variable, column in take.items() if column in names and "." not in column}


def _opened(path: Path, left_s: Callable[[], float]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, timeout=max(0.0, left_s()), isolation_level=None
    )
    connection.execute("PRAGMA query_only = 1")
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP_BYTES}")
    for kind, limit in _LIMITS.items():
        connection.setlimit(kind, limit)
    connection.set_progress_handler(lambda: left_s() <= 0, LOOK_EVERY)
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    return connection
