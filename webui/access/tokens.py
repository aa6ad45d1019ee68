"""Tokens of programs: the secret is shown once and kept as a hash; what each may do, and till when."""

from __future__ import annotations

import re
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec import Struct

from webui.access.sessions import key_of
from webui.access.turns import a_change

MOST = 200
LONGEST_NOTE = 120
PREFIX = "tipring_"
"""Secrets that leak are found by it."""
USED_EVERY_US = 60_000_000
"""Its last use is written so often at most."""
DAY_US = 86_400_000_000
SECRET = re.compile(PREFIX + r"[\w-]{43}", re.ASCII)


class Token(Struct, frozen=True):
    id: str
    note: str
    scopes: tuple[str, ...]
    agent: str
    """It acts and sees as this agent; empty: for the house."""
    made_at: int
    made_by: str
    until_at: int
    """0: no end."""
    used_at: int
    revoked_at: int

    def is_good(self, now_us: int) -> bool:
        return not self.revoked_at and (not self.until_at or now_us < self.until_at)

    def state(self, now_us: int) -> str:
        """`on`, `over`, `revoked`."""
        return "revoked" if self.revoked_at else "on" if self.is_good(now_us) else "over"

    @property
    def author(self) -> str:
        """As orders, audits and contacts name it."""
        return f"api:{self.id}"


_COLUMNS = "id, note, scopes, agent, made_at, made_by, until_at, used_at, revoked_at"


def faults_of(note: str, scopes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(field, key of the words) for everything that keeps a token from being made."""
    if not note.strip() or len(note) > LONGEST_NOTE:
        yield "note", "tokens.note-wanted"
    if not scopes:
        yield "scopes", "tokens.scope-wanted"


class TokenBook:
    """Rows of `tokens`. `wall_us` tells Unix microseconds. Of any thread. Raises sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, lock: threading.RLock, wall_us: Callable[[], int]
    ) -> None:
        self._db, self._lock, self._wall_us = connection, lock, wall_us

    def make(
        self, note: str, scopes: tuple[str, ...], by: str, *, agent: str = "", days: int = 0
    ) -> tuple[str, Token]:
        """(the secret, which nobody is ever told again, the token). Raises ValueError with a key of the words."""
        for _, why_not in faults_of(note, scopes):
            raise ValueError(why_not)
        secret, at = PREFIX + secrets.token_urlsafe(32), self._wall_us()
        until_at = at + days * DAY_US if days else 0
        made = Token(secrets.token_hex(5), note.strip(), scopes, agent, at, by, until_at, 0, 0)
        with a_change(self._db, self._lock):
            if sum(one.is_good(at) for one in self.all()) >= MOST:
                raise ValueError("tokens.too-many")
            self._db.execute(
                "INSERT INTO tokens (id, key, note, scopes, agent, made_at, made_by, until_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (made.id, key_of(secret), made.note, _told(scopes), agent, at, by, until_at),
            )
            self._note(by, "add-token", f"{made.id} {made.note}")
        return secret, made

    def all(self) -> list[Token]:
        """Newest first."""
        with self._lock:
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY made_at DESC, id")  # noqa: S608
            return [_token(row) for row in rows.fetchall()]

    def find(self, secret: str) -> Token | None:
        """None for one that is unknown, revoked or past its time."""
        if not SECRET.fullmatch(secret):
            return None
        now_us = self._wall_us()
        with self._lock:
            row = self._db.execute(
                f"SELECT {_COLUMNS} FROM tokens WHERE key = ?",  # noqa: S608
                (key_of(secret),),
            ).fetchone()
            found = _token(row) if row else None
            if found is None or not found.is_good(now_us):
                return None
            if now_us - found.used_at > USED_EVERY_US:
                self._db.execute("UPDATE tokens SET used_at = ? WHERE id = ?", (now_us, found.id))
        return found

    def get(self, token: str) -> Token | None:
        """Whatever its state."""
        with self._lock:
            row = self._db.execute(f"SELECT {_COLUMNS} FROM tokens WHERE id = ?", (token,)).fetchone()  # noqa: S608
        return _token(row) if row else None

    def revoke(self, token: str, by: str) -> bool:
        """From the next request on. False: there is no such one, or it is revoked already."""
        with a_change(self._db, self._lock):
            done = self._db.execute(
                "UPDATE tokens SET revoked_at = ? WHERE id = ? AND NOT revoked_at", (self._wall_us(), token)
            )
            if done.rowcount:
                self._note(by, "revoke-token", token)
        return bool(done.rowcount)

    def _note(self, name: str, did: str, detail: str) -> None:
        self._db.execute(
            "INSERT INTO entries (at, name, source, did, detail) VALUES (?, ?, '', ?, ?)",
            (self._wall_us(), name, did, detail),
        )


def _told(scopes: tuple[str, ...]) -> str:
    return msgspec.json.encode(scopes).decode()


def _token(row: tuple[str, str, str, str, int, str, int, int, int]) -> Token:
    return Token(row[0], row[1], msgspec.json.decode(row[2], type=tuple[str, ...]), *row[3:])
