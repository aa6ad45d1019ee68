"""`tipring report …`: what happened, from history.db, as a table, JSON or CSV."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from firmware.cli import period
from firmware.cli.reports import abandoned, choices, queue_log_command, surveys
from firmware.cli.reports import command as reports
from firmware.cli.reports.agent_rows import AGENTS
from firmware.cli.reports.periods import TooManyPeriods
from firmware.cli.tables import csv_table, text_table
from firmware.cli.words import said
from firmware.store import queries
from firmware.store.history import HISTORY_FILE, NoHistory, StoreError, read_history

NO_HISTORY_REMEDY = (
    "name the directory with --data DIR: that of a box (`data` for `make run`), or the --out of a rehearsal"
)
HELP = {"abandoned": "who gave up waiting, and whether anybody spoke to him later"}
SAID = ("direction", "outcome", "callback")
"""Columns that hold a word of ours."""
Row = dict[str, Any]
Tables = tuple[Row, list[Row]]

# Column -> (English, Chinese)
CALLS = {
    "id": ("call", "呼叫"),
    "offered": ("offered", "呼入时间"),
    "direction": ("direction", "方向"),
    "from": ("from", "主叫"),
    "to": ("to", "被叫"),
    "outcome": ("outcome", "结果"),
    "queue": ("queue", "队列"),
    "agent": ("agent", "坐席"),
    "rings": ("rings", "振铃"),
    "wait_s": ("wait s", "等待秒"),
    "talk_s": ("talk s", "通话秒"),
    "hold_s": ("hold s", "保持秒"),
    "cause": ("cause", "原因"),
    "recorded": ("recorded", "录音"),
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "report",
        help="calls and agents of a span of time",
        epilog="Example: tipring report calls --from 2026-10-01",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    kinds = (
        ("calls", CALLS, calls),
        ("agents", AGENTS, agents),
        ("abandoned", abandoned.COLUMNS, abandoned.abandoned),
    )
    for name, columns, rows in kinds:
        one = names.add_parser(
            name,
            help=HELP.get(name, f"all {name}"),
            epilog=f"Example: tipring report {name} --from 2026-10-01 --csv",
        )
        one.add_argument(
            "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
        )
        period.add_arguments(one)
        form = one.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="one JSON document")
        form.add_argument("--csv", action="store_true", help="for a spreadsheet")
        one.set_defaults(run=_runner(name, columns, rows))
        if name == "agents":
            reports.add_arguments(one)
        elif name == "calls":
            one.add_argument("--why", action="store_true", help="why each agent was rung, and not the others")
    _add_figures(names, "kpi", "the KPIs, each with its formula", reports.show_kpis)
    _add_figures(names, "queues", "what became of the callers of each queue", reports.show_queues)
    queue_log_command.add_parser(names, with_history)
    surveys.add_parser(names, with_history)
    _add_audit(names)


def _add_figures(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    says: str,
    show: Callable[[Database, argparse.Namespace], int],
) -> None:
    one = names.add_parser(
        name, help=says, epilog=f"Example: tipring report {name} --from 2026-10-01 --per day"
    )
    one.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    period.add_arguments(one)
    reports.add_arguments(one)
    if name == "kpi":
        reports.add_kpi_arguments(one)
    form = one.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document")
    form.add_argument("--csv", action="store_true", help="for a spreadsheet")
    one.set_defaults(run=lambda arguments: with_history(arguments, lambda db: show(db, arguments)))


def _add_audit(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from firmware.cli import audit  # it reads history as the reports here do

    audit.add_parser(names)


def _runner(
    name: str, columns: dict[str, tuple[str, str]], rows: Callable[[Database, tuple[int, int]], Tables]
) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        if name == "agents" and (arguments.per or arguments.agent):
            return with_history(arguments, lambda db: reports.show_agents(db, arguments))
        return with_history(arguments, lambda db: _show(db, arguments, name, columns, rows))

    return run


def with_history(arguments: argparse.Namespace, use: Callable[[Database], int]) -> int:
    """`use` on the read-only history of `--data`; 2 with a plain sentence when there is none or a time is
    wrong.
    """
    try:
        db = read_history(arguments.data / HISTORY_FILE)
        try:
            return use(db)
        finally:
            db.close()
    except NoHistory as error:
        print(f"tipring: {error}: {NO_HISTORY_REMEDY}", file=sys.stderr)
        return 2
    except (StoreError, period.NotAMoment, TooManyPeriods, sqlite3.Error) as error:
        print(f"tipring: {error}", file=sys.stderr)
        return 2


def _show(
    db: Database,
    arguments: argparse.Namespace,
    name: str,
    columns: dict[str, tuple[str, str]],
    rows: Callable[[Database, tuple[int, int]], Tables],
) -> int:
    zone = queries.zone(db)
    span = period.span_of(arguments, zone)
    totals, found = rows(db, span)
    wants_why = name == "calls" and arguments.why
    if wants_why:
        choices.add(db, found)
    if arguments.json:
        print(json.dumps({"zone": zone, "totals": totals, name: found}, ensure_ascii=False))
        return 0
    if arguments.csv:
        print(csv_table(list(columns), [[row[column] for column in columns] for row in found]), end="")
        return 0
    language = arguments.language
    headings = [column[language == "zh"] for column in columns.values()]
    print(text_table(headings, [spoken(row, columns, SAID, language) for row in found]))
    print("  ".join(f"{said(key, language)} {value}" for key, value in totals.items()))
    if wants_why:
        print(choices.text(found, language), end="")
    return 0


def spoken(row: Row, columns: Iterable[str], words: Sequence[str], language: str) -> list[Any]:
    """The row's cells with our own words in the reader's language."""
    return [
        said(row[column], language) if column in words and isinstance(row[column], str) else row[column]
        for column in columns
    ]


def calls(db: Database, span: tuple[int, int]) -> Tables:
    """Totals and one row a call. Offered is the sum of the outcomes."""
    zone = queries.zone(db)
    found = queries.calls(db, span)
    return queries.totals(found), [_call(row, zone) for row in found]


def _call(row: Row, zone: str) -> Row:
    wall_us = row["offered_at"] - row["offered_us"]
    times = {
        name.replace("_us", "_at"): period.utc(row[name] + wall_us) if row[name] is not None else None
        for name in ("offered_us", "queued_us", "box_answered_us", "answered_us", "released_us")
    }
    same = ("id", "direction", "line", "outcome", "cause", "queue", "agent", "why", "rings", "emergency")
    durations = ("ring_s", "wait_s", "talk_s", "hold_s")
    return {
        **{name: row[name] for name in (*same, *durations, "clock_quality", "recordings")},
        **times,
        "offered": period.local(row["offered_at"], zone),
        "from": row["from_number"],
        "from_e164": row["from_e164"],
        "from_name": row["from_name"],
        "to": row["to_number"],
        "recorded": len(row["recordings"]),
    }


def agents(db: Database, span: tuple[int, int]) -> Tables:
    """Totals and one row an agent."""
    found = queries.agents(db, span)
    totals = {name: sum(row[name] for row in found) for name in ("answered", "missed")}
    return {"agents": len(found), **totals}, found
