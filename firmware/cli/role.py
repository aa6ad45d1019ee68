"""`tipring role NAME`: one process of the box. supervisord starts these; people use `tipring run`."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable
from pathlib import Path

from firmware.cli import roles

ROLES: dict[str, Callable[[Path, Callable[[], bool]], None]] = {
    "switch": roles.switch,
    "engine": roles.engine,
    "recorder": roles.recorder,
    "archive": roles.archive,
    "world": roles.world,
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "role",
        help="one process of the box (supervisord's use)",
        epilog="Example: tipring role engine --data DIR",
    )
    parser.add_argument("name", choices=sorted(ROLES), help="which one")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="where the box keeps everything"
    )
    parser.set_defaults(run=run)


class _Stop:
    """True after SIGTERM or SIGINT: the role's loop ends in order."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        del number, frame
        self.asked = True

    def __call__(self) -> bool:
        return self.asked


def run(arguments: argparse.Namespace) -> int:
    ROLES[arguments.name](arguments.data, _Stop())
    return 0
