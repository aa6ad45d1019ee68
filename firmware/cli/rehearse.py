"""`tipring rehearse SCENARIO.toml`: a whole box in virtual time, then the report."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

from drivers.clock import MonotonicClock
from firmware.cli.files import load_configuration, load_scenario
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.prompts import prompt_bank
from firmware.cli.rehearsal.boxes import FastBox, FullBox, RehearsedBox
from firmware.cli.rehearsal.compare import compare, compare_text
from firmware.cli.rehearsal.expect import expectations
from firmware.cli.rehearsal.flow_diff import flow_diff, flow_diff_text
from firmware.cli.rehearsal.progress import Progress
from firmware.cli.rehearsal.result import Json, ledger, result
from firmware.cli.rehearsal.text import report_text
from firmware.cli.rehearsal.watch import Watch
from hwsim.scenario import Scenario

LONGEST_DRAIN_US = 900_000_000
DRAIN_STEP_US = 1_000_000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "rehearse",
        help="run a scenario in virtual time and report it",
        description="The whole stack - chips, drivers, switch, engine, recorder, archive - in virtual time.",
        epilog="Example: tipring rehearse hw-sim/scenarios/first-call.toml --out out",
    )
    parser.add_argument(
        "scenario", type=Path, nargs="?", metavar="SCENARIO.toml", help="see docs/scenario.md"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON document instead of the readable report"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="keep recordings, journal, history and report here"
    )
    parser.add_argument(
        "--fast", action="store_true", help="events only: no silicon, no audio, no recordings"
    )
    parser.add_argument(
        "--compare", action="store_true", help="run it in full and fast, and show which calls ended otherwise"
    )
    parser.add_argument(
        "--flow-diff",
        type=Path,
        nargs=2,
        metavar=("OLD.toml", "NEW.toml"),
        help="the same callers through two configurations (made up for every way, or the scenario's): what changes",
    )
    parser.add_argument(
        "--language", choices=("en", "zh"), default="en", help="of the readable report and of faults"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.flow_diff:
        return _flow_diff(arguments)
    if arguments.scenario is None:
        raise CommandError(
            "which scenario? `tipring rehearse SCENARIO.toml`, or --flow-diff OLD.toml NEW.toml"
        )
    scenario = load_scenario(arguments.scenario, arguments.language)
    work = _compare if arguments.compare else _rehearse
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
        return work(scenario, arguments, arguments.out)
    with tempfile.TemporaryDirectory(prefix="tipring-") as scratch:
        return work(scenario, arguments, Path(scratch))


def _flow_diff(arguments: argparse.Namespace) -> int:
    """Found something: callers who come another way."""
    old, new = (load_configuration(path, arguments.language) for path in arguments.flow_diff)
    scenario = load_scenario(arguments.scenario, arguments.language) if arguments.scenario else None
    with tempfile.TemporaryDirectory(prefix="tipring-") as scratch:
        found = flow_diff(old, new, scenario, arguments.out or Path(scratch))
    print(json.dumps(found, ensure_ascii=False) if arguments.json else flow_diff_text(found))
    return FOUND_WRONG if found["changed"] else DONE


def _compare(scenario: Scenario, arguments: argparse.Namespace, out: Path) -> int:
    progress = Progress(sys.stderr)
    full = rehearse(scenario, out / "full", progress=progress)
    found = compare(full, rehearse(scenario, out / "fast", fast=True, progress=progress))
    print(json.dumps(found, ensure_ascii=False) if arguments.json else compare_text(found))
    return DONE if found["close"] else FOUND_WRONG


def _rehearse(scenario: Scenario, arguments: argparse.Namespace, out: Path) -> int:
    clock = MonotonicClock()
    began_us = clock.now_us()
    kept = arguments.out is not None
    report = rehearse(scenario, out, fast=arguments.fast, progress=Progress(sys.stderr), tell=kept)
    took_s = (clock.now_us() - began_us) / 1e6
    text = report_text(report, scenario, arguments.language)
    if arguments.out is not None:
        (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        (out / "report.txt").write_text(text + "\n")
    if arguments.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        print(text)
        simulated_s = report["simulated_seconds"]
        print(f"\n{simulated_s:.0f} s simulated in {took_s:.1f} s ({simulated_s / took_s:.0f} x)")
    return DONE if all(one["held"] for one in report["expectations"]) else FOUND_WRONG


def rehearse(
    scenario: Scenario,
    out: Path,
    *,
    fast: bool = False,
    progress: Progress | None = None,
    tell: bool = False,
) -> Json:
    """Runs `scenario` to its end with everything kept in `out`; returns the report.

    `tell`: `happened.tsv` has every fact and every entry of the people's diaries.
    """
    bank = prompt_bank(scenario.config, out / "spoken")
    watch = Watch(scenario.expects, keep=tell)
    box: RehearsedBox = (FastBox if fast else FullBox)(scenario, out, bank, see=watch.see)
    _run(box, scenario.end_us, progress)
    _drain(box, scenario.end_us + LONGEST_DRAIN_US)
    box.finish()
    about = {
        "scenario": scenario.about.name,
        "seed": scenario.about.seed,
        "fast": fast,
        "simulated_seconds": round(box.now_us / 1e6, 3),
    }
    report = result(box.half.archive.db, scenario.config, about)
    report["ledger"] = ledger(box.half.archive)
    entries = box.diary.entries
    report["expectations"] = expectations(scenario.expects, report, partial(watch.count, entries))
    if tell:
        (out / "happened.tsv").write_text("".join(f"{line}\n" for line in watch.told(entries)))
    box.half.archive.close()
    return report


def _run(box: RehearsedBox, end_us: int, progress: Progress | None) -> None:
    step_us = max(1_000_000, end_us // 200)
    while box.now_us < end_us:
        box.run_until(min(end_us, box.now_us + step_us))
        if progress is not None:
            progress.tell(box.now_us, end_us)
    if progress is not None:
        progress.end()


def _drain(box: RehearsedBox, limit_us: int) -> None:
    """Nobody is cut off by the end of the file: calls that began before it run to their own end."""
    last = box.half.calls_made
    while box.half.open_calls(last) and box.now_us < limit_us:
        box.run_until(box.now_us + DRAIN_STEP_US)
