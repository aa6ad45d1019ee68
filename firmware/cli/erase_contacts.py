"""Erasures reach contacts: what `tipring erase` and a restore do to business.db."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from drivers.clock import MonotonicClock
from firmware.archive.book import ERASURE_SECRET
from firmware.archive.erasure_list import Erasure
from firmware.archive.number_marks import NumberMarks
from firmware.business.forgetting import Forgotten, clean, forget_number, meant
from firmware.business.numbers import NumberRules, rules_of
from firmware.business.store import open_business, read_business
from firmware.config.newest import newest
from firmware.protocol.box_secret import box_secret
from firmware.protocol.places import Places


def contacts_meant(places: Places, marks: frozenset[str]) -> int:
    """How many contacts have the number. Raises StoreError, sqlite3.Error."""
    if not places.business_db.is_file():
        return 0
    look = _marks(places, _rules(places))
    with closing(read_business(places.business_db)) as db:
        return len(meant(db, lambda text: look.fit(text, marks)))


def forget_contacts(places: Places, marks: frozenset[str], author: str) -> Forgotten:
    """Of the number that was just ordered to be erased. Raises StoreError, sqlite3.Error."""
    if not places.business_db.is_file():
        return Forgotten()
    rules = _rules(places)
    look = _marks(places, rules)
    with closing(open_business(places.business_db)) as db:
        done = forget_number(
            db, rules, lambda text: look.fit(text, marks), author=author, at=MonotonicClock.wall_us()
        )
        clean(db)
    return done


def forget_listed(places: Places, erasures: Iterable[Erasure]) -> None:
    """In contacts of a backup: whoever was erased since stays so. Raises StoreError, sqlite3.Error."""
    listed = list({one.id: one for one in erasures}.values())
    if not places.business_db.is_file() or not listed:
        return
    rules = _rules(places)
    look = _marks(places, rules)
    with closing(open_business(places.business_db)) as db:
        for one in listed:
            wanted = frozenset(one.marks)
            forget_number(
                db,
                rules,
                lambda text, wanted=wanted: look.fit(text, wanted),  # type: ignore[misc]
                author=one.author,
                at=MonotonicClock.wall_us(),
                made_until=one.ordered_at,
            )
        clean(db)


def _rules(places: Places) -> NumberRules:
    found = newest(places.config_db)
    return rules_of(found.config if found is not None else None)


def _marks(places: Places, rules: NumberRules) -> NumberMarks:
    return NumberMarks(box_secret(places.secrets, ERASURE_SECRET), rules.dial_plan, rules.area)
