"""Sessions: what a browser shows is random; the table has a hash of it. They end here, not in the browser."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3

from msgspec import Struct

HOUR_US = 3_600_000_000
IDLE_US = 9 * HOUR_US
"""A shift; an agent's page shows itself at least every half minute."""
LONGEST_US = 16 * HOUR_US
SEEN_EVERY_US = 60_000_000
"""A session's last sight is written so often at most."""
MOST = 20
"""Of one person; the oldest goes."""


class Session(Struct, frozen=True):
    key: str
    name: str
    csrf: str
    made_at: int
    seen_at: int


def key_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Sessions:
    """Rows of `sessions`. The caller holds the lock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def begin(self, name: str, source: str, at: int) -> tuple[str, Session]:
        """(what the browser is to show, the session)"""
        token = secrets.token_urlsafe(32)
        made = Session(key_of(token), name, secrets.token_urlsafe(24), at, at)
        self._db.execute(
            "INSERT INTO sessions (key, name, csrf, made_at, seen_at, source) VALUES (?, ?, ?, ?, ?, ?)",
            (made.key, name, made.csrf, at, at, source),
        )
        self._db.execute(
            "DELETE FROM sessions WHERE name = ? AND key NOT IN"
            " (SELECT key FROM sessions WHERE name = ? ORDER BY made_at DESC, key LIMIT ?)",
            (name, name, MOST),
        )
        return token, made

    def find(self, token: str, at: int) -> Session | None:
        """None for one that is over, by idling or by age."""
        row = self._db.execute(
            "SELECT key, name, csrf, made_at, seen_at FROM sessions WHERE key = ?", (key_of(token),)
        ).fetchone()
        if row is None:
            return None
        found = Session(*row)
        if at - found.seen_at > IDLE_US or at - found.made_at > LONGEST_US:
            self.end(found.key)
            return None
        if at - found.seen_at > SEEN_EVERY_US:
            self._db.execute("UPDATE sessions SET seen_at = ? WHERE key = ?", (at, found.key))
        return found

    def end(self, key: str) -> None:
        self._db.execute("DELETE FROM sessions WHERE key = ?", (key,))

    def end_all(self, name: str, but: str = "") -> None:
        """Of a person, whose password or rights changed."""
        self._db.execute("DELETE FROM sessions WHERE name = ? AND key <> ?", (name, but))
