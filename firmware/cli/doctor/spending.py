"""Telephones that call outside as their people do not: somebody may have stolen a password."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import in_history
from firmware.protocol.places import Places
from firmware.store import queries

WITHIN_US = 7 * 86_400_000_000
SLUGS = {"abroad": "telephone-abroad", "refused": "telephone-refused", "spent": "telephone-spent"}


def look(places: Places) -> Iterator[Finding]:
    return in_history(places, _found)


def _found(db: Database) -> Iterator[Finding]:
    for who, why, alarms, count in db.execute(
        "SELECT who, why, count(*), max(count) FROM telephone_alarms WHERE at_us > ?"
        " GROUP BY who, why ORDER BY who, why",
        (queries.now_us(db) - WITHIN_US,),
    ).fetchall():
        if why in SLUGS:
            yield Finding(SLUGS[why], {"who": who, "alarms": alarms, "count": count})
