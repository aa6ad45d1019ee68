"""`--from` and `--to`: spans of time as people write them, in the site's zone."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from firmware.store.queries import ANY_TIME


class NotAMoment(ValueError):
    """Not a date or time: `2026-10-01` or `2026-10-01T08:30`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="since", metavar="WHEN", help="2026-10-01 or 2026-10-01T08:30, site's time"
    )
    parser.add_argument(
        "--to", dest="until", metavar="WHEN", help="a day is included whole, a time is the end"
    )
    add_language(parser)


def add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language", choices=("en", "zh"), default=system_language(), help="of the table's headings"
    )


def span_of(arguments: argparse.Namespace, zone: str) -> tuple[int, int]:
    """Unix microseconds, end excluded. Raises NotAMoment.

    A day lasts from midnight to midnight, 23 or 25 hours where the clock is changed. An hour that comes twice begins
    with its first time and ends with its second: nothing of it is left out (`…T02:30+01:00` says which is meant).
    """
    since, until = arguments.since, arguments.until
    start = ANY_TIME[0] if since is None else _unix_us(_moment(since, zone))
    if until is None:
        return start, ANY_TIME[1]
    try:
        end = _moment(until, zone).replace(fold=1)
        return start, _unix_us(end + timedelta(days=1) if len(until) <= len("2026-10-01") else end)
    except OverflowError as error:
        raise NotAMoment(f"{until!r} is beyond all calendars") from error


def local(at_us: int, zone: str) -> str:
    """A Unix time in the site's zone, to the second; with its offset in an hour that comes twice."""
    moment = datetime.fromtimestamp(at_us // 1_000_000, ZoneInfo(zone))
    twice = moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
    return moment.strftime("%Y-%m-%d %H:%M:%S%z" if twice else "%Y-%m-%d %H:%M:%S")


def utc(at_us: int) -> str:
    """A Unix time in ISO 8601 UTC, to the millisecond."""
    return datetime.fromtimestamp(at_us / 1e6, UTC).isoformat(timespec="milliseconds")


def moment_us(text: str, zone: str) -> int:
    """One instant, Unix microseconds. Raises NotAMoment."""
    try:
        return _unix_us(_moment(text, zone))
    except OverflowError as error:
        raise NotAMoment(f"{text!r} is beyond all calendars") from error


def _moment(text: str, zone: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAMoment(f"{text!r} is no date or time; write 2026-10-01 or 2026-10-01T08:30") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _unix_us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def system_language() -> str:
    return "zh" if os.environ.get("LANG", "").startswith("zh") else "en"
