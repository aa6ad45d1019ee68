"""One day of the site as plots: calls by quarter-hours, and what each agent did when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlite_utils import Database

from firmware.store import queries

QUARTER_US = 900_000_000
_LONG_US = 6 * 3_600_000_000
"""A caller may have been in the box so long before he came into a queue."""
_STATE_US = 7 * 86_400_000_000
"""Who changed nothing for so long is not shown."""
USUAL_LEVEL_S = 20.0


class DayCurve(Struct, frozen=True):
    """Arrays of one length: 96 quarter-hours, 92 or 100 where the clock is changed."""

    at: list[int]
    """Unix seconds at which each begins."""
    label: list[str]
    """`08:30`, by the site's clock."""
    offered: list[int]
    """Inbound calls; of a queue: callers who came into it."""
    answered: list[int]
    abandoned: list[int]
    """In a queue."""
    service_level: list[float | None]
    """Percent answered in time of those who left a queue; None: nobody did."""
    longest_wait_s: list[float]


class AgentBar(Struct, frozen=True):
    """A stretch of one state, cut to the day. Unix microseconds."""

    agent: str
    state: str
    reason: str
    from_at: int
    to_at: int


def bounds(day: date, zone: str) -> tuple[int, int]:
    """From midnight to midnight, Unix microseconds."""
    begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone))
    return int(begin.timestamp()) * 1_000_000, int(end.timestamp()) * 1_000_000


class _Quarter:
    def __init__(self) -> None:
        self.offered = self.answered = self.abandoned = self.in_time = self.left = self.longest_us = 0


def day_curve(
    db: Database, day: date, queue: str = "", levels: Mapping[str, float] | None = None
) -> DayCurve:
    """Of one queue, or of all. `levels`: seconds of each queue's service level. Raises OverflowError, sqlite3.Error.

    A call belongs to the quarter it was offered in, a wait to the one it began in; calls of a queue are its waits.
    """
    zone = queries.zone(db)
    span = bounds(day, zone)
    quarters = [_Quarter() for _ in range(-(-(span[1] - span[0]) // QUARTER_US))]
    if not queue:
        _add_calls(db, span, quarters)
    _add_visits(db, span, queue, levels or {}, quarters)
    return _curve(span[0], zone, quarters)


_CALLS = (
    "SELECT offered_at, outcome FROM calls INDEXED BY calls_by_offered"
    " WHERE offered_at >= ? AND offered_at < ? AND direction = 'inbound'"
)
_VISITS = (
    "SELECT v.queue, v.why, v.from_us + c.offered_at - c.offered_us AS at, coalesce(v.to_us, ?) - v.from_us AS wait"
    " FROM calls c INDEXED BY calls_by_offered CROSS JOIN queue_visits v ON v.call = c.id"
    " WHERE c.offered_at >= ? AND c.offered_at < ? AND (? = '' OR v.queue = ?)"
)


def queue_levels(db: Database, day: date, levels: Mapping[str, float]) -> dict[str, float]:
    """Percent answered in time of those who left each queue that day; queues nobody left are not in it.

    `levels`: seconds of each queue's service level. Raises OverflowError, sqlite3.Error.
    """
    span = bounds(day, queries.zone(db))
    values = (queries.now_us(db), span[0] - _LONG_US, span[1], "", "")
    left: Counter[str] = Counter()
    in_time: Counter[str] = Counter()
    for queue, why, at, wait_us in db.execute(_VISITS, values).fetchall():
        if why is not None and span[0] <= at < span[1]:
            left[queue] += 1
            in_time[queue] += why == "answered" and wait_us <= levels.get(queue, USUAL_LEVEL_S) * 1e6
    return {queue: 100 * in_time[queue] / count for queue, count in left.items()}


def _add_calls(db: Database, span: tuple[int, int], quarters: list[_Quarter]) -> None:
    for offered_at, outcome in db.execute(_CALLS, span).fetchall():
        one = quarters[(offered_at - span[0]) // QUARTER_US]
        one.offered += 1
        one.answered += outcome == "answered"
        one.abandoned += outcome == "abandoned_in_queue"


def _add_visits(
    db: Database, span: tuple[int, int], queue: str, levels: Mapping[str, float], quarters: list[_Quarter]
) -> None:
    values = (queries.now_us(db), span[0] - _LONG_US, span[1], queue, queue)
    for of_queue, why, at, wait_us in db.execute(_VISITS, values).fetchall():
        if not span[0] <= at < span[1]:
            continue
        one = quarters[(at - span[0]) // QUARTER_US]
        one.longest_us = max(one.longest_us, wait_us)
        one.left += why is not None
        one.in_time += why == "answered" and wait_us <= levels.get(of_queue, USUAL_LEVEL_S) * 1e6
        if queue:
            one.offered += 1
            one.answered += why == "answered"
            one.abandoned += why == "abandoned"


def _curve(begin_us: int, zone: str, quarters: list[_Quarter]) -> DayCurve:
    at = [(begin_us + number * QUARTER_US) // 1_000_000 for number in range(len(quarters))]
    return DayCurve(
        at,
        [f"{datetime.fromtimestamp(one, ZoneInfo(zone)):%H:%M}" for one in at],
        [one.offered for one in quarters],
        [one.answered for one in quarters],
        [one.abandoned for one in quarters],
        [100 * one.in_time / one.left if one.left else None for one in quarters],
        [one.longest_us / 1e6 for one in quarters],
    )


_STATES = (
    "SELECT agent, state, reason, from_at, from_us, to_us FROM agent_states INDEXED BY agent_states_by_time"
    " WHERE from_at >= ? AND from_at < ? ORDER BY agent, id"
)


def agent_bars(db: Database, day: date) -> list[AgentBar]:
    """Agent by agent in order of time; what is under way lasts until now. Signed-out time is left out."""
    begin, end = bounds(day, queries.zone(db))
    now_us = queries.now_us(db)
    found = db.query(_STATES, [begin - _STATE_US, end])
    bars = (_bar(row, now_us, begin, end) for row in found if row["state"] != "signed-out")
    return [one for one in bars if one.from_at < one.to_at]


def _bar(row: dict[str, Any], now_us: int, begin: int, end: int) -> AgentBar:
    to_us = now_us if row["to_us"] is None else row["to_us"]
    to_at = row["from_at"] + to_us - row["from_us"]
    return AgentBar(row["agent"], row["state"], row["reason"], max(begin, row["from_at"]), min(end, to_at))
