"""The command line of the doctor, and the order of its looks."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from firmware.cli.doctor import (
    archive,
    backup,
    clock,
    configuration,
    disk,
    engine,
    gate,
    history,
    jobs,
    lines,
    machine,
    mailboxes,
    pages,
    processes,
    sip,
    sip_service,
    spending,
    switch,
)
from firmware.cli.doctor.finding import Finding
from firmware.cli.main import DONE, FOUND_WRONG
from firmware.cli.period import system_language
from firmware.protocol.places import Places

LOOKS: tuple[Callable[[Places], Iterator[Finding]], ...] = (
    machine.look,
    sip.look,
    clock.look,
    disk.look,
    configuration.look,
    processes.look,
    switch.look,
    lines.look,
    engine.look,
    archive.look,
    history.look,
    mailboxes.look,
    spending.look,
    jobs.look,
    sip_service.look,
    gate.look,
    pages.look,
    backup.look,
)
"""Cheapest first; none raises."""
WORDS = {"en": ("ok", "WRONG"), "zh": ("正常", "异常")}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "doctor", help="what is wrong with this box and what to do", epilog="Example: tipring doctor --json"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--language", choices=("en", "zh"), default=system_language(), help="of what is said")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    findings = list(examine(Places(arguments.data.resolve())))
    well = all(one.well for one in findings)
    if arguments.json:
        said = [one.as_dict(arguments.language) for one in findings]
        print(json.dumps({"well": well, "findings": said}, ensure_ascii=False))
    else:
        for one in findings:
            _print(one, arguments.language)
    return DONE if well else FOUND_WRONG


def examine(places: Places) -> Iterator[Finding]:
    """Everything there is to see, well or wrong."""
    for look in LOOKS:
        yield from look(places)


def _print(finding: Finding, language: str) -> None:
    ok, wrong = WORDS[language]
    seen, remedy = finding.said(language)
    print(f"{ok if finding.well else wrong:<6} {finding.named(language)}: {seen}")
    if remedy:
        print(f"       {remedy}")
