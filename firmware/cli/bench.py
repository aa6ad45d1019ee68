"""`tipring bench NAME`: performance as shares of one core, measured in one run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware.cli import bench_acd, bench_calls, bench_fabric, bench_journal, bench_wallboard
from firmware.cli.bench_sip import command as bench_sip

Figures = dict[str, Any]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "bench",
        help="measure this machine",
        epilog="Example: tipring bench fabric --ports 480 --dtmf --record",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    fabric = _add(names, "fabric", "one tick of the switch's array program", _fabric, bench_fabric.text)
    fabric.add_argument("--ports", type=int, default=480, metavar="N", help="ports, all of them busy")
    fabric.add_argument("--dtmf", action="store_true", help="detect DTMF on all ports")
    fabric.add_argument("--record", action="store_true", help="record all conversations")
    fabric.add_argument("--ticks", type=int, default=3000, metavar="N", help="how many ticks of 20 ms to run")
    journal = _add(names, "journal", "inputs decided and journalled a second", _journal, bench_journal.text)
    journal.add_argument("--seconds", type=float, default=5.0, metavar="S", help="how long to measure")
    acd = _add(names, "acd", "time to decide who gets a call", _acd, bench_acd.text)
    acd.add_argument("--agents", type=int, default=500, metavar="N", help="agents ready")
    acd.add_argument(
        "--skills", type=int, default=50, metavar="N", help="skills, drawn for each agent and queue"
    )
    acd.add_argument(
        "--waiting", type=int, nargs="+", default=[10, 1_000, 10_000], metavar="N", help="calls that wait"
    )
    calls = _add(names, "calls", "search in a history of many calls", _calls, bench_calls.text)
    calls.add_argument(
        "--calls", type=int, default=1_000_000, metavar="N", help="calls in the history made for it"
    )
    calls.add_argument("--times", type=int, default=40, metavar="N", help="searches of each kind")
    calls.add_argument(
        "--keep", type=Path, default=None, metavar="DIR", help="keep that history there, or take the one kept"
    )
    board = _add(names, "wallboard", "what watching a busy house costs", _wallboard, bench_wallboard.text)
    board.add_argument("--agents", type=int, default=200, metavar="N", help="agents, all of them in calls")
    board.add_argument("--readers", type=int, default=10, metavar="N", help="browsers that watch")
    board.add_argument("--slow", type=int, default=0, metavar="N", help="browsers more that read nothing")
    board.add_argument("--rate", type=float, default=2.0, metavar="R", help="calls a second")
    board.add_argument("--seconds", type=float, default=60.0, metavar="S", help="how long each half takes")
    bench_sip.add_parser(names)


def _add(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    measure: Callable[[argparse.Namespace], Figures],
    text: Callable[[Figures], str],
) -> argparse.ArgumentParser:
    parser = names.add_parser(name, help=about, epilog=f"Example: tipring bench {name} --json")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=lambda arguments: _print(measure(arguments), arguments.json, text))
    return parser


def _print(figures: Figures, as_json: bool, text: Callable[[Figures], str]) -> int:
    print(json.dumps(figures) if as_json else text(figures))
    return 0


def _fabric(arguments: argparse.Namespace) -> Figures:
    return bench_fabric.run(
        ports=arguments.ports, dtmf=arguments.dtmf, record=arguments.record, ticks=arguments.ticks
    )


def _journal(arguments: argparse.Namespace) -> Figures:
    return bench_journal.run(seconds=arguments.seconds)


def _acd(arguments: argparse.Namespace) -> Figures:
    return bench_acd.run(agents=arguments.agents, skills=arguments.skills, waiting=arguments.waiting)


def _calls(arguments: argparse.Namespace) -> Figures:
    return bench_calls.run(arguments.calls, arguments.times, arguments.keep)


def _wallboard(arguments: argparse.Namespace) -> Figures:
    return bench_wallboard.run(
        bench_wallboard.Asked(
            arguments.agents, arguments.readers, arguments.slow, arguments.rate, arguments.seconds
        )
    )
