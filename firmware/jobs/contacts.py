"""The caller among the business's contacts: business.db is read, never written, and never waited for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from firmware.business.caller import Match, look_up
from firmware.business.errors import NoBusiness
from firmware.business.numbers import NumberRules
from firmware.business.store import BUSINESS_FILE, reader
from firmware.config.schema import CONTACT_VARIABLES
from firmware.jobs.answers import Answer, Failed, taken

LOOK_EVERY = 1000
"""Steps of SQLite's machine between two looks at the clock."""


def known_as(what: Mapping[str, str], rules: NumberRules, data: Path, left_s: Callable[[], float]) -> Answer:
    """All values of `what` are forms of one number. A box without contacts knows nobody. Raises Failed."""
    try:
        with closing(reader(data / BUSINESS_FILE, max(0.0, left_s()))) as db:
            db.set_progress_handler(lambda: left_s() <= 0, LOOK_EVERY)
            found = look_up(db, rules, *what.values())
    except NoBusiness:
        found = []
    except sqlite3.OperationalError as error:
        raise Failed("timed-out" if left_s() <= 0 else "database") from error
    except (sqlite3.Error, ValueError) as error:
        raise Failed("database") from error
    return Answer("done", "", values_of(found)) if found else Answer("done", "not-found")


def values_of(found: list[Match]) -> dict[str, str]:
    """Of the likeliest; `contact_count` tells that there are more."""
    contact = found[0].contact
    draft = contact.draft
    told = {
        "contact_id": contact.id,
        "contact_name": draft.name,
        "contact_company": draft.company,
        "contact_language": draft.language,
        "contact_vip": draft.vip,
        "contact_value": draft.value,
        "contact_tags": ";".join(draft.tags),
        "contact_count": len(found),
    }
    return taken(told, {name: name for name in CONTACT_VARIABLES})
