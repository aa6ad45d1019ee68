"""The past of a line as plots: least to most as a band, the mean as a line, alarms as columns. Pure geometry."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct

from firmware.store.line_quality import Past
from webui.reports.plots import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Box, Tick

Points = list[tuple[float, float]]
MARKS = 12


class Scale(Struct, frozen=True):
    """What is drawn: figures of `MINUTE`, and from what to what."""

    figure: str
    least: float
    most: float
    unit: str


SCALES = (
    Scale("volts", 0, 60, "V"),
    Scale("milliamps", 0, 60, "mA"),
    Scale("level_from", -60, 0, "dBm0"),
    Scale("level_to", -60, 0, "dBm0"),
)


class Span(Struct, frozen=True):
    """Unix minutes, and how many a point stands for."""

    since: int
    until: int
    step: int

    def x(self, minute: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (minute - self.since) / (self.until - self.since)


class BandPlot(Struct, frozen=True):
    height: int
    bands: list[str]
    """Points of polygons."""
    lines: list[str]
    dots: Points
    boxes: list[Box]
    across: list[Tick]
    up: list[Tick]

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.dots or self.boxes)


def band_plot(past: Past, scale: Scale, span: Span, marks: list[Tick], height: int = 150) -> BandPlot:
    """Broken where nothing was measured. `past` has rows of `span.step` minutes."""
    inner = height - TOP - BOTTOM

    def y(value: float) -> float:
        share = (min(max(value, scale.least), scale.most) - scale.least) / (scale.most - scale.least)
        return TOP + inner * (1 - share)

    bands: list[str] = []
    lines: list[str] = []
    dots: Points = []
    for part in _stretches(past, f"{scale.figure}_mean", span.step):
        xs = [span.x(past.minutes[at] + span.step / 2) for at in part]
        least, mean, most = (
            [(x, y(float(past.rows[f"{scale.figure}_{which}"][at]))) for x, at in zip(xs, part, strict=True)]
            for which in ("least", "mean", "most")
        )
        if len(part) == 1:
            dots += mean
        else:
            bands.append(_points([*most, *reversed(least)]))
            lines.append(_points(mean))
    up = [Tick(y(one), f"{one:g}") for one in np.linspace(scale.least, scale.most, 4).tolist()]
    return BandPlot(height, bands, lines, dots, [], marks, up)


def alarm_plot(
    past: Past, span: Span, marks: list[Tick], title: Callable[[int, int], str], height: int = 90
) -> BandPlot:
    """Seconds with an alarm; `title(minute, seconds)`."""
    inner, whole = height - TOP - BOTTOM, 60 * span.step
    width = max(1.0, span.x(span.step) - span.x(0))
    boxes = []
    for minute, seconds in zip(past.minutes.tolist(), past.rows["alarm_s"].tolist(), strict=True):
        if seconds:
            tall = max(2.0, inner * min(1.0, seconds / whole))
            boxes.append(
                Box(span.x(minute), height - BOTTOM - tall, width, tall, "alarm", title(minute, seconds))
            )
    up = [Tick(height - BOTTOM - inner * one, f"{100 * one:g} %") for one in (0, 1)]
    return BandPlot(height, [], [], [], boxes, marks, up)


def marks_of(span: Span, every: int, offset: int, text: Callable[[int], str]) -> list[Tick]:
    """At full multiples of `every` minutes of the site's time (`offset` minutes before UTC's)."""
    first = -(-(span.since + offset) // every) * every - offset
    return [Tick(span.x(at), text(at)) for at in range(first, span.until + 1, every)]


def _stretches(past: Past, figure: str, step: int) -> Iterator[Sequence[int]]:
    part: list[int] = []
    for at, (minute, value) in enumerate(zip(past.minutes.tolist(), past.rows[figure].tolist(), strict=True)):
        is_known = not math.isnan(value)
        if part and (not is_known or minute - int(past.minutes[part[-1]]) > step):
            yield part
            part = []
        if is_known:
            part.append(at)
    if part:
        yield part


def _points(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
