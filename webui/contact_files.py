"""Contacts from and to files, CSV and vCard, for pages and programs alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from firmware.business.contacts import Contacts
from firmware.business.csv_rows import csv_rows
from firmware.business.csv_text import csv_text
from firmware.business.importing import LookedOver, Outcome, looked_over, take_in
from firmware.business.numbers import NumberRules, rules_of
from firmware.business.rows import Row
from firmware.business.store import empty_business, open_business, read_business
from firmware.business.vcards import card_rows, card_text
from webui.site import the_site

MOST_BYTES = 32 << 20
MEDIA: Mapping[str, str] = MappingProxyType({"csv": "text/csv", "vcard": "text/vcard"})
NAMES: Mapping[str, str] = MappingProxyType({"csv": "contacts.csv", "vcard": "contacts.vcf"})
READERS: Mapping[str, Callable[[BinaryIO, str], Iterator[Row]]] = MappingProxyType(
    {"csv": csv_rows, "vcard": card_rows}
)


class FaultyFile(ValueError):
    """A file with faults, which `over` tells; nothing was changed."""

    def __init__(self, over: LookedOver) -> None:
        super().__init__(f"{over.wrong} fault(s)")
        self.over = over


@contextmanager
def reading() -> Iterator[tuple[sqlite3.Connection, Contacts]]:
    """Also where nobody was ever entered. Raises NewerSchema, sqlite3.Error."""
    rules = rules_of(the_site().config)
    with closing(_opened(the_site().places.business_db)) as db:
        yield db, Contacts(db, rules)


@contextmanager
def writing() -> Iterator[tuple[sqlite3.Connection, Contacts]]:
    """Raises NewerSchema, sqlite3.Error."""
    with closing(open_business(the_site().places.business_db)) as db:
        yield db, Contacts(db, rules_of(the_site().config))


def take(rows: Callable[[], Iterator[Row]], author: str, *, dry: bool) -> Outcome:
    """Looked over first, whole; with `dry` only the counts are made.

    `rows` begins anew each time it is called. Raises FaultyFile, NewerSchema, sqlite3.Error, OSError.
    """
    over = looked_over(rows())
    if over.wrong:
        raise FaultyFile(over)
    with reading() if dry else writing() as (db, contacts):
        return take_in(db, contacts, rows(), author=author, at=the_site().wall_us(), dry=dry)


def written(kind: str, language: str) -> Iterator[str]:
    """All contacts, piece by piece, also after the request; no cell of a CSV is a formula."""
    return _written(kind, language, the_site().places.business_db, rules_of(the_site().config))


def _written(kind: str, language: str, path: Path, rules: NumberRules) -> Iterator[str]:
    with closing(_opened(path)) as db:
        contacts = Contacts(db, rules)
        drafts = (one.draft.said() for one in contacts.every())
        yield from (
            csv_text(drafts, contacts.field_names(), language) if kind == "csv" else card_text(drafts)
        )


def _opened(path: Path) -> sqlite3.Connection:
    return read_business(path) if path.is_file() else empty_business()
