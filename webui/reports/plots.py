"""Plots as plain geometry for templates that draw SVG: columns, lines, ticks, stretches of time. Pure.

Positions are in the units of the drawing: `WIDTH` across, each plot as high as it says.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from firmware.store.days import AgentBar, DayCurve

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 960, 44, 44, 12, 24
ROW = 26
NAMES = 120
"""Of agents, left of their rows."""
MOST_LABELS = 13
LEAST_QUARTERS = 32
AROUND = 4
"""Quarters shown before the first call and behind the last."""


class Series(Struct, frozen=True):
    """Lists of one length."""

    label: Sequence[str]
    offered: Sequence[int]
    answered: Sequence[int]
    abandoned: Sequence[int]
    level: Sequence[float | None]
    """Percent."""
    wait_s: Sequence[float]


class Box(Struct, frozen=True):
    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


class Tick(Struct, frozen=True):
    at: float
    text: str


class Plot(Struct, frozen=True):
    height: int
    boxes: list[Box]
    lines: list[str]
    """Points of each stretch of a line."""
    dots: list[tuple[float, float]]
    """Where a stretch is a single point."""
    across: list[Tick]
    up: list[Tick]


class Row(Struct, frozen=True):
    name: str
    y: int
    boxes: list[Box]


def part_of_day(curve: DayCurve) -> Series:
    """The hours in which something happened."""
    busy = [number for number, calls in enumerate(curve.offered) if calls or curve.longest_wait_s[number]]
    middle = len(curve.at) // 2
    first, last = (busy[0], busy[-1] + 1) if busy else (middle, middle)
    missing = max(2 * AROUND, LEAST_QUARTERS - (last - first))
    first = max(0, first - missing // 2) // 4 * 4
    part = slice(first, min(len(curve.at), last + missing - missing // 2))
    return Series(
        curve.label[part], curve.offered[part], curve.answered[part], curve.abandoned[part],
        curve.service_level[part], curve.longest_wait_s[part],
    )  # fmt: skip


def calls_plot(series: Series, names: dict[str, str], height: int = 250) -> Plot:
    """Columns of calls by what became of them; the line is the service level."""
    top = _round_up(max(series.offered, default=0))
    inner, step = height - TOP - BOTTOM, _step(series)
    boxes: list[Box] = []
    for number, label in enumerate(series.label):
        base = float(height - BOTTOM)
        answered, abandoned = series.answered[number], series.abandoned[number]
        rest = max(0, series.offered[number] - answered - abandoned)
        for kind, count in (("answered", answered), ("other", rest), ("abandoned", abandoned)):
            if count:
                tall = inner * count / top
                base -= tall
                boxes.append(
                    Box(
                        LEFT + step * (number + 0.1),
                        base,
                        step * 0.8,
                        tall,
                        kind,
                        f"{label} · {names[kind]}: {count}",
                    )
                )
    lines, dots = _level_lines(series, inner, step)
    up = [Tick(height - BOTTOM - inner * one / 4, f"{top * one / 4:g}") for one in range(5)]
    return Plot(height, boxes, lines, dots, _across(series, step), up)


def waits_plot(series: Series, name: str, height: int = 130) -> Plot:
    """Columns of the longest wait."""
    top = _round_up(max(series.wait_s, default=0.0))
    inner, step = height - TOP - BOTTOM, _step(series)
    boxes = [
        Box(LEFT + step * (number + 0.1), height - BOTTOM - inner * wait / top, step * 0.8, inner * wait / top,
            "wait", f"{series.label[number]} · {name}: {wait:.0f} s")
        for number, wait in enumerate(series.wait_s) if wait
    ]  # fmt: skip
    up = [Tick(height - BOTTOM - inner * one / 2, f"{top * one / 2:g}") for one in range(3)]
    return Plot(height, boxes, [], [], _across(series, step), up)


def agent_rows(bars: Sequence[AgentBar], span: tuple[int, int], names: dict[str, str]) -> list[Row]:
    """A row for each agent; a stretch of time is as long as it was. `names` are those of states."""
    rows: dict[str, Row] = {}
    scale = (WIDTH - NAMES - RIGHT) / max(1, span[1] - span[0])
    for bar in bars:
        row = rows.setdefault(bar.agent, Row(bar.agent, TOP + ROW * len(rows), []))
        state = names.get(bar.state, bar.state)
        minutes = (bar.to_at - bar.from_at) / 6e7
        title = f"{state}{f' ({bar.reason})' if bar.reason else ''}: {minutes:.1f} min"
        x = NAMES + (max(bar.from_at, span[0]) - span[0]) * scale
        width = (min(bar.to_at, span[1]) - max(bar.from_at, span[0])) * scale
        if width > 0:
            row.boxes.append(Box(x, row.y + 3, max(width, 0.6), ROW - 8, bar.state, title))
    return list(rows.values())


def _step(series: Series) -> float:
    return (WIDTH - LEFT - RIGHT) / max(1, len(series.label))


def _across(series: Series, step: float) -> list[Tick]:
    every = max(1, -(-len(series.label) // MOST_LABELS))
    if every > 1 and len(series.label) > 2 * MOST_LABELS:
        every = -(-every // 4) * 4
    return [
        Tick(LEFT + step * (number + 0.5), series.label[number])
        for number in range(0, len(series.label), every)
    ]


def _level_lines(series: Series, inner: float, step: float) -> tuple[list[str], list[tuple[float, float]]]:
    """Broken where nobody left a queue."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for number, level in enumerate(series.level):
        if level is None:
            stretches.append([])
        else:
            stretches[-1].append((LEFT + step * (number + 0.5), TOP + inner * (1 - level / 100)))
    lines = [" ".join(f"{x:.1f},{y:.1f}" for x, y in one) for one in stretches if len(one) > 1]
    return lines, [one[0] for one in stretches if len(one) == 1]


def _round_up(value: float) -> float:
    """To a number whose quarters are whole or short."""
    for step in (4, 8, 12, 20, 40, 60, 80, 120, 200, 300, 400, 600, 800, 1200, 2000, 4000, 8000):
        if value <= step:
            return float(step)
    return float(-(-value // 4000) * 4000)
