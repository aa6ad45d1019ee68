"""A file of contacts taken in. Everything in it is looked at before anything is changed.

1. `looked_over`: all faults of the file, with their lines; a file with a fault is refused whole.
2. `take_in`: rows become contacts; whose number (without one: whose name and company) is there already, is merged with
   it (`firmware.business.merging`). With `dry` only the counts are made. Rows are put in a few hundred at a time, so
   that others can write in between: an import that was broken off is simply done again.

Memory does not grow with the file: what was seen in it lies in a private temporary database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import BinaryIO

import msgspec
from msgspec import Struct

from firmware.business import wordings as say
from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.csv_rows import csv_rows
from firmware.business.index import renumber
from firmware.business.merging import keys_of, merged
from firmware.business.rows import Row, fault
from firmware.business.store import writing
from firmware.business.vcards import card_rows
from firmware.config.faults import Fault

MOST_TOLD = 500
"""Faults; of more the number is told."""
AT_ONCE = 300
_SNIFFED = 4096
Progress = Callable[[int], None]
"""Called with rows done."""


class LookedOver(Struct, frozen=True):
    """`faults` are at most MOST_TOLD, `wrong` how many there are in all; `rows` of contacts that are right."""

    rows: int
    wrong: int
    faults: tuple[Fault, ...]


class Outcome(Struct, frozen=True):
    """Rows; `merged` were joined with a contact, `skipped` told nothing that was not known."""

    added: int
    merged: int
    skipped: int
    warnings: tuple[Fault, ...] = ()


def rows_of(file: BinaryIO, name: str) -> Iterator[Row]:
    """CSV or vCard, by what the file begins with. Raises OSError."""
    file.seek(0)
    head = file.read(_SNIFFED).replace(b"\0", b"").upper()
    return (card_rows if b"BEGIN:VCARD" in head else csv_rows)(file, name)


def looked_over(rows: Iterable[Row], progress: Progress = lambda _: None) -> LookedOver:
    right = wrong = 0
    told: list[Fault] = []
    for row in rows:
        if row.draft is None:
            wrong += len(row.faults)
            told += row.faults[: MOST_TOLD - len(told)]
        else:
            right += 1
        if right % AT_ONCE == 0:
            progress(right)
    if wrong > len(told):
        told.append(fault(told[0].file, 0, "", say.MORE, {"count": wrong - len(told)}))
    return LookedOver(right, wrong, tuple(told))


def take_in(
    db: sqlite3.Connection,
    contacts: Contacts,
    rows: Iterable[Row],
    *,
    author: str,
    at: int,
    name: str = "",
    dry: bool = False,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Rows with faults are passed over. `at` is Unix µs. Raises sqlite3.Error."""
    with closing(_Seen()) as seen:
        taking = _Taking(db, contacts, seen, name)
        all_rows = iter(rows)
        while some := list(islice(all_rows, AT_ONCE)):
            if dry:
                for row in some:
                    taking.plan(row)
            else:
                with writing(db):
                    renumber(db, contacts.rules)
                    for row in some:
                        taking.take(row, author, at)
            progress(sum(taking.counts.values()))
        return Outcome(**taking.counts, warnings=tuple(taking.warnings))


class _Step(Struct):
    """What becomes of a row: `there` is the contact's row in business.db, 0 for one that is not there (yet)."""

    target: int
    there: int
    draft: Draft
    what: str


class _Taking:
    def __init__(self, db: sqlite3.Connection, contacts: Contacts, seen: _Seen, name: str) -> None:
        self._db, self._contacts, self._seen, self._name = db, contacts, seen, name
        self.counts = {"added": 0, "merged": 0, "skipped": 0}
        self.warnings: list[Fault] = []

    def plan(self, row: Row) -> _Step | None:
        """Counted, and remembered for the rows that follow."""
        if row.draft is None:
            return None
        rules = self._contacts.rules
        keys = keys_of(row.draft, rules)
        step = self._step(row, row.draft, keys)
        self._seen.put(step, list(dict.fromkeys((*keys, *keys_of(step.draft, rules)))), row.line)
        self.counts[step.what] += 1
        return step

    def take(self, row: Row, author: str, at: int) -> None:
        """Within a transaction."""
        step = self.plan(row)
        if step is None or step.what == "skipped":
            return
        if step.there:
            self._contacts.put_over(step.there, step.draft, author, at)
        else:
            self._seen.came(step.target, self._contacts.put_new(step.draft, author, at))

    def _step(self, row: Row, draft: Draft, keys: list[str]) -> _Step:
        rules = self._contacts.rules
        known = self._seen.of(keys)
        if known is not None:
            target, there, line, was = known
            self._warn(fault(self._name, row.line, "", say.TWICE, {"line": line}))
        else:
            found = self._there(keys)
            if not found:
                return _Step(self._seen.next(), 0, draft, "added")
            if len(found) > 1:
                self._warn(fault(self._name, row.line, "", say.MANY, {"count": len(found)}))
            target, there = self._seen.next(), found[0]
            was = self._contacts.at_row(there).draft.said()
        now = merged(was, draft, rules)
        return _Step(target, there, now, "skipped" if now is was else "merged")

    def _there(self, keys: list[str]) -> list[int]:
        """Rows of business.db, the oldest first."""
        found: dict[int, None] = {}
        for one in keys:
            who, nameless, company = one.partition("\0")
            ask = (_BY_NAME, (who, company)) if nameless else (_BY_NUMBER, (one, one.removeprefix("+")))
            found |= {row: None for (row,) in self._db.execute(*ask)}
        return sorted(found)

    def _warn(self, one: Fault) -> None:
        if len(self.warnings) < MOST_TOLD:
            self.warnings.append(one)


_BY_NUMBER = (
    "SELECT contact FROM numbers WHERE e164 = ?1 AND e164 <> '' UNION"
    " SELECT contact FROM numbers WHERE digits = ?2 AND e164 = '' AND ?1 NOT LIKE '+%' LIMIT 50"
)
_BY_NAME = (
    "SELECT row FROM contacts c WHERE name = ? AND company = ? AND erased_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM numbers n WHERE n.contact = c.row) LIMIT 50"
)


class _Seen:
    """What the file told so far, on the disk where it grows."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("CREATE TABLE keys (key TEXT PRIMARY KEY, target INTEGER NOT NULL) WITHOUT ROWID")
        self._db.execute(
            "CREATE TABLE targets (id INTEGER PRIMARY KEY, there INTEGER, line INTEGER, draft BLOB)"
        )
        self._last = 0

    def close(self) -> None:
        self._db.close()

    def next(self) -> int:
        self._last += 1
        return self._last

    def of(self, keys: list[str]) -> tuple[int, int, int, Draft] | None:
        """Target, its row in business.db, the line that told of it first, what is known of it."""
        for one in keys:
            found = self._db.execute(
                "SELECT t.id, t.there, t.line, t.draft FROM keys k JOIN targets t ON t.id = k.target WHERE key = ?",
                (one,),
            ).fetchone()
            if found is not None:
                return found[0], found[1], found[2], msgspec.msgpack.decode(found[3], type=Draft)
        return None

    def put(self, step: _Step, keys: list[str], line: int) -> None:
        draft = msgspec.msgpack.encode(step.draft)
        self._db.execute(
            "INSERT INTO targets (id, there, line, draft) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET draft = excluded.draft",
            (step.target, step.there, line, draft),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO keys (key, target) VALUES (?, ?)", [(one, step.target) for one in keys]
        )

    def came(self, target: int, row: int) -> None:
        """A new one has its row in business.db."""
        self._db.execute("UPDATE targets SET there = ? WHERE id = ?", (row, target))
