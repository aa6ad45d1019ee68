"""Who calls: the contact a number belongs to, and what was with it before. For the pop on an agent's screen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sqlite_utils import Database

from firmware.business.caller import look_up
from firmware.business.contact import Contact
from firmware.business.contacts import Contacts
from firmware.business.numbers import rules_of
from firmware.business.remarks import Remarks
from firmware.business.store import read_business
from firmware.config.schema import Config
from firmware.store.calls.search import search
from firmware.store.calls.wanted import Wanted
from firmware.store.history import StoreError, read_history
from webui.site import Site

LAST = 8
MOST_CONTACTS = 3
SHOWN = ("id", "direction", "outcome", "queue", "agent", "offered_at", "wait_s", "talk_s")


class Callers:
    """Connections of one request; a database that is not there yet tells nothing."""

    def __init__(self, config: Config, business: sqlite3.Connection | None, history: Database | None) -> None:
        self._rules = rules_of(config)
        self._business, self._history = business, history

    def about(self, number: str) -> dict[str, Any]:
        contacts = self._contacts(number)
        numbers = {one.e164 or one.entered for contact in contacts for one in contact.draft.numbers}
        return {
            "number": number,
            "contacts": [self._told(one) for one in contacts[:MOST_CONTACTS]],
            "calls": self._calls(tuple(sorted({number, *numbers} - {""}))),
        }

    def calls_of(self, numbers: tuple[str, ...]) -> list[dict[str, Any]]:
        """The last of them, newest first."""
        return self._calls(numbers)

    def names(self, numbers: Iterable[str]) -> dict[str, str]:
        """Of those who are contacts."""
        found = {number: self._contacts(number) for number in set(numbers)}
        return {number: contacts[0].shown for number, contacts in found.items() if contacts}

    def close(self) -> None:
        for one in (self._business, self._history):
            if one is not None:
                one.close()

    def _contacts(self, number: str) -> list[Contact]:
        if self._business is None or not number:
            return []
        return [match.contact for match in look_up(self._business, self._rules, number)]

    def _told(self, one: Contact) -> dict[str, Any]:
        draft = one.draft
        notes = (
            Remarks(self._business, Contacts(self._business, self._rules)).notes(one.id)
            if self._business
            else []
        )
        return {
            "id": one.id, "shown": one.shown, "company": draft.company, "language": draft.language, "vip": draft.vip,
            "tags": list(draft.tags), "fields": draft.fields, "note": draft.note,
            "notes": [{"at": note.at, "author": note.author, "text": note.text} for note in notes[:LAST]],
        }  # fmt: skip

    def _calls(self, numbers: tuple[str, ...]) -> list[dict[str, Any]]:
        if self._history is None or not numbers:
            return []
        found = search(self._history, Wanted(numbers=numbers), rows=LAST)
        return [{key: row.get(key) for key in SHOWN} for row in found.rows]


def who_calls(site: Site) -> Callers:
    business = history = None
    with suppress(sqlite3.Error, StoreError):
        business = read_business(site.places.business_db, patience_s=0.2)
    with suppress(sqlite3.Error, StoreError):
        history = read_history(site.places.history_db)
    return Callers(site.config, business, history)
