"""`tipring report audit [--verify]`: who took out, heard, erased or held what; and whether every row is as written."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sqlite_utils import Database

from firmware.archive.audit import entries, faults
from firmware.archive.book import AUDIT_SECRET
from firmware.cli import period
from firmware.cli.main import DONE, FOUND_WRONG
from firmware.cli.report import with_history
from firmware.cli.tables import text_table
from firmware.cli.words import said
from firmware.protocol.box_secret import box_secret
from firmware.protocol.places import Places
from firmware.store import queries

HEADINGS = {
    "id": ("row", "行"),
    "at": ("at", "时间"),
    "author": ("who", "何人"),
    "action": ("did", "操作"),
    "subject": ("what", "对象"),
    "why": ("why", "原因"),
}


def add_parser(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = names.add_parser(
        "audit",
        help="who took out, heard, erased, held what",
        epilog="Example: tipring report audit --verify",
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--verify", action="store_true", help="exit 1 and name the row if one was changed")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    period.add_language(parser)
    parser.set_defaults(run=lambda arguments: with_history(arguments, lambda db: _show(db, arguments)))


def _show(db: Database, arguments: argparse.Namespace) -> int:
    rows, wrong = entries(db), _faults(db, arguments.data) if arguments.verify else []
    if arguments.json:
        print(json.dumps({"audit": rows, "faults": wrong if arguments.verify else None}, ensure_ascii=False))
    elif arguments.verify:
        _tell(len(rows), wrong, arguments.language)
    else:
        _table(rows, queries.zone(db), arguments.language)
    return FOUND_WRONG if wrong else DONE


def _faults(db: Database, data: Path) -> list[str]:
    secrets = Places(data).secrets
    if not (secrets / AUDIT_SECRET).is_file():
        return [f"the key of the audit is not in {secrets}: restore it from a backup"] if entries(db) else []
    return list(faults(db, box_secret(secrets, AUDIT_SECRET)))


def _tell(rows: int, wrong: list[str], language: str) -> None:
    if wrong:
        print("\n".join(wrong))
    elif language == "zh":
        print(f"{rows} 行，均未被改动")
    else:
        print(f"{rows} rows, each as it was written")


def _table(rows: list[dict[str, object]], zone: str, language: str) -> None:
    cells = [[_cell(row, name, zone, language) for name in HEADINGS] for row in rows]
    print(text_table([heading[language == "zh"] for heading in HEADINGS.values()], cells))


def _cell(row: dict[str, object], name: str, zone: str, language: str) -> object:
    if name == "at":
        return period.local(int(str(row["at"])), zone)
    return said(str(row[name]), language) if name == "action" else row[name]
