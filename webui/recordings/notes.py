"""Notes at a moment of a recording, for pages and programs alike: who asks was found to have leave before."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

from sqlite_utils import Database

from firmware.business.moments import MomentNote, add_note, forget_gone, notes_of, remove_note
from firmware.business.store import open_business, read_business
from firmware.store.audio.opening import recording_of
from firmware.store.history import StoreError
from webui.site import Site


def noted(site: Site, recording: str) -> list[MomentNote]:
    """As the recording goes."""
    path = site.places.business_db
    with suppress(StoreError, sqlite3.OperationalError), closing(read_business(path)) as business:
        return notes_of(business, recording)
    return []  # nothing was ever noted


def note(
    site: Site, db: Database, recording: str, at_s: float, text: str, *, author: str, at: int
) -> MomentNote:
    """`db` is the history: notes of recordings that are gone go now. Raises as `add_note` does."""
    with closing(open_business(site.places.business_db)) as business:
        forget_gone(business, lambda one: recording_of(db, one) is not None)
        return add_note(business, recording, at_s, text, author=author, at=at)


def unnote(site: Site, recording: str, number: int, author: str = "") -> bool:
    """`author`: only one of his. False: there is none. Raises sqlite3.Error."""
    with closing(open_business(site.places.business_db)) as business:
        return remove_note(business, recording, number, author)
