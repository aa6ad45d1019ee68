"""The last day and the last thirty days of one port: what is drawn, and the same as rows of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from firmware.store.line_quality import Past, gathered, quality_path, read_minutes, read_quarters
from webui.reports.line_plots import SCALES, BandPlot, Scale, Span, alarm_plot, band_plot, marks_of
from webui.reports.plots import Tick

HOUR, DAY = 60, 1440
"""Minutes."""
DAYS = 30
_Text = Callable[[int], str]


class Row(Struct, frozen=True):
    """Figures of a stretch, ready to be read; `–` where there is none."""

    at: str
    volts: str
    milliamps: str
    level_from: str
    level_to: str
    alarm_s: int


class Drawn(Struct, frozen=True):
    """Of one span."""

    plots: list[tuple[Scale, BandPlot]]
    alarms: BandPlot
    rows: list[Row]

    @property
    def is_empty(self) -> bool:
        return not self.rows


def last_day(root: Path, card: str, slot: int, now: int, zone: str) -> Drawn:
    """`now` is a Unix minute, `slot` counts from 1."""
    past = read_minutes(quality_path(root, card), slot - 1, now - DAY, now)
    span = Span(now - DAY, now, 10)
    offset = _offset(now, zone)
    marks = marks_of(span, 2 * HOUR, offset, lambda at: _text(at, zone, "%H:%M"))
    return _drawn(past, span, marks, HOUR, offset, lambda at: _text(at, zone, "%m-%d %H:%M"))


def last_month(root: Path, card: str, slot: int, now: int, zone: str) -> Drawn:
    past = read_quarters(quality_path(root, card), slot - 1, now - DAYS * DAY, now)
    span = Span(now - DAYS * DAY, now, 6 * HOUR)
    offset = _offset(now, zone)
    marks = marks_of(span, 3 * DAY, offset, lambda at: _text(at, zone, "%m-%d"))
    return _drawn(past, span, marks, DAY, offset, lambda at: _text(at, zone, "%Y-%m-%d"))


def _drawn(  # noqa: PLR0917 - of this module alone
    past: Past, span: Span, marks: list[Tick], each: int, offset: int, text: _Text
) -> Drawn:
    points = gathered(past, span.step)
    plots = [(scale, band_plot(points, scale, span, marks)) for scale in SCALES]
    alarms = alarm_plot(points, span, marks, lambda at, seconds: f"{text(at)} · {seconds} s")
    local = gathered(Past(past.minutes + offset, past.rows), each)
    rows = list(_rows(Past(local.minutes - offset, local.rows), text))
    return Drawn([one for one in plots if not one[1].is_empty], alarms, rows[::-1])


def _rows(past: Past, text: _Text) -> Iterator[Row]:
    for minute, row in zip(past.minutes.tolist(), past.rows, strict=True):
        volts, current = (
            _range(float(row[f"{one}_least"]), float(row[f"{one}_mean"]), float(row[f"{one}_most"]))
            for one in ("volts", "milliamps")
        )
        come, go = (_plain(float(row[f"{one}_mean"])) for one in ("level_from", "level_to"))
        yield Row(text(minute), volts, current, come, go, int(row["alarm_s"]))


def _range(least: float, mean: float, most: float) -> str:
    return "–" if math.isnan(mean) else f"{mean:.1f} ({least:.0f}–{most:.0f})"


def _plain(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0f}"


def _text(minute: int, zone: str, form: str) -> str:
    return datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).strftime(form)


def _offset(minute: int, zone: str) -> int:
    """Minutes the site's clock is before UTC's."""
    ahead = datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).utcoffset()
    return round(ahead.total_seconds() / 60) if ahead else 0
