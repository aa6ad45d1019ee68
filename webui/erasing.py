"""Erasing all that is known of a number, for pages and programs alike: what would go, the order, the contacts.

The number itself is in no order and in no address; orders know it by keyed marks alone.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from msgspec import Struct

from firmware.archive.erasure_view import Meant, newest_erasures
from firmware.business.forgetting import Forgotten
from firmware.cli.erase import marks_of
from firmware.cli.erase_contacts import contacts_meant, forget_contacts
from firmware.store.queries import clock_offset_us
from webui.history import history
from webui.language import language
from webui.site import the_site

ORDER_ID = re.compile(r"erasure-[0-9a-f]{16}")
LONGEST_NUMBER, LONGEST_WHY = 60, 500
Row = dict[str, Any]


class WouldGo(Struct, frozen=True):
    """What is known of a number."""

    calls: int
    held: int
    """Of these calls: under a legal hold, they go when it is released."""
    recordings: int
    contacts: int


def new_id() -> str:
    return f"erasure-{secrets.token_hex(8)}"


def marks_for(number: str) -> frozenset[str]:
    """Raises CommandError, in the reader's language, for what is nobody's number."""
    return marks_of(the_site().places, number.strip()[:LONGEST_NUMBER], language())


def would_go(marks: frozenset[str]) -> WouldGo:
    """Changes nothing. Raises StoreError, sqlite3.Error."""
    places = the_site().places
    with history(the_site()) as db:
        meant = Meant(db, places.root, marks) if db is not None else None
    contacts = contacts_meant(places, marks)
    if meant is None:
        return WouldGo(0, 0, 0, contacts)
    return WouldGo(len(meant.calls), len(meant.held), meant.recordings, contacts)


def forget(marks: frozenset[str], author: str) -> Forgotten:
    """The contacts, once the engine took the order; safe to be done again. Raises StoreError, sqlite3.Error."""
    return forget_contacts(the_site().places, marks, author)


def so_far(most: int, skip: int = 0) -> tuple[list[Row], int]:
    """Erasures, newest first; and wall time minus box time. Raises StoreError, sqlite3.Error, OSError."""
    with history(the_site()) as db:
        if db is None:
            return [], 0
        return newest_erasures(db, the_site().places.root, most, skip), clock_offset_us(db)
