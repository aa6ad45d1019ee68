"""Instants, lengths and callers as prompts of the built-in set, in the order of each language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from firmware.engine import prompts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(wall_us: int, now_us: int, zone: str, language: str) -> tuple[str, ...]:
    """Day and time of day, as said at `now_us`; both are Unix time. Raises ZoneInfoNotFoundError."""
    tz = ZoneInfo(zone)
    at, today = _local(wall_us, tz), _local(now_us, tz).date()
    return (*day(at.date(), today), *time_of_day(at.hour, at.minute, language))


def local(wall_us: int, zone: str) -> datetime:
    return _local(wall_us, ZoneInfo(zone))


def _local(wall_us: int, tz: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=wall_us)).astimezone(tz)


def day(at: date, today: date) -> tuple[str, ...]:
    """Today, yesterday, the last days by their name, else month and day of the month: the same in both languages."""
    ago = (today - at).days
    if ago in (0, 1):
        return (("day-today", "day-yesterday")[ago],)
    if 1 < ago < 7:
        return (f"weekday-{at.weekday() + 1}",)
    return (f"month-{at.month}", f"month-day-{at.day}")


def time_of_day(hour: int, minute: int, language: str) -> tuple[str, ...]:
    half = "time-am" if hour < 12 else "time-pm"
    hour12 = (f"number-{(hour - 1) % 12 + 1}",)
    if language == "zh":
        return (half, *hour12, "time-hour", *_minutes_zh(minute))
    return (*hour12, *_minutes_en(minute), half)


def _minutes_zh(minute: int) -> tuple[str, ...]:
    if minute == 0:
        return ("time-sharp",)
    return (*(("number-0",) if minute < 10 else ()), *prompts.number(minute), "time-minute")


def _minutes_en(minute: int) -> tuple[str, ...]:
    if minute == 0:
        return ("time-sharp",)
    return (*(("time-oh",) if minute < 10 else ()), *prompts.number(minute))


def length(seconds: float) -> tuple[str, ...]:
    """Minutes and seconds; less than one second is one."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    said: tuple[str, ...] = ()
    if minutes:
        said = (*prompts.number(minutes), "minute" if minutes == 1 else "minutes")
    if rest or not minutes:
        said = (*said, *prompts.number(rest), "second" if rest == 1 else "seconds")
    return said
