"""The figures of the days chosen: KPIs with their formulas, a series for the plots, rows of agents and queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from firmware.cli.reports import agent_rows, queue_rows
from firmware.cli.reports.kpis import kpis
from firmware.cli.reports.periods import Period, bounds, divided
from firmware.cli.reports.sums import OUTCOMES, Asked, Sums, added, amiss, sums_of
from firmware.config.schema import Config
from firmware.store import queries
from firmware.store.days import day_curve
from webui.reports.chosen import Chosen
from webui.reports.plots import Series, part_of_day

FIRST = ("service_level", "abandonment", "speed_of_answer", "talk_time", "occupancy", "queue_time")
"""Shown large."""


class Tile(Struct, frozen=True):
    number: str
    key: str
    name: str
    value: float | None
    unit: str
    formula: str
    version: int


class Figures(Struct, frozen=True):
    offered: int
    outcomes: dict[str, int]
    in_progress: int
    amiss: int
    """Offered calls without exactly one outcome; 0 as it should be."""
    tiles: list[Tile]


def asked_of(config: Config, chosen: Chosen) -> Asked:
    return Asked(chosen.queue, levels={one.id: one.service_level_s for one in config.queues})


def figures(db: Database, chosen: Chosen, asked: Asked, language: str) -> Figures:
    """Raises sqlite3.Error."""
    total = added(sums_of(db, periods(db, chosen, ""), asked))
    return Figures(
        total["offered"], {name: total[name] for name in OUTCOMES}, total["in_progress"], amiss(total),
        tiles(total, language),
    )  # fmt: skip


def tiles(sums: Sums, language: str) -> list[Tile]:
    """Those that people look at first come first."""
    chinese = language == "zh"
    found = [
        Tile(one.number, one.key, one.zh if chinese else one.en, one.value(sums), one.unit,
             one.formula_zh if chinese else one.formula, one.version)
        for one in kpis()
    ]  # fmt: skip
    return sorted(found, key=lambda one: FIRST.index(one.key) if one.key in FIRST else len(FIRST))


def periods(db: Database, chosen: Chosen, per: str) -> list[Period]:
    return divided(bounds(db, chosen.span), per, queries.zone(db))


def series(db: Database, chosen: Chosen, asked: Asked, levels: Mapping[str, float]) -> Series:
    """Of one day by quarter-hours, of more by days."""
    if chosen.is_day:
        return part_of_day(day_curve(db, chosen.first, chosen.queue, levels))
    days = periods(db, chosen, "day")
    found = sums_of(db, days, asked)
    level = next(one for one in kpis() if one.key == "service_level")
    mean = next(one for one in kpis() if one.key == "queue_time")
    return Series(
        [one.label[5:10] for one in days], [one["offered"] for one in found], [one["answered"] for one in found],
        [one["abandoned_in_queue"] for one in found], [level.value(one) for one in found],
        [mean.value(one) or 0.0 for one in found],
    )  # fmt: skip


def agents(db: Database, chosen: Chosen, asked: Asked) -> list[dict[str, Any]]:
    return agent_rows.agent_rows(db, periods(db, chosen, ""), asked)


def queues(db: Database, chosen: Chosen, asked: Asked) -> list[dict[str, Any]]:
    found = queue_rows.queue_sums(db, periods(db, chosen, ""), asked)
    return [
        queue_rows.queue_row("", queue, sums)
        for by_queue in found
        for queue, sums in sorted(by_queue.items())
    ]
