"""`tipring recordings hold|release|holds`: legal holds. What is held is neither erased nor purged."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from firmware.cli import given_orders, period
from firmware.cli.erase import marks_of, shown
from firmware.cli.main import DONE, CommandError
from firmware.cli.report import with_history
from firmware.cli.tables import text_table
from firmware.protocol.inputs import HoldOrder
from firmware.protocol.places import Places
from firmware.store import queries

Row = dict[str, Any]
HEADINGS = {
    "id": ("hold", "保全令"),
    "placed": ("placed", "下令时间"),
    "subject": ("on", "对象"),
    "author": ("by", "下令人"),
    "why": ("why", "原因"),
    "released": ("released", "解除"),
}


def add_parsers(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    hold = names.add_parser(
        "hold",
        help="keep a call, a recording or a number from being erased or purged",
        epilog='Example: tipring recordings hold --call 17 --why "court order 4 O 12/26"',
    )
    subject = hold.add_mutually_exclusive_group(required=True)
    subject.add_argument("--call", type=int, default=0, metavar="NUMBER", help="this call and its recordings")
    subject.add_argument("--number", default="", metavar="NUMBER", help="all calls of it, also those to come")
    subject.add_argument("--recording", default="", metavar="ID", help="this recording and its call")
    _options(hold, _hold, why=True)
    release = names.add_parser(
        "release",
        help="end a legal hold",
        epilog='Example: tipring recordings release hold-0011223344556677 --why "case closed"',
    )
    release.add_argument("hold", metavar="HOLD", help="as `tipring recordings holds` names it")
    _options(release, _release, why=True)
    _options(
        names.add_parser("holds", help="legal holds", epilog="Example: tipring recordings holds"), _holds
    )


def _options(parser: argparse.ArgumentParser, run: Any, why: bool = False) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    period.add_language(parser)
    if why:
        parser.add_argument("--why", required=True, metavar="TEXT", help="goes into the audit")
        given_orders.add_author(parser)
    parser.set_defaults(run=run)


def _hold(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    number = arguments.number
    marks = tuple(sorted(marks_of(places, number, arguments.language))) if number else ()
    order = HoldOrder(
        given_orders.new_id("hold"),
        given_orders.author(arguments),
        "place",
        arguments.why,
        call=arguments.call,
        recording=arguments.recording,
        marks=marks,
        shown=shown(number) if number else "",
    )
    if not number:
        with_history(arguments, lambda db: _check_there(db, order, arguments.language))
    given_orders.give(places, order, arguments.language)
    return _said(arguments, order.id, "held", "已保全")


def _check_there(db: Database, order: HoldOrder, language: str) -> int:
    table, name = ("calls", order.call) if order.call else ("recordings", order.recording)
    if not db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (name,)).fetchone():  # noqa: S608
        raise CommandError(f"没有 {name}" if language == "zh" else f"there is no {table[:-1]} {name}")
    return DONE


def _release(arguments: argparse.Namespace) -> int:
    with_history(arguments, lambda db: _check_held(db, arguments))
    order = HoldOrder(
        given_orders.new_id("release"),
        given_orders.author(arguments),
        "release",
        arguments.why,
        hold=arguments.hold,
    )
    given_orders.give(Places(arguments.data.resolve()), order, arguments.language)
    return _said(arguments, arguments.hold, "released", "已解除")


def _check_held(db: Database, arguments: argparse.Namespace) -> int:
    if not db.execute(
        "SELECT 1 FROM legal_holds WHERE id = ? AND released_us IS NULL", (arguments.hold,)
    ).fetchone():
        chinese = arguments.language == "zh"
        raise CommandError(
            f"没有保全令 {arguments.hold}" if chinese else f"no hold {arguments.hold} is in force"
        )
    return DONE


def _said(arguments: argparse.Namespace, hold: str, english: str, chinese: str) -> int:
    if arguments.json:
        print(json.dumps({"hold": hold}))
    else:
        print(f"{chinese}：{hold}" if arguments.language == "zh" else f"{english}: {hold}")
    return DONE


def _holds(arguments: argparse.Namespace) -> int:
    return with_history(arguments, lambda db: _list(db, arguments))


def _list(db: Database, arguments: argparse.Namespace) -> int:
    rows = list(db.query("SELECT * FROM legal_holds ORDER BY placed_us, id"))
    if arguments.json:
        columns = (
            "id",
            "author",
            "why",
            "call",
            "recording",
            "shown",
            "placed_at",
            "released_by",
            "released_why",
        )
        held = [
            {**{name: row[name] for name in columns}, "in_force": row["released_us"] is None} for row in rows
        ]
        print(json.dumps({"holds": held}, ensure_ascii=False))
        return DONE
    chinese, zone = arguments.language == "zh", queries.zone(db)
    cells = [[_cell(row, name, chinese, zone) for name in HEADINGS] for row in rows]
    print(text_table([heading[chinese] for heading in HEADINGS.values()], cells))
    return DONE


def _cell(row: Row, name: str, chinese: bool, zone: str) -> Any:
    if name == "placed":
        return period.local(row["placed_at"], zone)
    if name == "released":
        return f"{row['released_by']}: {row['released_why']}" if row["released_us"] is not None else ""
    if name != "subject":
        return row[name]
    if row["call"]:
        return f"呼叫 {row['call']}" if chinese else f"call {row['call']}"
    return row["recording"] or row["shown"]
