"""`tipring report surveys`: what callers said after their calls, by queue, agent and question."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from firmware.cli import period
from firmware.cli.tables import csv_table, text_table
from firmware.store import queries

Row = dict[str, Any]

COLUMNS = {
    "queue": ("queue", "队列"),
    "agent": ("agent", "坐席"),
    "question": ("question", "问题"),
    "asked": ("asked", "询问"),
    "answered": ("answered", "回答"),
    "mean": ("mean", "平均"),
    "answers": ("answers", "各答案次数"),
}
_ASKED = (
    "SELECT queue, agent, count(*) FROM surveys WHERE began_at >= ? AND began_at < ? GROUP BY queue, agent"
)
_ANSWERS = (
    "SELECT queue, agent, question, answer FROM survey_answers WHERE at >= ? AND at < ?"
    " ORDER BY queue, agent, question, id"
)


def add_parser(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    with_history: Callable[[argparse.Namespace, Callable[[Database], int]], int],
) -> None:
    one = names.add_parser(
        "surveys",
        help="what callers said after their calls",
        epilog="Example: tipring report surveys --from 2026-10-01",
    )
    one.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    period.add_arguments(one)
    form = one.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document")
    form.add_argument("--csv", action="store_true", help="for a spreadsheet")
    one.set_defaults(run=lambda arguments: with_history(arguments, lambda db: show(db, arguments)))


def show(db: Database, arguments: argparse.Namespace) -> int:
    zone = queries.zone(db)
    found = rows(db, period.span_of(arguments, zone))
    if arguments.json:
        print(json.dumps({"zone": zone, "surveys": found}, ensure_ascii=False))
        return 0
    cells = [[_shown(row[column]) for column in COLUMNS] for row in found]
    if arguments.csv:
        print(csv_table(list(COLUMNS), cells), end="")
    else:
        print(text_table([column[arguments.language == "zh"] for column in COLUMNS.values()], cells))
    return 0


def rows(db: Database, span: tuple[int, int]) -> list[Row]:
    """One a queue, agent and question. `asked` are callers who stayed; one who keyed nothing is asked, not answered."""
    asked = {(queue, agent): count for queue, agent, count in db.execute(_ASKED, span).fetchall()}
    answers: dict[tuple[str, str, str], Counter[int]] = {}
    for queue, agent, question, answer in db.execute(_ANSWERS, span).fetchall():
        answers.setdefault((queue, agent, question), Counter())[int(answer)] += 1
    silent = [(*key, "") for key in asked if key not in {key[:2] for key in answers}]
    return [
        _row(key, asked.get(key[:2], 0), answers.get(key, Counter())) for key in sorted((*answers, *silent))
    ]


def _row(key: tuple[str, str, str], asked: int, answers: Counter[int]) -> Row:
    count = answers.total()
    mean = round(sum(answer * times for answer, times in answers.items()) / count, 2) if count else None
    queue, agent, question = key
    return {
        "queue": queue,
        "agent": agent,
        "question": question,
        "asked": max(asked, count),
        "answered": count,
        "mean": mean,
        "answers": {str(answer): answers[answer] for answer in sorted(answers)},
    }


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return "  ".join(f"{answer}: {times}" for answer, times in value.items())
    return "-" if value is None else value
