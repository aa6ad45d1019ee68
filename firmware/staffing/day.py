"""The calls of a day by quarter-hours, and how many people each of them wants.

A day is written as the quarter-hours in which it is open, from 0 to 95. Calls come most in the busiest hour, whose
share of the day is given, and fade out on both sides of it as a bell does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from firmware.config.times import span_minutes
from firmware.staffing.erlang import MOST_AGENTS, ErlangA

QUARTERS = 96
QUARTER_S = 900
HOUR = 4
_WIDEST, _NARROWEST = 1e4, 0.05
"""Of the bell, in quarter-hours."""
_HALVINGS = 60
_PEAK_AT = 0.3
"""How far into the open time the busiest hour lies: late morning of an office day."""
_FEWEST_CALLS = 0.01
"""Of a quarter-hour; fewer want nobody."""


class Target(Struct, frozen=True):
    """What callers are promised, and what they are like."""

    share: float
    """Answered within `within_s`, of all: 0.8."""
    within_s: float
    handle_s: float
    """Mean, from answer until the agent is ready again."""
    patience_s: float
    """Mean."""


class Interval(Struct, frozen=True):
    """One quarter-hour of a day."""

    quarter: int
    """0 is midnight."""
    calls: float
    agents: int
    """How many it wants."""
    service_level: float
    """What `staffed` people, or those it wants, reach: 0 … 1."""
    asa_s: float
    abandons: float
    occupancy: float

    @property
    def begins(self) -> str:
        """`08:30`."""
        return f"{self.quarter // HOUR:02}:{self.quarter % HOUR * 15:02}"


def open_quarters(spans: Iterable[str]) -> tuple[int, ...]:
    """Of spans like `08:30-12:00`, in order. One that runs past midnight is open at the day's end and beginning."""
    found: set[int] = set()
    for text in spans:
        if span := span_minutes(text):
            begin, end = span
            found.update(minute // 15 % QUARTERS for minute in range(begin, end))
    return tuple(sorted(found))


def shape(quarters: Sequence[int], peak_share: float) -> list[float]:
    """Each open quarter-hour's share of the day's calls; the busiest hour has `peak_share` of them.

    A share smaller than an even day's is an even day; a day of an hour or less has all of them in it.
    """
    if len(quarters) <= HOUR or peak_share <= HOUR / len(quarters):
        return [1 / len(quarters)] * len(quarters)
    narrow, wide = _NARROWEST, _WIDEST
    for _ in range(_HALVINGS):
        middle = math.sqrt(narrow * wide)
        narrow, wide = (
            (middle, wide) if busiest_hour(_bell(quarters, middle)) > peak_share else (narrow, middle)
        )
    return _bell(quarters, wide)


def busiest_hour(shares: Sequence[float]) -> float:
    """The largest share that four quarter-hours on end have."""
    return max(sum(shares[place : place + HOUR]) for place in range(max(1, len(shares) - HOUR + 1)))


def _bell(quarters: Sequence[int], width: float) -> list[float]:
    """Its top lies between two quarter-hours: the busiest hour stands evenly about it."""
    top = round((len(quarters) - HOUR) * _PEAK_AT) + (HOUR - 1) / 2
    weights = [math.exp(-(((place - top) / width) ** 2)) for place in range(len(quarters))]
    whole = sum(weights)
    return [weight / whole for weight in weights]


def curve(
    quarters: Sequence[int], calls: float, peak_share: float, target: Target, staffed: int = 0
) -> list[Interval]:
    """The day: each quarter-hour's calls and the people it wants.

    With `staffed` the figures are those of so many people, else those of the people wanted.
    """
    shares = shape(quarters, peak_share)
    return [
        _interval(quarter, share * calls, target, staffed)
        for quarter, share in zip(quarters, shares, strict=True)
    ]


def _interval(quarter: int, calls: float, target: Target, staffed: int) -> Interval:
    rounded = round(calls, 4)
    wanted = agents_wanted(rounded, target)
    level, asa_s, abandons, occupancy = reached(rounded, staffed or wanted, target)
    return Interval(quarter, rounded, wanted, level, asa_s, abandons, occupancy)


@lru_cache(maxsize=4096)
def agents_wanted(calls: float, target: Target) -> int:
    """For so many calls a quarter-hour; nobody where nobody calls."""
    if calls < _FEWEST_CALLS:
        return 0
    for agents in range(1, MOST_AGENTS):
        if _queue(calls, agents, target).answered_within(target.within_s) >= target.share:
            return agents
    return MOST_AGENTS


@lru_cache(maxsize=4096)
def reached(calls: float, agents: int, target: Target) -> tuple[float, float, float, float]:
    """Service level, ASA in seconds, share of abandons and occupancy of so many agents."""
    if calls < _FEWEST_CALLS:
        return 1.0, 0.0, 0.0, 0.0
    queue = _queue(calls, agents, target)
    return (
        queue.answered_within(target.within_s),
        queue.mean_wait_of_answered,
        queue.abandons,
        queue.occupancy,
    )


def level_of(day: Sequence[Interval]) -> float:
    """The day's service level: each quarter-hour counts by its calls."""
    calls = sum(one.calls for one in day)
    return sum(one.calls * one.service_level for one in day) / calls if calls else 1.0


def _queue(calls: float, agents: int, target: Target) -> ErlangA:
    return ErlangA(agents, calls / QUARTER_S, target.handle_s, target.patience_s)
