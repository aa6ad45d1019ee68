"""Contacts: added, changed by who read the newest, erased. What a writer's method does is one transaction."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from firmware.business.contact import Contact, Draft, Kept, KeptNumber, faults_of
from firmware.business.errors import BadContact, ContactChanged, NoSuchContact
from firmware.business.index import drop, put_digits, put_words, renumber
from firmware.business.numbers import NumberRules
from firmware.business.store import writing

_AT_ROWS = (
    "SELECT row, id, version, name, company, language, vip, value, tags, fields, note,"
    " created_at, created_by, changed_at, changed_by FROM contacts"
    " WHERE erased_at IS NULL AND row IN (SELECT value FROM json_each(?))"
)
_NUMBERS_OF = (
    "SELECT contact, entered, kind, e164 FROM numbers"
    " WHERE contact IN (SELECT value FROM json_each(?)) ORDER BY contact, place"
)
MOST_AT_ONCE = 500


def new_id() -> str:
    """Says nothing of whom it names."""
    return uuid.uuid4().hex


class Contacts:
    """Over one connection of `firmware.business.store`. Raises sqlite3.Error everywhere."""

    def __init__(
        self, db: sqlite3.Connection, rules: NumberRules, made_id: Callable[[], str] = new_id
    ) -> None:
        self._db, self.rules, self._new_id = db, rules, made_id

    # -- reading ------------------------------------------------------------------------------------

    def get(self, contact: str) -> Contact:
        """Raises NoSuchContact."""
        return self.at_row(self.row_of(contact))

    def row_of(self, contact: str) -> int:
        """Raises NoSuchContact."""
        found = self._db.execute(
            "SELECT row FROM contacts WHERE id = ? AND erased_at IS NULL", (contact,)
        ).fetchone()
        if found is None:
            raise NoSuchContact(f"there is no contact {contact[:40]!r}")
        return int(found[0])

    def at_row(self, row: int) -> Contact:
        """Raises NoSuchContact."""
        found = self.at_rows([row])
        if not found:
            raise NoSuchContact("there is no such contact")
        return found[0]

    def at_rows(self, rows: Sequence[int]) -> list[Contact]:
        """In the order of `rows`; who is not there is left out."""
        found: dict[int, Contact] = {}
        wanted = msgspec.json.encode(list(rows)).decode()
        numbers = _numbers(self._db, wanted)
        for row in self._db.execute(_AT_ROWS, (wanted,)):
            found[row[0]] = _contact(row, tuple(numbers.get(row[0], ())))
        return [found[row] for row in rows if row in found]

    def every(self, at_once: int = MOST_AT_ONCE) -> Iterator[Contact]:
        """In the order they were added, a few at a time."""
        last = -1
        while rows := [
            row[0]
            for row in self._db.execute(
                "SELECT row FROM contacts WHERE row > ? AND erased_at IS NULL ORDER BY row LIMIT ?",
                (last, at_once),
            )
        ]:
            last = rows[-1]
            yield from self.at_rows(rows)

    def count(self) -> int:
        found = self._db.execute("SELECT count(*) FROM contacts WHERE erased_at IS NULL").fetchone()
        return int(found[0])

    def field_names(self) -> list[str]:
        """Of all fields the business made up."""
        found = self._db.execute(
            "SELECT DISTINCT f.key FROM contacts c, json_each(c.fields) f"
            " WHERE c.erased_at IS NULL AND c.fields <> '{}' ORDER BY f.key"
        )
        return [name for (name,) in found]

    # -- writing ------------------------------------------------------------------------------------

    def add(self, draft: Draft, *, author: str, at: int) -> Contact:
        """`at` is Unix µs. Raises BadContact."""
        _check(draft)
        with self._writing():
            return self.at_row(self.put_new(draft, author, at))

    def change(self, contact: str, version: int, draft: Draft, *, author: str, at: int) -> Contact:
        """All of it becomes `draft`. Raises BadContact, NoSuchContact, ContactChanged."""
        _check(draft)
        with self._writing():
            row = self._row_at_version(contact, version)
            self.put_over(row, draft, author, at)
            return self.at_row(row)

    def erase(self, contact: str, version: int, *, author: str, at: int) -> None:
        """Nothing of the person stays but that there was one. Raises NoSuchContact, ContactChanged."""
        with self._writing():
            self.wipe(self._row_at_version(contact, version), author, at)

    def renumber(self) -> bool:
        """After the box's country or area was changed; see `firmware.business.index.renumber`."""
        with writing(self._db):
            return renumber(self._db, self.rules)

    # -- within somebody's transaction ----------------------------------------------------------------

    def put_new(self, draft: Draft, author: str, at: int) -> int:
        """The row; nothing is checked."""
        made = self._db.execute(
            "INSERT INTO contacts (id, name, company, language, vip, value, tags, fields, note,"
            " created_at, created_by, changed_at, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self._new_id(), *_values(draft), at, author, at, author),
        )
        row = int(made.lastrowid or 0)
        self._put_found_by(row, draft)
        return row

    def put_over(self, row: int, draft: Draft, author: str, at: int) -> None:
        self._db.execute(
            "UPDATE contacts SET name = ?, company = ?, language = ?, vip = ?, value = ?, tags = ?, fields = ?,"
            " note = ?, changed_at = ?, changed_by = ?, version = version + 1 WHERE row = ?",
            (*_values(draft), at, author, row),
        )
        self._db.execute("DELETE FROM numbers WHERE contact = ?", (row,))
        self._put_found_by(row, draft)

    def wipe(self, row: int, author: str, at: int) -> None:
        drop(self._db, row)
        self._db.execute("DELETE FROM numbers WHERE contact = ?", (row,))
        self._db.execute("DELETE FROM contact_notes WHERE contact = ?", (row,))
        self._db.execute("UPDATE dispositions SET note = '' WHERE contact = ?", (row,))
        self._db.execute(
            "UPDATE contacts SET name = '', company = '', language = '', vip = 0, value = 0, tags = '[]',"
            " fields = '{}', note = '', version = version + 1, erased_at = ?, erased_by = ? WHERE row = ?",
            (at, author, row),
        )

    def _put_found_by(self, row: int, draft: Draft) -> None:
        put_words(self._db, row, draft.name, draft.company, draft.tags)
        forms = [self.rules.forms(one.entered) for one in draft.numbers]
        put_digits(self._db, row, (one.digits for one in forms))
        self._db.executemany(
            "INSERT INTO numbers (contact, place, kind, entered, e164, digits, tail) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (row, place, one.kind, one.entered, *form)
                for place, (one, form) in enumerate(zip(draft.numbers, forms, strict=True))
            ],
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Forms in the table are of the rules there are now."""
        with writing(self._db):
            renumber(self._db, self.rules)
            yield

    def _row_at_version(self, contact: str, version: int) -> int:
        row = self.row_of(contact)
        (found,) = self._db.execute("SELECT version FROM contacts WHERE row = ?", (row,)).fetchone()
        if found != version:
            raise ContactChanged(f"the contact was changed meanwhile (version {found}, not {version})")
        return row


def _check(draft: Draft) -> None:
    faults = tuple(faults_of(draft))
    if faults:
        raise BadContact(faults)


def _values(draft: Draft) -> tuple[Any, ...]:
    return (
        draft.name,
        draft.company,
        draft.language,
        int(draft.vip),
        draft.value,
        msgspec.json.encode(draft.tags).decode(),
        msgspec.json.encode(draft.fields).decode(),
        draft.note,
    )


def _numbers(db: sqlite3.Connection, rows: str) -> dict[int, list[KeptNumber]]:
    """Of rows as a JSON list."""
    found: dict[int, list[KeptNumber]] = {}
    for contact, entered, kind, e164 in db.execute(_NUMBERS_OF, (rows,)):
        found.setdefault(contact, []).append(KeptNumber(entered, kind, e164))
    return found


def _contact(row: Sequence[Any], numbers: tuple[KeptNumber, ...]) -> Contact:
    tags = tuple(msgspec.json.decode(row[8], type=list[str]))
    fields = msgspec.json.decode(row[9], type=dict[str, str])
    draft = Kept(row[3], row[4], row[5], bool(row[6]), row[7], tags, fields, row[10], numbers)
    return Contact(row[1], row[2], draft, *row[11:15])
