"""Which days and which queue a page is about, as its address says. What cannot be read is today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from firmware.store.days import bounds

MOST_DAYS = 366


class Chosen(Struct, frozen=True):
    first: date
    last: date
    """Included."""
    queue: str
    span: tuple[int, int]
    """Unix microseconds, the end excluded."""

    @property
    def is_day(self) -> bool:
        return self.first == self.last

    @property
    def given(self) -> dict[str, str]:
        """As it stands in an address."""
        queue = {"queue": self.queue} if self.queue else {}
        return {"from": self.first.isoformat(), "to": self.last.isoformat(), **queue}


def chosen(values: Mapping[str, str], zone: str, today: date) -> Chosen:
    """The last day is never before the first, nor more than a year behind it."""
    first = _day(values.get("from", ""), zone) or today
    last = _day(values.get("to", ""), zone) or max(first, today)
    last = min(max(first, last), first + timedelta(days=MOST_DAYS - 1))
    span = bounds(first, zone)[0], bounds(last, zone)[1]
    return Chosen(first, last, values.get("queue", "")[:100], span)


def _day(text: str, zone: str) -> date | None:
    """None also for a day with no year before or behind it."""
    try:
        found = date.fromisoformat(text)
        bounds(found + timedelta(days=MOST_DAYS), zone)
    except (ValueError, OverflowError):
        return None
    return found if found.year > 1970 else None
