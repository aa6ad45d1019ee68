"""Opening hours: open or closed at an instant, and when that changes. By the clock on the wall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from firmware.config.schema import Hours
from firmware.config.times import DAY_MINUTES, DAYS, span_minutes

LOOK_AHEAD_DAYS = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE_US = 60_000_000


def is_open(hours: Hours, wall_us: int, zone: str) -> bool:
    """`wall_us` is Unix time. A span over midnight belongs to the day it begins on, holidays included.

    Raises ZoneInfoNotFoundError for a zone that is none (the configuration's check refuses those).
    """
    local = _local(wall_us, ZoneInfo(zone))
    minute, today = local.hour * 60 + local.minute, local.date()
    return _covers(hours, today, minute) or _covers(hours, today - timedelta(days=1), minute + DAY_MINUTES)


def next_change_us(hours: Hours, wall_us: int, zone: str) -> int | None:
    """The first later instant at which `is_open` is different; None within the next 400 days."""
    tz = ZoneInfo(zone)
    now_open, today = is_open(hours, wall_us, zone), _local(wall_us, tz).date()
    for ahead in range(-1, LOOK_AHEAD_DAYS):
        for at_us in sorted(_instants(hours, today + timedelta(days=ahead), tz)):
            if at_us > wall_us and is_open(hours, at_us, zone) is not now_open:
                return at_us
    return None


def _local(wall_us: int, tz: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=wall_us)).astimezone(tz)


def _wall_us(local: datetime) -> int:
    return (local - _EPOCH) // timedelta(microseconds=1)


def _covers(hours: Hours, begun_on: date, minute: int) -> bool:
    return any(begin <= minute < end for begin, end in _spans(hours, begun_on))


def _spans(hours: Hours, day: date) -> Iterator[tuple[int, int]]:
    if day.isoformat() in hours.holidays:
        return
    for text in hours.open.get(DAYS[day.weekday()], ()):
        span = span_minutes(text)
        if span is not None:
            yield span


def _instants(hours: Hours, day: date, tz: ZoneInfo) -> Iterator[int]:
    """Where something may change: each border of the day's spans, twice where the clock shows it twice."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=tz)
    for span in _spans(hours, day):
        for minute in span:
            border = midnight + timedelta(minutes=minute)  # wall-clock arithmetic: the zone stays attached
            yield _wall_us(border.replace(fold=0).astimezone(UTC))
            yield _wall_us(border.replace(fold=1).astimezone(UTC))
    yield from _clock_changes(_wall_us(midnight.astimezone(UTC)), tz)


def _clock_changes(midnight_us: int, tz: ZoneInfo) -> Iterator[int]:
    """The instant of this day at which the zone's offset changes, to the minute."""
    low, high = midnight_us // _MINUTE_US, midnight_us // _MINUTE_US + 25 * 60
    before = _local(low * _MINUTE_US, tz).utcoffset()
    if before == _local(high * _MINUTE_US, tz).utcoffset():
        return
    while high - low > 1:
        middle = (low + high) // 2
        if _local(middle * _MINUTE_US, tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high * _MINUTE_US


def day_of(wall_us: int, zone: str) -> str:
    """The date on the wall, `2026-10-01`."""
    return _local(wall_us, ZoneInfo(zone)).date().isoformat()


def midnights_us(day: date, zone: str) -> tuple[int, int]:
    """Where a day begins and where it ends."""
    tz = ZoneInfo(zone)
    after = day + timedelta(days=1)
    begin, end = (datetime(one.year, one.month, one.day, tzinfo=tz) for one in (day, after))
    return _wall_us(begin.astimezone(UTC)), _wall_us(end.astimezone(UTC))
