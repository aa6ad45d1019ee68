"""`tipring voicemail list|export`: what is in the mailboxes, and which should have been heard by now."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from firmware.cli import given_orders, period, recordings
from firmware.cli.tables import text_table
from firmware.store import queries

Row = dict[str, Any]
LISTED = {
    "mailbox": ("mailbox", "信箱"),
    "left": ("left", "留言时间"),
    "caller": ("from", "来自"),
    "seconds": ("seconds", "秒"),
    "state": ("state", "状态"),
    "passed_on_by": ("passed on by", "转自"),
    "id": ("recording", "录音"),
}
STATES = {"new": "新", "heard": "已听", "unchecked": "未按时收听"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "voicemail",
        help="messages in the mailboxes",
        epilog="Example: tipring voicemail list --unchecked",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    listed = _add(names, "list", "messages, oldest first; with --unchecked exit 1 if there are any", _list)
    listed.add_argument(
        "--unchecked", action="store_true", help="only those that should have been heard by now"
    )
    export = _add(names, "export", "copy messages as WAV files", _export)
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the copies go")
    export.add_argument("--pcm", action="store_true", help="16-bit linear instead of A-law")
    export.add_argument("--why", default="", metavar="TEXT", help="goes into the audit")
    given_orders.add_author(export)


def _add(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    use: recordings.Use,
) -> argparse.ArgumentParser:
    options = " --out exported" if name == "export" else " --unchecked"
    example = f"tipring voicemail {name}{options}"
    parser = recordings.add_of_history(names, name, about, example, use)
    parser.add_argument("--mailbox", metavar="ID", help="of this mailbox only")
    period.add_language(parser)
    return parser


def _rows(db: Database, arguments: argparse.Namespace) -> list[Row]:
    zone = queries.zone(db)
    return [
        {
            **row,
            "id": row["recording"],
            "left": period.local(row["left_at"], zone),
            "seconds": round(row["seconds"]),
            "state": "unchecked" if row["unchecked"] else "new" if row["heard_us"] is None else "heard",
        }
        for row in queries.messages(db)
        if arguments.mailbox in (None, row["mailbox"])
    ]


def _list(db: Database, arguments: argparse.Namespace) -> int:
    rows = [row for row in _rows(db, arguments) if row["unchecked"] or not arguments.unchecked]
    if arguments.json:
        shown = [{key: row[key] for key in LISTED} for row in rows]
        print(json.dumps({"messages": shown}, ensure_ascii=False))
    else:
        chinese = arguments.language == "zh"
        cells = [
            [STATES[row[key]] if chinese and key == "state" else row[key] for key in LISTED] for row in rows
        ]
        print(text_table([heading[chinese] for heading in LISTED.values()], cells))
    return 1 if arguments.unchecked and rows else 0


def _export(db: Database, arguments: argparse.Namespace) -> int:
    """1 when a file that history names is not there."""
    return recordings.copy_out(arguments, [row for row in _rows(db, arguments) if row["path"]])
