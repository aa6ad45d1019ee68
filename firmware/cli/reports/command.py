"""`tipring report kpi|queues`, and `agents --per`: figures of a span of time, each with its formula."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlite_utils import Database

from firmware.cli import period
from firmware.cli.main import DONE, FOUND_WRONG
from firmware.cli.reports import agent_rows, queue_rows
from firmware.cli.reports.kpis import SWITCHES, Kpi, kpis
from firmware.cli.reports.periods import PER, Period, bounds, divided
from firmware.cli.reports.sums import OUTCOMES, Asked, Sums, added, amiss, sums_of
from firmware.cli.tables import csv_table, text_table
from firmware.cli.words import said
from firmware.config.newest import newest
from firmware.protocol.places import Places
from firmware.store import queries

Columns = Mapping[str, tuple[str, str]]
_WHOLE = ("whole span", "整段时间")
_AMISS = (
    "THESE FIGURES DO NOT ADD UP: {} of {} offered calls have no outcome. Run `tipring doctor` and keep history.db",
    "数据不平衡：{1} 个呼入来电中有 {0} 个没有结果。请运行 `tipring doctor` 并保留 history.db",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--per", choices=PER, default="", help="a row for each of these, in the site's zone")
    parser.add_argument("--queue", default="", metavar="ID", help="only calls that were in this queue")
    parser.add_argument("--agent", default="", metavar="ID", help="only this agent's calls and time")
    parser.add_argument(
        "--seconds",
        type=float,
        default=0.0,
        metavar="X",
        help="X of the service level; each queue's own where left out",
    )
    parser.add_argument(
        "--short",
        type=float,
        default=20.0,
        metavar="S",
        help="an abandon within so many seconds is a short one",
    )


def add_kpi_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--without",
        action="append",
        choices=SWITCHES,
        default=[],
        help="leave these out of the service level",
    )
    parser.add_argument(
        "--all-queue-time", action="store_true", help="speed of answer as all queue time ÷ answered calls"
    )


def asked_of(arguments: argparse.Namespace) -> Asked:
    """The limits are those of the configuration in force, where there is one beside the history."""
    levels: dict[str, float] = {}
    with suppress(sqlite3.Error, OSError):
        found = newest(Places(arguments.data).config_db)
        levels = {one.id: one.service_level_s for one in found.config.queues} if found else {}
    return Asked(arguments.queue, arguments.agent, arguments.short, arguments.seconds, levels)


def show_kpis(db: Database, arguments: argparse.Namespace) -> int:
    zone, periods = _periods(db, arguments)
    sums = sums_of(db, periods, asked_of(arguments))
    total = added(sums)
    wanted = kpis(arguments.without, arguments.all_queue_time)
    if arguments.json:
        _print_json(_document(zone, arguments.per, wanted, periods, sums))
    elif arguments.csv:
        _print_csv(wanted, periods, sums)
    else:
        _print_text(arguments.language, wanted, periods, sums)
    if missing := amiss(total):
        print(_pick(_AMISS, arguments.language).format(missing, total["offered"]), file=sys.stderr)
        return FOUND_WRONG
    return DONE


def show_queues(db: Database, arguments: argparse.Namespace) -> int:
    zone, periods = _periods(db, arguments)
    found = queue_rows.queue_sums(db, periods, asked_of(arguments))
    rows = [
        queue_rows.queue_row(one.label, queue, sums)
        for one, by_queue in zip(periods, found, strict=True)
        for queue, sums in sorted(by_queue.items())
    ]
    _show(arguments, zone, "queues", queue_rows.COLUMNS, rows)
    return DONE


def show_agents(db: Database, arguments: argparse.Namespace) -> int:
    zone, periods = _periods(db, arguments)
    rows = agent_rows.agent_rows(db, periods, asked_of(arguments))
    _show(arguments, zone, "agents", agent_rows.COLUMNS, rows)
    return DONE


def _periods(db: Database, arguments: argparse.Namespace) -> tuple[str, list[Period]]:
    zone = queries.zone(db)
    return zone, divided(bounds(db, period.span_of(arguments, zone)), arguments.per, zone)


def _document(
    zone: str, per: str, wanted: Sequence[Kpi], periods: Sequence[Period], sums: Sequence[Sums]
) -> dict[str, Any]:
    definitions = [
        {"number": one.number, "key": one.key, "name": one.en, "unit": one.unit, "formula": one.formula,
         "version": one.version}
        for one in wanted
    ]  # fmt: skip
    rows = [
        {
            "from": period.utc(one.from_us),
            "to": period.utc(one.to_us),
            "label": one.label,
            **_figures(wanted, figures),
        }
        for one, figures in zip(periods, sums, strict=True)
    ]
    total = added(sums)
    whole = _figures(wanted, total) | {"adds_up": not amiss(total)}
    return {"zone": zone, "per": per, "definitions": definitions, "whole": whole, "periods": rows}


def _figures(wanted: Sequence[Kpi], sums: Sums) -> dict[str, Any]:
    outcomes = {name: sums[name] for name in OUTCOMES}
    values = {one.key: _rounded(one.value(sums)) for one in wanted}
    return {
        "offered": sums["offered"],
        "in_progress": sums["in_progress"],
        "outcomes": outcomes,
        "kpis": values,
    }


def _print_csv(wanted: Sequence[Kpi], periods: Sequence[Period], sums: Sequence[Sums]) -> None:
    heads = ["from", "to", "offered", "in_progress", *OUTCOMES, *(one.key for one in wanted)]
    rows = [
        [period.utc(one.from_us), period.utc(one.to_us), figures["offered"], figures["in_progress"],
         *(figures[name] for name in OUTCOMES), *(_rounded(kpi.value(figures)) for kpi in wanted)]
        for one, figures in zip(periods, sums, strict=True)
    ]  # fmt: skip
    print(csv_table(heads, rows), end="")


def _print_text(
    language: str, wanted: Sequence[Kpi], periods: Sequence[Period], sums: Sequence[Sums]
) -> None:
    """A table of the whole span, each figure with its formula; before it a row for each period."""
    chinese = language == "zh"
    total = added(sums)
    if len(periods) > 1:
        heads = [_pick(("from", "起始"), language), said("offered", language), said("answered", language)]
        short = [
            one
            for one in wanted
            if one.key in ("abandonment", "speed_of_answer", "service_level", "occupancy")
        ]
        heads += [f"{one.zh if chinese else one.en} {one.unit}".strip() for one in short]
        rows = [
            [one.label, figures["offered"], figures["answered"], *(kpi.value(figures) for kpi in short)]
            for one, figures in zip(periods, sums, strict=True)
        ]
        print(text_table(heads, rows) + f"\n\n{_pick(_WHOLE, language)}")
    counts = [f"{said('offered', language)} {total['offered']}"]
    counts += [f"{said(name, language)} {total[name]}" for name in OUTCOMES]
    print(" = ".join((counts[0], " + ".join(counts[1:]))))
    if total["in_progress"]:
        print(f"{said('in_progress', language)} {total['in_progress']}")
    heads = [
        _pick(one, language)
        for one in (("no", "编号"), ("figure", "指标"), ("value", "数值"), ("", ""), ("formula", "公式"))
    ]
    table = [
        [
            one.number,
            one.zh if chinese else one.en,
            one.value(total),
            one.unit,
            one.formula_zh if chinese else one.formula,
        ]
        for one in wanted
    ]
    print(text_table(heads, table))


def _show(
    arguments: argparse.Namespace, zone: str, name: str, columns: Columns, rows: Sequence[dict[str, Any]]
) -> None:
    if arguments.json:
        _print_json({"zone": zone, "per": arguments.per, name: rows})
        return
    wanted = [one for one in columns if one != "from" or arguments.per]
    cells = [[row[one] for one in wanted] for row in rows]
    if arguments.csv:
        print(csv_table(wanted, cells), end="")
    else:
        print(text_table([_pick(columns[one], arguments.language) for one in wanted], cells))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _pick(words: tuple[str, str], language: str) -> str:
    return words[language == "zh"]


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False))
