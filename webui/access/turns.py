"""One change of web.db: all of it or nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def a_change(db: sqlite3.Connection, lock: threading.RLock) -> Iterator[None]:
    """Within another one of the same thread it is a part of that. Raises sqlite3.Error."""
    with lock:
        if db.in_transaction:
            yield
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
