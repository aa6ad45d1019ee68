"""`tipring report queue-log`: once, or following what happens."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database

from drivers.clock import MonotonicClock
from firmware.cli import period
from firmware.cli.main import DONE
from firmware.cli.reports.queue_log import rows_between
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.store import queries

LOOK_US = 1_000_000
WithHistory = Callable[[argparse.Namespace, Callable[[Database], int]], int]


def add_parser(names: argparse._SubParsersAction[argparse.ArgumentParser], with_history: WithHistory) -> None:
    one = names.add_parser(
        "queue-log",
        help="queues' events in the form of Asterisk's queue_log",
        description="One line an event, `time|call|queue|agent|event|data…`, for tools that read Asterisk's queue_log.",
        epilog="Example: tipring report queue-log --from 2026-10-01",
    )
    one.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    period.add_arguments(one)
    one.add_argument("--follow", action="store_true", help="go on with what happens; Ctrl-C stops")
    one.set_defaults(run=lambda arguments: with_history(arguments, lambda db: _run(db, arguments)))


def _run(db: Database, arguments: argparse.Namespace) -> int:
    since, until = period.span_of(arguments, queries.zone(db))
    config = _config(arguments.data)
    clock = MonotonicClock()
    last_us = -1
    while True:
        now_us = queries.now_us(db)
        for row in rows_between(db, last_us, now_us, config):
            if since <= row.wall_s * 1_000_000 < until:
                print(row.line(), flush=arguments.follow)
        last_us = now_us
        if not arguments.follow:
            return DONE
        clock.wait_until(clock.now_us() + LOOK_US)


def _config(data: Path) -> Config:
    """For the queues of agents and the exit keys; nothing is known of them beside a rehearsal."""
    with suppress(sqlite3.Error, OSError):
        found = newest(Places(data).config_db)
        return found.config if found else Config()
    return Config()
