"""People who may sign in, and their passwords (scrypt; OWASP's parameters are werkzeug's defaults)."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from typing import NewType

from msgspec import Struct
from werkzeug.security import check_password_hash, generate_password_hash

ROLES = ("admin", "supervisor", "agent", "technician")
SHORTEST = 10
LONGEST = 200
LONGEST_SHOWN = 80
NAME = re.compile(r"[\w.@+-]{1,64}")
METHOD = "scrypt"
Hashed = NewType("Hashed", str)
NOBODY = generate_password_hash("nobody has this name")
"""Checked where there is no such name: it takes as long."""
_GUESSED = frozenset(
    {"password", "passw0rd", "tipring", "admin", "administrator", "qwertyuiop", "letmein", "welcome"}
)


class Person(Struct, frozen=True):
    name: str
    role: str
    shown: str = ""
    agent: str = ""
    """The agent of the configuration this person works as."""
    language: str = ""
    must_change: bool = False
    """Whoever made the account knows the password."""
    is_off: bool = False

    @property
    def called(self) -> str:
        return self.shown or self.name


def why_not_password(password: str, name: str) -> str:
    """A key of the words `access`, or empty where it may be taken."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < SHORTEST:
        return "access.password-short"
    if len(password) > LONGEST:
        return "access.password-long"
    letters = plain.strip("0123456789!@#$%^&*._- ")
    if len(set(plain)) < 5 or letters in _GUESSED or not letters or (name and name.casefold() == letters):
        return "access.password-guessed"
    return ""


def faults_of(person: Person, password: str) -> Iterator[tuple[str, str]]:
    """(field, key of the words) for everything that keeps somebody from being made."""
    if not NAME.fullmatch(person.name):
        yield "name", "access.name-form"
    if person.role not in ROLES:
        yield "role", "access.no-such-role"
    if why_not := why_not_password(password, person.name):
        yield "password", why_not


def hashed(password: str) -> Hashed:
    """Takes long by design: not within a change, for which everybody else would wait."""
    return Hashed(generate_password_hash(unicodedata.normalize("NFKC", password), METHOD))


def new_person(person: Person, password: str) -> Hashed:
    """Raises ValueError (a key of the words)."""
    for _, why_not in faults_of(person, password):
        raise ValueError(why_not)
    return hashed(password)


def new_password(name: str, password: str) -> Hashed:
    """Raises ValueError (a key of the words)."""
    if why_not := why_not_password(password, name):
        raise ValueError(why_not)
    return hashed(password)


class People:
    """Rows of `people`. The caller holds the lock and ends transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def count(self) -> int:
        (found,) = self._db.execute("SELECT count(*) FROM people").fetchone()
        return int(found)

    def all(self) -> list[Person]:
        return [_person(row) for row in self._db.execute(f"{_SELECT} ORDER BY name")]

    def get(self, name: str) -> Person | None:
        row = self._db.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchone()
        return _person(row) if row else None

    def add(self, person: Person, made: Hashed, at: int, by: str) -> None:
        """Raises sqlite3.IntegrityError for a name there is."""
        self._db.execute(
            "INSERT INTO people (name, role, password, shown, agent, language, made_at, made_by, changed_at,"
            " must_change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (person.name, person.role, made, person.shown, person.agent, person.language, at, by, at,
             person.must_change),
        )  # fmt: skip

    def change(self, person: Person) -> None:
        """All but name and password."""
        if person.role not in ROLES:
            raise ValueError("access.no-such-role")
        self._db.execute(
            "UPDATE people SET role = ?, shown = ?, agent = ?, language = ?, is_off = ? WHERE name = ?",
            (person.role, person.shown, person.agent, person.language, person.is_off, person.name),
        )

    def set_password(self, name: str, made: Hashed, at: int, *, must_change: bool) -> None:
        self._db.execute(
            "UPDATE people SET password = ?, changed_at = ?, must_change = ? WHERE name = ?",
            (made, at, must_change, name),
        )

    def remove(self, name: str) -> None:
        self._db.execute("DELETE FROM people WHERE name = ?", (name,))

    def admins(self) -> int:
        """Who may still come in as one."""
        (found,) = self._db.execute(
            "SELECT count(*) FROM people WHERE role = 'admin' AND NOT is_off"
        ).fetchone()
        return int(found)

    def hash_of(self, name: str) -> str:
        """For checking a password outside the lock; a name nobody has takes as long as one somebody has."""
        row = self._db.execute(
            "SELECT password FROM people WHERE name = ? AND NOT is_off", (name,)
        ).fetchone()
        return str(row[0]) if row else NOBODY


def is_right(kept: str, password: str) -> bool:
    return (
        check_password_hash(kept, unicodedata.normalize("NFKC", password[: LONGEST + 1])) and kept != NOBODY
    )


_SELECT = "SELECT name, role, shown, agent, language, must_change, is_off FROM people"


def _person(row: tuple[str, str, str, str, str, int, int]) -> Person:
    return Person(*row[:5], bool(row[5]), bool(row[6]))
