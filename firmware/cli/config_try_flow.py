"""`tipring config try-flow`: what a caller hears in a flow, and where he ends, before anything is in force."""

from __future__ import annotations

import argparse
import json
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from drivers.clock import MonotonicClock
from firmware.cli import period
from firmware.cli.main import DONE, CommandError
from firmware.config.schema import Config

EXAMPLE = "tipring config try-flow main wait 1 hang-up --file office.toml --at 2026-10-01T20:30"
ABOUT = (
    "Walks one flow with a simulated caller, by the rules of the box itself, in virtual time: what he hears, how he"
    " stands, where he ends. Nothing of the box is changed or rung."
)
MOST_BYTES = 2 << 30
MOST_CPU_S = 30
_FORMS = {
    "versions": "SELECT json FROM versions WHERE version = ?",
    "drafts": "SELECT json FROM drafts WHERE id = ?",
}


def add(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = names.add_parser(
        "try-flow", help="a simulated call through one flow", description=ABOUT, epilog=f"Example: {EXAMPLE}"
    )
    parser.add_argument("flow", metavar="FLOW", help="its name")
    parser.add_argument(
        "steps",
        nargs="*",
        metavar="STEP",
        help="keys (380#), wait, hang-up; where a look-up is asked found, found:name=Wang&level=3, nothing",
    )
    of = parser.add_mutually_exclusive_group()
    of.add_argument("--file", type=Path, metavar="FILE.toml", help="a configuration that was never applied")
    of.add_argument("--draft", type=int, metavar="N", help="a draft of the web pages, faults and all")
    of.add_argument(
        "--version", type=int, metavar="N", help="one of `tipring config history` (default: newest)"
    )
    parser.add_argument("--at", metavar="WHEN", help="2026-10-01T20:30, site's time (default: now)")
    parser.add_argument(
        "--caller", default="", metavar="NUMBER", help="as the exchange sends it (default: withheld)"
    )
    parser.add_argument("--nobody", action="store_true", help="no agent is signed in (default: all are)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    period.add_language(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Raises CommandError."""
    from firmware.cli.background import give_way
    from firmware.cli.trying.text import text  # with it comes the engine: the other commands need none

    give_way(MOST_BYTES, MOST_CPU_S)
    found = tried(arguments, configuration(arguments))
    print(json.dumps(found, ensure_ascii=False) if arguments.json else text(found, arguments.language))
    return DONE


def tried(arguments: argparse.Namespace, config: Config) -> dict[str, Any]:
    """Raises CommandError."""
    from firmware.cli.trying.steps import MOST_STEPS, BadStep, step_of
    from firmware.cli.trying.walk import Asked, Walk

    if not any(flow.id == arguments.flow for flow in config.flows):
        known = ", ".join(flow.id for flow in config.flows) or "none"
        raise CommandError(f"there is no flow {arguments.flow!r}; there are: {known}")
    if len(arguments.steps) > MOST_STEPS:
        raise CommandError(f"at most {MOST_STEPS} steps")
    try:
        steps = [step_of(word) for word in arguments.steps]
    except BadStep as error:
        raise CommandError(str(error)) from error
    at_us = _at_us(arguments.at, config.site.zone)
    walk = Walk(config, Asked(arguments.flow, at_us, arguments.caller[:40], not arguments.nobody))
    for step in steps:
        walk.take(step)
    return {"flow": arguments.flow, "at": period.local(at_us, config.site.zone), **walk.as_dict()}


def configuration(arguments: argparse.Namespace) -> Config:
    """What can be read of a draft; anything else must be without faults. Raises CommandError."""
    if arguments.file is not None:
        from firmware.cli.files import load_configuration

        return load_configuration(arguments.file, arguments.language)
    path = arguments.data.resolve() / "config.db"
    try:
        if arguments.draft is not None:
            from firmware.config.drafts.draft import look

            return look(msgspec.json.decode(_stored(path, "drafts", arguments.draft))).nearest
        version = arguments.version if arguments.version is not None else _newest(path)
        return msgspec.json.decode(_stored(path, "versions", version), type=Config)
    except FileNotFoundError as error:
        raise CommandError(f"{arguments.data} has no configuration") from error
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise CommandError(f"the configuration cannot be read: {error}") from error


def _stored(path: Path, table: str, number: int) -> str:
    from firmware.store.untouched import Moved, untouched

    try:
        with untouched(path) as db:
            row = db.execute(_FORMS[table], (number,)).fetchone()
    except Moved as error:
        raise CommandError(f"{error} was written to while it was read: try again") from error
    if row is None:
        raise CommandError(f"there is none of number {number} among the {table}")
    return str(row[0])


def _newest(path: Path) -> int:
    from firmware.store.untouched import untouched

    with untouched(path) as db:
        row = db.execute("SELECT max(version) FROM versions").fetchone()
    if row is None or row[0] is None:
        raise CommandError("there is no configuration yet: `tipring config apply FILE.toml`")
    return int(row[0])


def _at_us(text: str | None, zone: str) -> int:
    """Raises CommandError."""
    if text is None:
        return MonotonicClock.wall_us()
    try:
        return period.moment_us(text, zone)
    except period.NotAMoment as error:
        raise CommandError(str(error)) from error
