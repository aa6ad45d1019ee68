"""The days that can be played again: those with calls from outside, the busiest of the newest fortnight first."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlite_utils import Database

from firmware.store import queries

FORTNIGHT, BACK = timedelta(days=14), timedelta(days=31)
_NEWEST = "SELECT max(offered_at) FROM calls WHERE direction = 'inbound' AND released_us IS NOT NULL"
_OFFERED = (
    "SELECT offered_at FROM calls WHERE direction = 'inbound' AND released_us IS NOT NULL AND offered_at >= ?"
)


class Day(Struct, frozen=True):
    day: date
    calls: int


def days(db: Database) -> list[Day]:
    """Of the month before the newest call. Raises sqlite3.Error."""
    ((newest,),) = db.execute(_NEWEST).fetchall()
    if newest is None:
        return []
    zone = ZoneInfo(queries.zone(db))
    first_us = newest - round(BACK.total_seconds() * 1e6)
    offered = db.execute(_OFFERED, (first_us,)).fetchall()
    counts = Counter(datetime.fromtimestamp(at_us / 1e6, zone).date() for (at_us,) in offered)
    recent = [one for one in counts if one > max(counts) - FORTNIGHT]
    busiest = max(recent, key=lambda one: (counts[one], one))
    others = sorted((one for one in counts if one != busiest), reverse=True)
    return [Day(one, counts[one]) for one in (busiest, *others)]
