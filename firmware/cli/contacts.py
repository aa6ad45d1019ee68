"""`tipring contacts import|export|find|add`: the business's contacts from and to files, and one by one."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from drivers.clock import MonotonicClock
from firmware.business.contact import Contact, Draft
from firmware.business.contacts import Contacts
from firmware.business.csv_text import csv_text
from firmware.business.errors import BadContact
from firmware.business.finding import find
from firmware.business.importing import LookedOver, Outcome, looked_over, rows_of, take_in
from firmware.business.numbers import KINDS, Number, NumberRules, rules_of
from firmware.business.store import empty_business, open_business, read_business
from firmware.business.vcards import VERSIONS, card_text
from firmware.cli import given_orders, period
from firmware.cli.contact_words import ADDED, DRY, FOUND, NONE, REFUSED, TAKEN, WROTE
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.tables import text_table
from firmware.config.faults import render_faults
from firmware.config.newest import newest
from firmware.protocol.places import Places
from firmware.store.disk import Disk
from firmware.store.history import StoreError

Use = Callable[[argparse.Namespace, Places, NumberRules], int]
HEADINGS = {
    "name": ("name", "姓名"),
    "company": ("company", "公司"),
    "numbers": ("numbers", "号码"),
    "vip": ("VIP", "贵宾"),
    "tags": ("tags", "标签"),
    "id": ("contact", "联系人"),
}
FORMATS = ("csv", *(f"vcard-{one}" for one in VERSIONS))


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "contacts",
        help="who the business knows",
        epilog="Example: tipring contacts find 138",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    taken = _add(
        names,
        "import",
        "take in a CSV or vCard file; one with a fault is refused whole",
        _import,
        "customers.csv --dry-run",
    )
    taken.add_argument("file", type=Path, metavar="FILE", help="CSV (UTF-8, GB18030) or vCard 3.0, 4.0")
    taken.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    given_orders.add_author(taken)
    written = _add(names, "export", "write all contacts to a file", _export, "--out contacts.csv")
    written.add_argument("--out", type=Path, required=True, metavar="FILE", help="never overwritten")
    written.add_argument("--format", choices=FORMATS, default="csv", help="a table or cards")
    found = _add(names, "find", "by part of a name, of a company or of a number", _find, "138")
    found.add_argument("text", metavar="TEXT", help="as people write it")
    found.add_argument("--most", type=int, default=50, metavar="N", help="so many are shown, up to 200")
    found.add_argument("--skip", type=int, default=0, metavar="N", help="after so many")
    added = _add(names, "add", "one contact", _add_one, "--contact-name 王小明 --number 13800138000")
    added.add_argument("--contact-name", default="", metavar="NAME", help="of the person")
    added.add_argument("--company", default="", metavar="NAME", help="whose person it is")
    kinds = f"{', '.join(KINDS)} may stand in front (`work:…`); as often as wanted"
    added.add_argument("--number", action="append", default=[], metavar="NUMBER", help=kinds)
    added.add_argument("--speaks", choices=("zh", "en"), default="", help="the contact's language")
    added.add_argument("--vip", action="store_true", help="comes first")
    added.add_argument("--note", default="", metavar="TEXT", help="what else is known")
    given_orders.add_author(added)


def _add(
    names: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str, use: Use, options: str
) -> argparse.ArgumentParser:
    parser = names.add_parser(
        name, help=about, description=about, epilog=f"Example: tipring contacts {name} {options}"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    period.add_language(parser)
    parser.set_defaults(run=lambda arguments: _run(use, arguments))
    return parser


def _run(use: Use, arguments: argparse.Namespace) -> int:
    """What cannot be done, as one sentence. Raises CommandError."""
    places = Places(arguments.data.resolve())
    if not places.root.is_dir():
        raise CommandError(NONE[arguments.language].format(data=arguments.data))
    try:
        found = newest(places.config_db)
        return use(arguments, places, rules_of(found.config if found is not None else None))
    except BadContact as bad:
        raise CommandError(render_faults(bad.faults, arguments.language)) from bad
    except (StoreError, OSError, sqlite3.Error) as error:
        raise CommandError(str(error)) from error


def _said(arguments: argparse.Namespace, document: Any, words: dict[str, str], **values: object) -> None:
    if arguments.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(words[arguments.language].format(**values))


# -- import -----------------------------------------------------------------------------------------


def _import(arguments: argparse.Namespace, places: Places, rules: NumberRules) -> int:
    name = str(arguments.file)
    shown = _Shown(arguments)
    with arguments.file.open("rb") as file:
        over = looked_over(rows_of(file, name), shown.rows)
        if over.wrong:
            shown.end()
            return _tell_faults(arguments, over)
        with closing(_business(places, arguments.dry_run)) as db:
            outcome = take_in(
                db,
                Contacts(db, rules),
                rows_of(file, name),
                author=given_orders.author(arguments),
                at=MonotonicClock.wall_us(),
                name=name,
                dry=arguments.dry_run,
                progress=shown.rows,
            )
    shown.end()
    return _tell_outcome(arguments, outcome)


def _business(places: Places, dry: bool) -> sqlite3.Connection:
    """A dry run does not even make the file."""
    if not dry:
        return open_business(places.business_db)
    return read_business(places.business_db) if places.business_db.is_file() else empty_business()


def _tell_faults(arguments: argparse.Namespace, over: LookedOver) -> int:
    """Exit code 1: the file is at fault, and nothing was changed."""
    faults = [one.as_dict(arguments.language) for one in over.faults]
    if not arguments.json:
        print(render_faults(over.faults, arguments.language))
    _said(arguments, {"faults": faults, "wrong": over.wrong, "rows": over.rows}, REFUSED, over=over)
    return FOUND_WRONG


def _tell_outcome(arguments: argparse.Namespace, outcome: Outcome) -> int:
    document = {
        "dry_run": arguments.dry_run,
        **{name: getattr(outcome, name) for name in ("added", "merged", "skipped")},
        "warnings": [one.as_dict(arguments.language) for one in outcome.warnings],
    }
    if outcome.warnings and not arguments.json:
        print(render_faults(outcome.warnings, arguments.language))
    _said(arguments, document, DRY if arguments.dry_run else TAKEN, outcome=outcome)
    return DONE


# -- export -----------------------------------------------------------------------------------------


def _export(arguments: argparse.Namespace, places: Places, rules: NumberRules) -> int:
    if arguments.out.exists():
        raise CommandError(f"{arguments.out} is there already; give another name")
    with closing(read_business(places.business_db)) as db:
        contacts = Contacts(db, rules)
        drafts = _Counted(contacts)
        pieces = (
            csv_text(drafts, contacts.field_names(), arguments.language)
            if arguments.format == "csv"
            else card_text(drafts, arguments.format.removeprefix("vcard-"))
        )
        with os.fdopen(Disk().create(arguments.out), "w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
    count = drafts.count
    _said(arguments, {"file": str(arguments.out), "contacts": count}, WROTE, count=count, file=arguments.out)
    return DONE


class _Counted:
    """All contacts' drafts, once."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts, self.count = contacts, 0

    def __iter__(self) -> Iterator[Draft]:
        for one in self._contacts.every():
            self.count += 1
            yield one.draft


# -- one by one -------------------------------------------------------------------------------------


def _find(arguments: argparse.Namespace, places: Places, rules: NumberRules) -> int:
    """Exit code 1 when nobody is found."""
    with closing(read_business(places.business_db)) as db:
        page = find(db, rules, arguments.text, skip=arguments.skip, most=arguments.most)
    if arguments.json:
        found = [msgspec.to_builtins(one) for one in page.contacts]
        print(json.dumps({"contacts": found, "count": page.count, "more": page.more}, ensure_ascii=False))
    else:
        chinese = arguments.language == "zh"
        cells = [[_cell(one, name) for name in HEADINGS] for one in page.contacts]
        print(text_table([heading[chinese] for heading in HEADINGS.values()], cells))
        count = f"{page.count}{'+' if page.more else ''}"
        print(FOUND[arguments.language].format(shown=len(page.contacts), count=count))
    return DONE if page.contacts else FOUND_WRONG


def _cell(contact: Contact, name: str) -> str:
    draft = contact.draft
    if name == "numbers":
        return ", ".join(one.e164 or one.entered for one in draft.numbers)
    if name == "vip":
        return "VIP" if draft.vip else ""
    return contact.id if name == "id" else "; ".join(draft.tags) if name == "tags" else getattr(draft, name)


def _add_one(arguments: argparse.Namespace, places: Places, rules: NumberRules) -> int:
    draft = Draft(
        name=arguments.contact_name,
        company=arguments.company,
        language=arguments.speaks,
        vip=arguments.vip,
        note=arguments.note,
        numbers=tuple(map(_number, arguments.number)),
    )
    with closing(open_business(places.business_db)) as db:
        made = Contacts(db, rules).add(
            draft, author=given_orders.author(arguments), at=MonotonicClock.wall_us()
        )
    _said(arguments, msgspec.to_builtins(made), ADDED, contact=made)
    return DONE


def _number(text: str) -> Number:
    kind, colon, number = text.partition(":")
    return Number(number.strip(), kind) if colon else Number(text.strip())


class _Shown:
    """Progress on a terminal."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._on = sys.stderr.isatty() and not arguments.json

    def rows(self, done: int) -> None:
        if self._on:
            print(f"\r{done:,} ", end="", file=sys.stderr)

    def end(self) -> None:
        if self._on:
            print("\r" + " " * 20 + "\r", end="", file=sys.stderr)
