"""The command line of `tipring metrics`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from firmware.cli.main import DONE
from firmware.cli.told import read_told
from firmware.protocol.places import Places


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "metrics",
        help="figures of the running box",
        description="What `http://127.0.0.1:9464/metrics` answers while a box runs: Prometheus text.",
        epilog="Example: tipring metrics --json",
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="the status files as one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from firmware.cli.metrics.exposition import STATUSES, gather  # heavy; the box itself seldom wants it

    places = Places(arguments.data.resolve())
    if arguments.json:
        print(json.dumps({role: read_told(places, role) for role in STATUSES}))
    else:
        print(gather(places), end="")
    return DONE
