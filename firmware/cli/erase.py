"""`tipring erase NUMBER`: everything known of a number goes; `--status` says what is still where, and until when."""

from __future__ import annotations

import argparse
import json
import sqlite3
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from firmware.archive.book import ERASURE_SECRET
from firmware.archive.erasure_view import Meant, erasures
from firmware.archive.number_marks import NumberMarks
from firmware.business.forgetting import Forgotten
from firmware.cli import given_orders, period
from firmware.cli.erase_contacts import contacts_meant, forget_contacts
from firmware.cli.main import DONE, CommandError
from firmware.cli.report import with_history
from firmware.cli.tables import text_table
from firmware.cli.words import said
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.protocol.box_secret import box_secret
from firmware.protocol.inputs import ErasureOrder
from firmware.protocol.places import Places
from firmware.store import queries
from firmware.store.history import StoreError

LEAST_DIGITS = 5
"""Shorter ones are services and extensions, nobody's number."""
HEADINGS = {
    "id": ("erasure", "删除令"),
    "ordered": ("ordered", "下令时间"),
    "author": ("by", "下令人"),
    "why": ("why", "原因"),
    "state": ("state", "状态"),
    "calls": ("calls", "呼叫"),
    "recordings": ("recordings", "录音"),
    "held": ("held calls", "保全的呼叫"),
    "still": ("still there", "尚存"),
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "erase",
        help="erase all that is known of a number",
        description="Erases recordings, messages and personal data in call records of a number; the times stay.",
        epilog='Example: tipring erase 13800138000 --why "request of 2026-10-01"',
    )
    parser.add_argument("number", nargs="?", default="", metavar="NUMBER", help="as people write it")
    parser.add_argument(
        "--why", default="", metavar="TEXT", help="goes into the audit; do not name the person"
    )
    parser.add_argument(
        "--now", action="store_true", help="drop covered journal segments at once, not after seven days"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be erased")
    parser.add_argument(
        "--status", action="store_true", help="how far erasures are, and what still lies where"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    period.add_language(parser)
    given_orders.add_author(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.status:
        return with_history(arguments, lambda db: _status(db, arguments))
    marks = marks_of(Places(arguments.data.resolve()), arguments.number, arguments.language)
    if arguments.dry_run:
        return with_history(arguments, lambda db: _dry_run(db, arguments, marks))
    if not arguments.why:
        raise CommandError("say why with --why TEXT: it goes into the audit")
    order = ErasureOrder(
        given_orders.new_id("erasure"),
        given_orders.author(arguments),
        arguments.why,
        tuple(sorted(marks)),
        arguments.now,
    )
    places = Places(arguments.data.resolve())
    given_orders.give(places, order, arguments.language)
    return _tell(arguments, order, _forget_contacts(places, order))


def _forget_contacts(places: Places, order: ErasureOrder) -> Forgotten:
    """The order is given: what cannot be done now is done by giving it again. Raises CommandError."""
    try:
        return forget_contacts(places, frozenset(order.marks), order.author)
    except (StoreError, sqlite3.Error) as error:
        raise CommandError(f"{order.id} is ordered, but not for contacts ({error}): try again") from error


def _tell(arguments: argparse.Namespace, order: ErasureOrder, contacts: Forgotten) -> int:
    erased, kept = len(contacts.erased), len(contacts.kept)
    if arguments.json:
        told = {"erased": list(contacts.erased), "kept": list(contacts.kept)}
        print(json.dumps({"erasure": order.id, "contacts": told}))
    elif arguments.language == "zh":
        print(f"已下令：{order.id}；进度见 `tipring erase --status`")
        print(f"联系人：已删除 {erased} 个；{kept} 个有其他号码，只去掉此号码")
    else:
        print(f"ordered: {order.id}; `tipring erase --status` says how far it is")
        print(f"contacts: {erased} erased; {kept} with other numbers lost this one")
    return DONE


def marks_of(places: Places, number: str, language: str) -> frozenset[str]:
    """The number's marks, by the box's own key and dial plan. Raises CommandError for what is nobody's number."""
    found = newest(places.config_db)
    config = Config() if found is None else found.config
    digits = sum(letter.isdecimal() for letter in number)
    is_long = digits >= LEAST_DIGITS and number not in {one.number for one in config.extensions}
    look = NumberMarks(box_secret(places.secrets, ERASURE_SECRET), config.dial_plan, config.site.area)
    marks = look.of(number) if is_long else frozenset()
    if not marks:
        raise CommandError(
            f"{number!r} 不是外部号码"
            if language == "zh"
            else f"{number!r} is not a number of somebody outside"
        )
    return marks


def shown(number: str) -> str:
    """What may be read of it."""
    digits = "".join(letter for letter in number if letter.isdecimal())
    return f"…{digits[-4:]}"


def _dry_run(db: Database, arguments: argparse.Namespace, marks: frozenset[str]) -> int:
    meant = Meant(db, arguments.data, marks)
    contacts = contacts_meant(Places(arguments.data.resolve()), marks)
    if arguments.json:
        found = {"calls": meant.calls, "recordings": meant.recordings, "held": meant.held}
        print(json.dumps({**found, "contacts": contacts}))
    elif arguments.language == "zh":
        print(
            f"将删除 {len(meant.calls)} 个呼叫的个人数据、{meant.recordings} 个录音、{contacts} 个联系人中的号码；"
            f"{len(meant.held)} 个呼叫受保全"
        )
    else:
        print(
            f"would erase the personal data of {len(meant.calls)} calls and {meant.recordings} recordings,"
            f" and the number of {contacts} contacts;"
            f" {len(meant.held)} calls are held"
        )
    return DONE


def _status(db: Database, arguments: argparse.Namespace) -> int:
    rows = erasures(db, arguments.data)
    if arguments.json:
        print(json.dumps({"erasures": rows}, ensure_ascii=False))
        return DONE
    language, zone = arguments.language, queries.zone(db)
    offset_us = queries.clock_offset_us(db)
    cells = [[_cell(row, name, language, zone, offset_us) for name in HEADINGS] for row in rows]
    print(text_table([one[language == "zh"] for one in HEADINGS.values()], cells))
    return DONE


def _cell(row: dict[str, Any], name: str, language: str, zone: str, offset_us: int) -> Any:
    if name == "ordered":
        return period.local(row["ordered_at"], zone)
    if name == "state":
        return said(row["state"], language)
    if name == "held":
        return ", ".join(map(str, row["held"]))
    if name != "still":
        return row[name]
    return "; ".join(_still(one, language, zone, offset_us) for one in row["still"])


def _still(one: dict[str, Any], language: str, zone: str, offset_us: int) -> str:
    if one["until_us"] is None:
        return (
            f"{one['name']}（后续文件开始后）"
            if language == "zh"
            else f"{one['name']} (till the next one begins)"
        )
    until = period.local(one["until_us"] + offset_us, zone)
    return f"{one['name']}（至 {until}）" if language == "zh" else f"{one['name']} (till {until})"
