"""The page about the command line, written from the parsers themselves."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

HEAD = """# Command line

Every command has `--help` with an example, exits 0 (done), 1 (found something wrong) or 2 (misused), prints text for
people and, with `--json`, one JSON document. `--data DIR` is the box's data directory, `data` where it is left out.

*This page is written by `make docs` from the parsers of `firmware/cli`.*
"""


def command_line(parser: argparse.ArgumentParser) -> str:
    """All commands below `parser`."""
    return HEAD + "\n" + "\n".join(_sections(parser)).rstrip() + "\n"


def commands(
    parser: argparse.ArgumentParser, about: str = ""
) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Every command and subcommand with its one-line help, in the order of the help texts."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            says = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, below in action.choices.items():
                yield below, says.get(name, about)
                yield from commands(below)


def examples(parser: argparse.ArgumentParser) -> list[str]:
    """The command lines of the help's last lines, one each."""
    lines = (parser.epilog or "").splitlines()
    parts = [part for line in lines for part in line.split("&&")]
    return [part[part.index("tipring ") :].strip() for part in parts if "tipring " in part]


def _sections(parser: argparse.ArgumentParser) -> Iterator[str]:
    for command, about in commands(parser):
        yield f"{'##' if command.prog.count(' ') == 1 else '###'} `{command.prog}`\n"
        text = command.description or about
        yield f"{text[:1].upper()}{text[1:]}".rstrip(".") + ".\n"
        rows = [row for row in (_row(action) for action in command._actions) if row]
        if rows:
            yield "\n".join(["| option | meaning |", "|---|---|", *rows]) + "\n"
        yield "\n".join(["```sh", *examples(command), "```"]) + "\n"


def _row(action: argparse.Action) -> str:
    if (
        isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        or action.help is argparse.SUPPRESS
    ):
        return ""
    shown = " ".join(part for part in (_names(action), _value(action)) if part)
    if not action.required:
        shown = f"[{shown}]"
    meaning = (action.help or "").replace("|", "\\|")
    return f"| `{shown}` | {meaning}{_default(action)} |"


def _names(action: argparse.Action) -> str:
    return action.option_strings[-1] if action.option_strings else ""


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        name = "\\|".join(map(str, action.choices))
    else:
        name = str(action.metavar or (action.dest.upper() if action.option_strings else action.dest))
    return f"{name} …" if action.nargs == "+" else name


def _default(action: argparse.Action) -> str:
    unsaid = (None, False, "", argparse.SUPPRESS)
    if not action.option_strings or action.default in unsaid or action.default == [] or action.dest == "data":
        return ""
    return "" if "default" in (action.help or "") else f" (default `{action.default}`)"
