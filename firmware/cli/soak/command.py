"""The command line of `tipring soak`: what is run, where its samples are kept, what it found."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from firmware.cli.files import load_scenario
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.rehearsal.progress import Progress
from firmware.cli.soak.book import SampleBook
from firmware.cli.soak.life import HOUR_US, Life
from firmware.cli.soak.real import OwnBox, watch
from firmware.cli.soak.text import document, summary
from firmware.cli.soak.verdict import Finding, judge
from firmware.protocol.places import Places

SCENARIO = Path("hw-sim/scenarios/soak.toml")
REAL_SCENARIO = Path("hw-sim/scenarios/demo.toml")
FOLDER = Path("build/soak")
WARM_UP_HOURS = 6.0
"""By then a busy box has filled what fills once: SQLite's pages, the last commands, the caches of the simulator."""
REAL_WARM_UP = 0.3
"""Share of a real run that is left out."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "soak",
        help="does a box's memory grow?",
        description="Runs a box for hours of virtual time and measures whether memory and descriptors grow. "
        "Stopped at any time it goes on where it was: a new life of the box, the same samples.",
        epilog="Example: tipring soak --hours 72 --fast",
    )
    parser.add_argument("--hours", type=float, default=24.0, metavar="H", help="box hours in all")
    parser.add_argument("--chunk", type=float, default=0.0, metavar="H", help="at most so many now (0: all)")
    parser.add_argument("--fast", action="store_true", help="events only: no silicon, no audio")
    parser.add_argument("--scenario", type=Path, default=SCENARIO, metavar="TOML", help="a day, repeated")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="samples and summary (build/soak/…)")
    parser.add_argument("--sample-minutes", type=float, default=10.0, metavar="M", help="of box time")
    parser.add_argument(
        "--warm-up-hours",
        type=float,
        metavar="H",
        help="left out at the start of each life (a quarter of --hours, 6 at most)",
    )
    parser.add_argument("--real", action="store_true", help="watch the real processes of a box for --minutes")
    parser.add_argument("--minutes", type=float, default=15.0, metavar="M", help="with --real: how long")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="with --real: a running box (or one is started)"
    )
    parser.add_argument("--again", action="store_true", help="forget earlier samples")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    return _real(arguments) if arguments.real else _virtual(arguments)


def _virtual(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder or FOLDER / ("fast" if arguments.fast else "full")
    if arguments.warm_up_hours is None:
        arguments.warm_up_hours = min(arguments.hours / 4, WARM_UP_HOURS)
    if arguments.again:
        shutil.rmtree(folder, ignore_errors=True)
    book = SampleBook(folder)
    more: dict[str, Any] = {}
    left = arguments.hours - book.hours
    if left > 0:
        more = _live(arguments, book, folder, min(left, arguments.chunk or left))
    findings = judge(book.samples, arguments.warm_up_hours)
    about = {
        "what": f"{arguments.scenario.stem}, {'events only' if arguments.fast else 'with audio'}",
        "hours": round(book.hours, 3),
        "of_hours": arguments.hours,
        "warm_up_hours": arguments.warm_up_hours,
        **more,
    }
    return tell(folder, document(about, book.samples, findings), findings, arguments.json)


def _real(arguments: argparse.Namespace) -> int:
    """Samples of minutes cannot be added to: each run is one of its own."""
    folder: Path = arguments.folder or FOLDER / "real"
    shutil.rmtree(folder, ignore_errors=True)
    book, progress = SampleBook(folder), Progress(sys.stderr)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)  # the box that was started is stopped in order
    with ExitStack() as stack:
        if arguments.data is None:
            places = stack.enter_context(OwnBox(REAL_SCENARIO, folder / "box"))
        else:
            places = Places(arguments.data.resolve())
        for sample in watch(places, arguments.minutes):
            book.add(sample)
            progress.tell(round(sample.hours * HOUR_US), round(arguments.minutes * 60e6))
    progress.end()
    if not book.samples:
        raise CommandError(f"no box runs on {places.root}")
    warm_up_hours = arguments.minutes / 60 * REAL_WARM_UP
    findings = judge(book.samples, warm_up_hours)
    about = {
        "what": "real processes",
        "hours": arguments.minutes / 60,
        "warm_up_hours": round(warm_up_hours, 3),
    }
    return tell(folder, document(about, book.samples, findings), findings, arguments.json)


def tell(folder: Path, found: dict[str, Any], findings: list[Finding], as_json: bool) -> int:
    """Keeps the summary beside the samples and prints it."""
    text = summary(found, findings)
    (folder / "summary.json").write_text(json.dumps(found, indent=1) + "\n")
    (folder / "summary.txt").write_text(text + "\n")
    print(json.dumps(found) if as_json else text)
    return DONE if found["held"] else FOUND_WRONG


def _live(arguments: argparse.Namespace, book: SampleBook, folder: Path, hours: float) -> dict[str, Any]:
    scenario = load_scenario(arguments.scenario)
    if scenario.about.seconds > 86_400:
        raise CommandError(f"{arguments.scenario} is longer than a day: a soak repeats one day")
    out = folder / "box"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    every = arguments.sample_minutes / 60
    life = Life(scenario, out, fast=arguments.fast, number=book.next_life, hours=hours, every_hours=every)
    progress = Progress(sys.stderr)
    for sample in life:
        book.add(sample)
        if sample.hours >= arguments.warm_up_hours and not life.first_types:
            life.mark_types()
        progress.tell(round(sample.hours * HOUR_US), round(hours * HOUR_US))
    progress.end()
    grown = life.grown_types() if life.first_types else []
    unexplained_s = life.finish()
    shutil.rmtree(out, ignore_errors=True)
    return {"grown_types": grown, "unexplained_s": round(unexplained_s, 3)}
