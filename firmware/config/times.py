"""Times of day and dates as people write them in a configuration."""

from __future__ import annotations

import re
from datetime import date

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$", re.ASCII)
DAY_MINUTES = 24 * 60


def span_minutes(text: str) -> tuple[int, int] | None:
    """`08:30-12:00` as minutes of the day, or None if it is no span.

    `24:00` is the end of the day; an end before the beginning is on the next day.
    """
    found = _SPAN.match(text.strip())
    if not found:
        return None
    from_h, from_min, to_h, to_min = map(int, found.groups())
    begin, end = from_h * 60 + from_min, to_h * 60 + to_min
    if from_min > 59 or to_min > 59 or begin >= DAY_MINUTES or end > DAY_MINUTES or begin == end:
        return None
    return begin, end if end > begin else end + DAY_MINUTES


def day(text: str) -> date | None:
    """`2026-10-01`; None if there is no such day."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
