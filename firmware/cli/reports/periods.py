"""Time cut into hours, days, weeks or months of the site's zone: each instant in exactly one of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlite_utils import Database

from firmware.cli import period
from firmware.store import queries

PER = ("hour", "half-hour", "day", "week", "month")
STEP_S = 900
"""All zones are quarters of an hour from UTC, and change by no less: full hours of any clock are among these."""
MOST = 100_000


class TooManyPeriods(ValueError):
    """More rows than anybody reads."""


class Period(Struct, frozen=True):
    """Unix microseconds, the end excluded."""

    from_us: int
    to_us: int
    label: str = ""


def bounds(db: Database, span: tuple[int, int]) -> tuple[int, int]:
    """The span, cut to what history knows of; times a box without a clock wrote down only count where asked for."""
    first = [
        row[0] for row in db.execute(_FIRST, (EARLIEST_US, EARLIEST_US)).fetchall() if row[0] is not None
    ]
    newest = [row[0] for row in db.execute("SELECT max(offered_at) + 1 FROM calls").fetchall()]
    last = queries.now_us(db) + queries.clock_offset_us(db) + 1
    ends = [last, *(one for one in newest if one is not None)]
    return max(span[0], min(first, default=span[0])), min(span[1], max(ends))


EARLIEST_US = 946_684_800_000_000
"""The year 2000: there was no box before."""
_FIRST = """
SELECT min(offered_at) FROM calls WHERE offered_at >= ? UNION SELECT min(from_at) FROM agent_states WHERE from_at >= ?
"""


def divided(span: tuple[int, int], per: str, zone: str) -> list[Period]:
    """The periods that touch the span; the first and the last are cut to it. Raises TooManyPeriods."""
    begin, end = span
    if begin >= end:
        return []
    if not per:
        return [Period(begin, end)]
    edges = [begin]
    for edge in _edges(begin, per, ZoneInfo(zone)):
        if edge >= end:
            break
        if edge > edges[-1]:
            edges.append(edge)
        if len(edges) > MOST:
            raise TooManyPeriods(f"more than {MOST} rows: take a shorter span or longer periods")
    return [
        Period(one, other, period.local(one, zone))
        for one, other in zip(edges, [*edges[1:], end], strict=True)
    ]


def place(periods: Sequence[Period], at_us: int) -> int:
    """The period an instant is in; -1: in none."""
    found = bisect_right(periods, at_us, key=lambda one: one.from_us) - 1
    return found if found >= 0 and at_us < periods[found].to_us else -1


def shares(periods: Sequence[Period], from_us: int, to_us: int) -> Iterator[tuple[int, int]]:
    """How much of a stretch of time is in each period: (period, microseconds)."""
    first = max(0, bisect_right(periods, from_us, key=lambda one: one.from_us) - 1)
    for number in range(first, len(periods)):
        one = periods[number]
        if one.from_us >= to_us:
            return
        part = min(one.to_us, to_us) - max(one.from_us, from_us)
        if part > 0:
            yield number, part


def _edges(begin_us: int, per: str, zone: ZoneInfo) -> Iterator[int]:
    """Where periods begin, from the one `begin_us` is in."""
    if per in ("hour", "half-hour"):
        yield from _clock_edges(begin_us, 3600 if per == "hour" else 1800, zone)
        return
    day = datetime.fromtimestamp(begin_us // 1_000_000, zone).replace(
        hour=0, minute=0, second=0, microsecond=0, fold=0
    )
    if per == "week":
        day -= timedelta(days=day.weekday())
    elif per == "month":
        day = day.replace(day=1)
    while True:
        yield int(day.timestamp()) * 1_000_000
        day = (
            (day + timedelta(days=32)).replace(day=1)
            if per == "month"
            else day + timedelta(days=7 if per == "week" else 1)
        )


def _clock_edges(begin_us: int, step_s: int, zone: ZoneInfo) -> Iterator[int]:
    """Full hours of the local clock, also where it is changed."""
    at_s = begin_us // 1_000_000 // STEP_S * STEP_S
    while True:
        local = datetime.fromtimestamp(at_s, zone)
        if (local.minute * 60 + local.second) % step_s == 0:
            yield at_s * 1_000_000
        at_s += STEP_S
