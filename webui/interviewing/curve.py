"""The expected day as a picture: people each quarter-hour wants, beside those who are there. Units of the view box."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from firmware.interview.staffing import Pool

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 34.0, 8.0, 10.0, 24.0, 190.0
QUARTER, LEAST_WIDTH = 14.0, 300.0
EACH = 4
"""Quarter-hours to a row of the table."""


class Bar(Struct, frozen=True):
    x: float
    y: float
    width: float
    height: float
    is_short: bool
    """More are wanted than are there."""
    said: tuple[str, int]
    """Begin of the quarter-hour, people wanted."""


class Curve(Struct, frozen=True):
    width: float
    height: float
    left: float
    right: float
    base: float
    bars: tuple[Bar, ...]
    hours: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, int], ...]
    """Heights of numbers of people."""
    there: float
    """Height of those who are there."""


class Hour(Struct, frozen=True):
    begins: str
    calls: float
    people: int
    level: float
    """0 … 1."""
    wait_s: float


def curve(pool: Pool) -> Curve:
    day = pool.day
    first, count = (day[0].quarter, day[-1].quarter - day[0].quarter + 1) if day else (0, 1)
    step = max(QUARTER, LEAST_WIDTH / count)
    most = max(pool.wanted, pool.people, 1)
    base, unit = HEIGHT - BOTTOM, (HEIGHT - BOTTOM - TOP) / most
    bars = tuple(
        Bar(
            round(LEFT + (one.quarter - first) * step + 1, 1),
            round(base - one.agents * unit, 1),
            round(step - 2, 1),
            round(one.agents * unit, 1),
            one.agents > pool.people,
            (one.begins, one.agents),
        )
        for one in day
    )
    hours = tuple(
        (round(LEFT + place * step, 1), f"{(first + place) // 4}")
        for place in range(count)
        if (first + place) % 4 == 0
    )
    marks = tuple((round(base - number * unit, 1), number) for number in _round_numbers(most))
    width = round(LEFT + count * step + RIGHT, 1)
    return Curve(
        width, HEIGHT, LEFT, width - RIGHT, base, bars, hours, marks, round(base - pool.people * unit, 1)
    )


def hours_of(pool: Pool) -> list[Hour]:
    """The same as rows, for who reads and does not look."""
    rows = []
    for place in range(0, len(pool.day), EACH):
        part = pool.day[place : place + EACH]
        calls = sum(one.calls for one in part)
        level = sum(one.calls * one.service_level for one in part) / calls if calls else 1.0
        wait_s = sum(one.calls * one.asa_s for one in part) / calls if calls else 0.0
        rows.append(Hour(part[0].begins, calls, max(one.agents for one in part), level, wait_s))
    return rows


def _round_numbers(most: int) -> Sequence[int]:
    step = next((one for one in (1, 2, 5, 10, 20, 50, 100) if most / one <= 6), 200)
    return range(0, most + 1, step)
