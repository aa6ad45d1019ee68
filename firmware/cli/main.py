"""The `tipring` command: one parser, one exit code, errors in plain words."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

# One busy thread a process: NumPy's own would break the tick (and share a core that is being measured).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

DONE, FOUND_WRONG, MISUSED = 0, 1, 2

# Each module has `add_parser(subparsers)`, whose parser sets `run`: Namespace -> exit code.
COMMANDS = (
    "run",
    "sim",
    "rehearse",
    "bench",
    "doctor",
    "config",
    "interview",
    "features",
    "engine",
    "report",
    "recordings",
    "voicemail",
    "contacts",
    "erase",
    "backup",
    "role",
    "soak",
    "metrics",
    "gate",
    "sip",
    "lines",
)


class CommandError(Exception):
    """What the person asked cannot be done; the text says what to do. Exit code 2."""


class Parser(argparse.ArgumentParser):
    """Says what can be chosen where a choice is missing, and where help is."""

    def error(self, message: str) -> NoReturn:
        choices = [
            name
            for action in self._actions
            if action.nargs == argparse.PARSER
            for name in action.choices or ()
        ]
        if choices and message.startswith("the following arguments are required"):
            message = "say which: " + ", ".join(choices)
        self.exit(MISUSED, f"{self.prog}: {message}\nSee `{self.prog} --help`.\n")


def build_parser(wanted: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Only the modules of `wanted` are imported: a role of the box carries nothing it does not use."""
    parser = Parser(
        prog="tipring",
        description="The CTI box: switchboard, queues, menus and recordings on telephone lines.",
        epilog="Example: tipring run --sim hw-sim/scenarios/demo.toml",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in wanted:
        importlib.import_module(f"firmware.cli.{name}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 done, 1 found something wrong, 2 misused."""
    words = list(sys.argv[1:] if argv is None else argv)
    wanted = words[:1] if words and words[0] in COMMANDS else COMMANDS
    arguments = build_parser(wanted).parse_args(words)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except CommandError as error:
        print(f"tipring: {error}", file=sys.stderr)
        return MISUSED
    except BrokenPipeError:
        sys.stderr.close()
        return DONE
    except KeyboardInterrupt:
        return DONE


if __name__ == "__main__":
    sys.exit(main())
