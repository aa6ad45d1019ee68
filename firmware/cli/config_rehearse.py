"""`tipring config rehearse`: a day of the box's own history with a configuration that is not in force yet."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from firmware.cli import period
from firmware.cli.background import give_way
from firmware.cli.files import load_configuration, load_scenario
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.protocol.places import Places
from firmware.store.untouched import Moved

Json = dict[str, Any]
Progress = Callable[[float, str, int], None]
EXAMPLE = "tipring config rehearse --draft office.toml --seeds 5"
ABOUT = (
    "Plays a day of the box's own history (or a scenario) twice in virtual time, with the configuration of that day and"
    " with the draft, and compares them. Nothing of the box is changed."
)
SEEDS = 3
MOST_SEEDS = 50
LEAST_STEP = 0.005


def add(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    parser = names.add_parser(
        "rehearse",
        help="what would have come of a past day with a draft",
        description=ABOUT,
        epilog=f"Example: {EXAMPLE}",
    )
    draft = parser.add_mutually_exclusive_group(required=True)
    draft.add_argument(
        "--draft", type=Path, metavar="FILE.toml", help="a configuration that was never applied"
    )
    draft.add_argument("--version", type=int, metavar="N", help="one of `tipring config history`")
    of = parser.add_mutually_exclusive_group()
    of.add_argument(
        "--day",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="default: the busiest of the last fortnight",
    )
    of.add_argument("--scenario", type=Path, metavar="FILE.toml", help="its people instead of a day's")
    parser.add_argument(
        "--seeds", type=_seeds, default=SEEDS, metavar="N", help=f"runs of each (default {SEEDS})"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the first seed (default 1)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument(
        "--progress", choices=("auto", "json", "none"), default="auto", help="on stderr; `json`: a line each"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    period.add_language(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """1: the model does not tell of that day what happened. Raises CommandError."""
    from firmware.cli.rehearsal.day.words import (
        text,  # with it comes a whole box: the other commands need none
    )

    give_way()
    tell = progress_of(arguments.progress, sys.stderr)
    with tempfile.TemporaryDirectory(prefix="tipring-rehearsal-") as scratch:
        try:
            found = rehearsed(arguments, Path(scratch), tell)
        except Moved as error:
            raise CommandError(f"{error} was written to while it was read: try again") from error
        except sqlite3.Error as error:
            raise CommandError(f"the box's history cannot be read: {error}") from error
        except MemoryError as error:
            raise CommandError(
                "this takes more memory than a rehearsal may have beside a living box"
            ) from error
    tell(1.0, "", 0)
    print(json.dumps(found, ensure_ascii=False) if arguments.json else text(found, arguments.language))
    return DONE if found.get("check", {"close": True})["close"] else FOUND_WRONG


def rehearsed(arguments: argparse.Namespace, scratch: Path, tell: Progress) -> Json:
    """The comparison as a document. Raises CommandError, Moved, sqlite3.Error."""
    from firmware.cli.rehearsal.day.both import Means, both_of_day, both_of_scenario
    from firmware.cli.rehearsal.day.past_day import past_day, stored

    places = Places(arguments.data.resolve())
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    means = Means(seeds, scratch, places.prompts, tell)
    if arguments.draft is not None:
        draft = load_configuration(arguments.draft, arguments.language)
    else:
        draft = stored(arguments.data, arguments.version)[1]
    if arguments.scenario is None:
        day = past_day(arguments.data, arguments.day)
        return both_of_day(day, draft, means)
    scenario = load_scenario(arguments.scenario, arguments.language)
    config = stored(arguments.data, None)[1] if places.config_db.is_file() else scenario.config
    return both_of_scenario(scenario, config, draft, means)


def progress_of(how: str, stream: TextIO) -> Progress:
    """JSON lines `{"done": 0.25, "run": "draft", "seed": 1}`, or one line of a terminal."""
    if how == "none" or (how == "auto" and not stream.isatty()):
        return lambda _done, _run, _seed: None
    return _Teller(_as_json if how == "json" else _as_line, stream)


class _Teller:
    """No more often than anybody wants to know."""

    def __init__(self, form: Callable[[float, str, int], str], stream: TextIO) -> None:
        self._form, self._stream = form, stream
        self._told: tuple[Any, ...] = ()

    def __call__(self, done: float, run: str, seed: int) -> None:
        step = (int(done / LEAST_STEP), run, seed)
        if step != self._told:
            self._told = step
            self._stream.write(self._form(done, run, seed))
            self._stream.flush()


def _as_json(done: float, run: str, seed: int) -> str:
    return json.dumps({"done": round(done, 3), "run": run, "seed": seed}) + "\n"


def _as_line(done: float, run: str, seed: int) -> str:
    return "\r\033[K" if done >= 1 else f"\r\033[K{100 * done:3.0f} % {run} (seed {seed})"


def _seeds(given: str) -> int:
    count = int(given)
    if not 1 <= count <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"1 to {MOST_SEEDS}")
    return count
