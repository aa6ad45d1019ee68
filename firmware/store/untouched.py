"""Reading a box's databases without leaving a trace: not even the files that SQLite makes beside one it reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database


class Moved(RuntimeError):
    """The file was written to while it was read as one that nobody has open: read it again."""


@contextmanager
def untouched(path: Path) -> Iterator[Database]:
    """`path` is a database in WAL mode. Raises FileNotFoundError, Moved, sqlite3.Error.

    Where somebody has it open it is read beside him. Else it is read as it lies there: SQLite would leave an empty
    log behind that was not there before.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    alone = not path.with_name(f"{path.name}-wal").exists()
    seen = _seen(path)
    how = "immutable=1" if alone else "mode=ro"
    db = Database(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True))
    try:
        db.conn.execute("PRAGMA query_only = ON")
        yield db
    finally:
        db.close()
    if alone and _seen(path) != seen:
        raise Moved(str(path))


def _seen(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
