"""Signing in and out: people, sessions and tries under one lock, each change one transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from webui.access.once import MadeOnce
from webui.access.people import Hashed, People, Person, is_right, new_password, new_person
from webui.access.schema import open_web
from webui.access.sessions import Session, Sessions
from webui.access.tokens import TokenBook
from webui.access.tries import Tries
from webui.access.turns import a_change


class Doors:
    """`wall_us` tells Unix microseconds. Raises sqlite3.Error."""

    def __init__(self, path: Path, wall_us: Callable[[], int]) -> None:
        self._connection = open_web(path)
        self._lock = threading.RLock()
        self._wall_us = wall_us
        self._people, self._sessions = People(self._connection), Sessions(self._connection)
        self._tries = Tries()
        self.tokens = TokenBook(self._connection, self._lock, wall_us)
        self.once = MadeOnce(self._connection, self._lock, wall_us)
        self._has_people = False

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def change(self) -> Iterator[tuple[People, Sessions]]:
        """All of it or nothing, also of what the methods here, the tokens and `once` change within."""
        with a_change(self._connection, self._lock):
            yield self._people, self._sessions

    @property
    def is_new(self) -> bool:
        """Nobody was ever made: the box wants its first admin."""
        if not self._has_people:
            with self._lock:
                self._has_people = self._people.count() > 0
        return not self._has_people

    def people(self) -> list[Person]:
        with self._lock:
            return self._people.all()

    def person(self, name: str) -> Person | None:
        with self._lock:
            return self._people.get(name)

    def add(self, person: Person, password: str, by: str) -> None:
        """Raises ValueError with a key of the words."""
        self.put(person, new_person(person, password), by)

    def put(self, person: Person, made: Hashed, by: str) -> None:
        """With a password hashed before. Raises ValueError with a key of the words."""
        try:
            with self.change() as (people, _):
                people.add(person, made, self._wall_us(), by)
                self._note(by, "", "add-person", person.name)
        except sqlite3.IntegrityError:
            raise ValueError("access.name-taken") from None

    def first(self, person: Person, password: str, source: str) -> None:
        """The first admin, once. Raises ValueError."""
        made = new_person(person, password)
        with self.change() as (people, _):
            if people.count():
                raise ValueError("access.not-new")
            people.add(person, made, self._wall_us(), person.name)
            self._note(person.name, source, "first-admin")

    def sign_in(self, name: str, password: str, source: str) -> tuple[str, Session] | int:
        """What the browser is to show, and the session; or microseconds to wait, 0 where the password was wrong."""
        if wait := self._wait_us(name, source):
            return wait
        if not self.knows(name, password, source):
            return 0
        with self.change() as (people, sessions):
            person = people.get(name)
            if person is None:
                return 0
            self._note(person.name, source, "sign-in")
            return sessions.begin(person.name, source, self._wall_us())

    def knows(self, name: str, password: str, source: str) -> bool:
        """False also where too many wrong ones were tried before."""
        with self._lock:
            kept = self._people.hash_of(name)
        if self._wait_us(name, source):
            return False
        if is_right(kept, password):
            self._tries.right(_by_name(name))
            return True
        with self.change():
            self._tries.wrong(self._wall_us(), _by_name(name), f"source {source}")
            self._note(name[:64], source, "wrong-password")
        return False

    def _wait_us(self, name: str, source: str) -> int:
        with self._lock:
            return self._tries.wait_us(self._wall_us(), _by_name(name), f"source {source}")

    def session(self, token: str) -> tuple[Session, Person] | None:
        """Of what a browser shows."""
        if not token:
            return None
        with self._lock:
            found = self._sessions.find(token, self._wall_us())
            person = self._people.get(found.name) if found else None
        return (found, person) if found and person and not person.is_off else None

    def sign_out(self, session: Session) -> None:
        with self.change() as (_, sessions):
            sessions.end(session.key)
            self._note(session.name, "", "sign-out")

    def set_password(self, name: str, password: str, by: str, *, but: str = "") -> None:
        """All other sessions of this person end. Raises ValueError."""
        self.put_password(name, new_password(name, password), by, but=but)

    def put_password(self, name: str, made: Hashed, by: str, *, but: str = "") -> None:
        """The same with one hashed before."""
        with self.change() as (people, sessions):
            people.set_password(name, made, self._wall_us(), must_change=by != name)
            sessions.end_all(name, but)
            self._note(by, "", "set-password", name)

    def alter(self, person: Person, by: str) -> None:
        """Sessions of whose rights changed end. Raises ValueError where no admin would be left."""
        with self.change() as (people, sessions):
            before = people.get(person.name)
            people.change(person)
            if not people.admins():
                raise ValueError("access.last-admin")
            if before and (before.role, before.is_off) != (person.role, person.is_off):
                sessions.end_all(person.name)
            self._note(by, "", "change-person", person.name)

    def remove(self, name: str, by: str) -> None:
        """Raises ValueError where no admin would be left."""
        with self.change() as (people, _):
            people.remove(name)
            if not people.admins():
                raise ValueError("access.last-admin")
            self._note(by, "", "remove-person", name)

    def entries(self, most: int = 200) -> list[tuple[int, str, str, str, str]]:
        """(at, name, source, what was done, to whom), newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT at, name, source, did, detail FROM entries ORDER BY at DESC, rowid DESC LIMIT ?",
                (most,),
            )
            return rows.fetchall()

    def _note(self, name: str, source: str, did: str, detail: str = "") -> None:
        self._connection.execute(
            "INSERT INTO entries (at, name, source, did, detail) VALUES (?, ?, ?, ?, ?)",
            (self._wall_us(), name, source, did, detail),
        )


def _by_name(name: str) -> str:
    return f"name {name.casefold()[:80]}"
