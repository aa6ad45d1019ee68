"""A comparison as people look at it: rows of figures with what the difference means, and bands to draw. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

WIDTH, LEFT, RIGHT, TOP, BOTTOM, ROW, THICK = 960, 170, 40, 10, 24, 44, 13
LEAST_WIDTH = 9.0
"""Of a band whose seeds all agree, or nobody would see it."""
PER_CENT = frozenset({"service_level", "occupancy"})
BETTER_LOW = frozenset({"abandoned", "asa_s", "longest_wait_s"})
NEUTRAL = frozenset({"offered", "occupancy"})
Cell = Mapping[str, Any]
Part = Mapping[str, Cell]


class Meaning(StrEnum):
    """Of a difference; each has words and a colour."""

    SAME = "same"
    UNCLEAR = "unclear"
    """The bands of the runs overlap."""
    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"
    """Clear, and neither good nor bad by itself."""
    NONE = "none"
    """One of them has no such figure."""


class Row(Struct, frozen=True):
    key: str
    happened: str
    before: str
    after: str
    difference: str
    meaning: Meaning


class Band(Struct, frozen=True):
    x: float
    y: float
    width: float
    mean: float
    """Place of the mean."""
    kind: str
    """`before` or `after`."""
    title: str


class Line(Struct, frozen=True):
    name: str
    y: float
    bands: list[Band]
    happened: float | None
    """Place of what really happened."""


class Plot(Struct, frozen=True):
    height: float
    lines: list[Line]
    ticks: list[tuple[float, str]]


def meaning(key: str, before: Cell | None, after: Cell | None) -> Meaning:
    if before is None or after is None:
        return Meaning.NONE
    if before == after:
        return Meaning.SAME
    if before["low"] <= after["high"] and after["low"] <= before["high"]:
        return Meaning.UNCLEAR
    if key in NEUTRAL:
        return Meaning.OTHER
    return Meaning.BETTER if (after["mean"] < before["mean"]) == (key in BETTER_LOW) else Meaning.WORSE


def rows(part: Part) -> list[Row]:
    """In the order of the document."""
    return [
        Row(
            key,
            "–" if cell["happened"] is None else _number(cell["happened"]),
            _band(cell["unchanged"]),
            _band(cell["draft"]),
            _band(cell["difference"], signed=True),
            meaning(key, cell["unchanged"], cell["draft"]),
        )
        for key, cell in part.items()
    ]


def parts(found: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
    """All calls under the empty name, then each queue."""
    yield "", found["total"]
    yield from found["queues"].items()


def plot(found: Mapping[str, Any], key: str, names: Mapping[str, str]) -> Plot | None:
    """One figure of all parts that have it; None where none has. `names`: part to what people call it."""
    cells = [(name, part[key]) for name, part in parts(found) if key in part and _values(part[key])]
    if not cells:
        return None
    top = 100.0 if key in PER_CENT else _round_up(max(max(_values(cell)) for _, cell in cells))
    scale = (WIDTH - LEFT - RIGHT) / top
    lines = [
        Line(
            names.get(name, name),
            TOP + ROW * number,
            list(_bands(cell, TOP + ROW * number, scale)),
            None if cell["happened"] is None else LEFT + cell["happened"] * scale,
        )
        for number, (name, cell) in enumerate(cells)
    ]
    ticks = [(LEFT + top * one / 4 * scale, f"{top * one / 4:g}") for one in range(5)]
    return Plot(TOP + ROW * len(lines) + BOTTOM, lines, ticks)


def _bands(cell: Cell, y: float, scale: float) -> Iterator[Band]:
    for place, (kind, name) in enumerate((("before", "unchanged"), ("after", "draft"))):
        one = cell[name]
        if one is None:
            continue
        width = max(LEAST_WIDTH, (one["high"] - one["low"]) * scale)
        middle = LEFT + (one["low"] + one["high"]) / 2 * scale
        top = y + 5 + place * (THICK + 4)
        yield Band(middle - width / 2, top, width, LEFT + one["mean"] * scale, kind, _band(one))


def _values(cell: Cell) -> Sequence[float]:
    known = [one["high"] for one in (cell["unchanged"], cell["draft"]) if one is not None]
    return [*known, *([cell["happened"]] if known and cell["happened"] is not None else [])]


def _round_up(value: float) -> float:
    for step in (4, 8, 20, 40, 80, 120, 200, 400, 800, 1200, 2000, 4000):
        if value <= step:
            return float(step)
    return float(-(-value // 4000) * 4000)


def _number(value: float, *, signed: bool = False) -> str:
    """One place behind the point where it says something."""
    text = f"{round(value, 1) + 0.0:{'+' if signed else ''}.1f}"  # no minus before nothing
    return text.removesuffix(".0")


def _band(found: Cell | None, *, signed: bool = False) -> str:
    if found is None:
        return "–"
    mean, low, high = (_number(found[one], signed=signed) for one in ("mean", "low", "high"))
    return mean if low == high else f"{mean} ({low} … {high})"
