"""Whose calls somebody may see: who supervises everybody's, an agent those he had part in."""

from __future__ import annotations

from msgspec import structs
from sqlite_utils import Database

from firmware.store.calls.search import search
from firmware.store.calls.wanted import Wanted
from webui.access.people import Person
from webui.security.rights import Right, may


def sees_all(person: Person) -> bool:
    return may(person.role, Right.SUPERVISE)


def within_sight(person: Person, wanted: Wanted) -> Wanted | None:
    """The same search among the calls this person may see; None: there are none for him."""
    if sees_all(person):
        return wanted
    return structs.replace(wanted, agent=person.agent) if person.agent else None


def may_see(db: Database, person: Person, call: int) -> bool:
    """Raises sqlite3.Error."""
    wanted = within_sight(person, Wanted(calls=frozenset((call,))))
    return wanted is not None and bool(search(db, wanted, rows=1).rows)
