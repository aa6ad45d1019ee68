"""What programs made with which key, so that a repeated POST makes nothing twice. Forgotten after a month."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

KEPT_US = 30 * 86_400_000_000


class KeyUsed(ValueError):
    """The same key for something else."""


class MadeOnce:
    """Rows of `made_once`. `wall_us` tells Unix microseconds. Of any thread. Raises sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, lock: threading.RLock, wall_us: Callable[[], int]
    ) -> None:
        self._db, self._lock, self._wall_us = connection, lock, wall_us

    def find(self, token: str, key: str, asked: str) -> str | None:
        """What this key was used for; None: it was not yet. Raises KeyUsed."""
        with self._lock:
            row = self._db.execute(
                "SELECT asked, made FROM made_once WHERE token = ? AND key = ?", (token, key)
            ).fetchone()
        if row and row[0] != asked:
            raise KeyUsed(key)
        return str(row[1]) if row else None

    def name(self, token: str, key: str, asked: str, made: str) -> str:
        """The id of what is to be made: `made`, or what this key was used for before. Raises KeyUsed.

        Kept before it is made: who dies between the two finds the same id again.
        """
        with self._lock:
            self._db.execute("DELETE FROM made_once WHERE at < ?", (self._wall_us() - KEPT_US,))
            self._db.execute(
                "INSERT INTO made_once (token, key, asked, made, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (token, key, asked, made, self._wall_us()),
            )
        return self.find(token, key, asked) or made
