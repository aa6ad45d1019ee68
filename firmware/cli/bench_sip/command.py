"""`tipring bench sip` as typed."""

from __future__ import annotations

import argparse
import json
from typing import Any

from firmware.cli.bench_sip import asterisk, figures, measure, words
from firmware.cli.period import system_language


def add_parser(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = names.add_parser(
        "sip",
        help="a box of its own under SIP calls",
        description="Starts a box in a temporary directory and drives calls with SIPp over the loopback: trunk, queue, "
        "agent's telephone. What a leg costs comes from two numbers of calls, N and a sixth of it",
        epilog="Example: tipring bench sip --calls 120 --record --peer asterisk",
    )
    parser.add_argument("--calls", type=int, default=120, metavar="N", help="calls at once")
    parser.add_argument("--record", action="store_true", help="record all conversations")
    parser.add_argument(
        "--seconds", type=float, default=20.0, metavar="S", help="how long each number stands"
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=0.0,
        metavar="R",
        help="calls a second that come and go, at most N at once, instead of calls that stand",
    )
    parser.add_argument(
        "--peer",
        choices=("asterisk",),
        help="measure this program too, where it is installed, with the same traffic",
    )
    parser.add_argument("--language", choices=("en", "zh"), default=system_language(), help="of what is said")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """1: something is over the box's budget."""
    asked = measure.Asked(arguments.calls, arguments.record, arguments.seconds, arguments.rate)
    result: dict[str, Any] = {"programs": [measure.run(asked)]}
    if arguments.peer and asterisk.installed():
        result["programs"].append(measure.run(asked, peer=True))
        result["ratio"] = figures.ratio(*result["programs"])
    elif arguments.peer:
        result["absent"] = arguments.peer
    print(json.dumps(result) if arguments.json else words.text(result, arguments.language))
    return int(bool(result["programs"][0]["over_budget"]))
