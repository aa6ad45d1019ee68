"""`tipring bench NAME`: performance as shares of one core, measured in one run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from firmware.cli import bench_acd, bench_fabric, bench_journal

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
