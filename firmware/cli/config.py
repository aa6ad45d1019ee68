"""`tipring config check|apply|export|history|diff|rollback|rehearse|try-flow`: the versioned configuration."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.clock import MonotonicClock
from firmware.cli import config_rehearse, config_try_flow, given_orders
from firmware.cli.either import load_either
from firmware.cli.in_force import as_json_of, exit_code, tell_engine, told
from firmware.cli.main import DONE, MISUSED, CommandError
from firmware.cli.tables import text_table
from firmware.config.check import load_config
from firmware.config.export import as_document, secrets_of
from firmware.config.faults import Fault, render_faults, usable
from firmware.config.versions import ConfigStore, ConfigStoreError, Version
from firmware.protocol.places import Places

HISTORY = ("version", "at", "author", "note")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "config",
        help="check, put in force, compare, roll back",
        epilog="Example: tipring config check office.toml",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    checked = _add(
        names, "check", "every fault of configuration or scenario files, nothing is changed", _check
    )
    checked.add_argument(
        "files", nargs="+", type=Path, metavar="FILE.toml", help="configurations or scenarios"
    )
    _language(checked)
    applied = _add(names, "apply", "check a file and put it in force as a new version", _apply)
    applied.add_argument("file", type=Path, metavar="FILE.toml", help="see docs/configuration.md")
    _language(applied)
    _store_options(applied, author=True)
    exported = _add(names, "export", "a version as TOML", _export)
    exported.add_argument("version", nargs="?", type=int, help="the current one where it is left out")
    exported.add_argument("--out", type=Path, metavar="FILE", help="a file instead of the terminal")
    _store_options(exported)
    _store_options(_add(names, "history", "who changed what when, newest first", _history))
    compared = _add(names, "diff", "what changed between two versions", _diff)
    compared.add_argument("old", type=int, help="version to compare with")
    compared.add_argument("new", nargs="?", type=int, help="the current one where it is left out")
    _store_options(compared)
    back = _add(names, "rollback", "put an old version in force again, as a new one", _rollback)
    back.add_argument("version", type=int, help="see `tipring config history`")
    _store_options(back, author=True)
    config_rehearse.add(names)
    config_try_flow.add(names)


def check(paths: Sequence[Path], language: str = "en", as_json: bool = False) -> int:
    """0: all can be used (warnings are shown); 2: at least one cannot."""
    faults = [fault for path in paths for fault in faults_of(path)]
    bad = not usable(faults)
    if as_json:
        _print_json({"usable": not bad, "faults": [fault.as_dict(language) for fault in faults]})
        return MISUSED if bad else DONE
    if faults:
        print(render_faults(faults, language), file=sys.stderr if bad else sys.stdout)
    print(_summary(faults, len(paths), language), file=sys.stderr if bad else sys.stdout)
    return MISUSED if bad else DONE


def faults_of(path: Path) -> list[Fault]:
    """Of a configuration, or of a scenario."""
    return load_either(path)[1]


def apply(path: Path, data: Path, author: str, language: str = "en", as_json: bool = False) -> int:
    """0: in force as a new version, or nothing to change; 1: the running box did not take it; 2: refused whole."""
    config, faults = load_config(path)
    if config is None:
        return check([path], language, as_json)
    with _store(data, make=True) as store:
        current = store.current()
        changed = current is None or current.config != config
        if changed:
            store.put(config, author, MonotonicClock.wall_us())
        version = _chosen(store, None)
    answer = tell_engine(data, version)
    if as_json:
        warnings = [fault.as_dict(language) for fault in faults]
        _print_json(as_json_of(version.version, answer) | {"changed": changed, "faults": warnings})
        return exit_code(answer)
    if faults:
        print(render_faults(faults, language))
    if not changed:
        print(f"nothing to change: version {version.version} is the same")
    print(told(version.version, answer, language))
    return exit_code(answer)


def history(data: Path, as_json: bool = False) -> int:
    with _store(data) as store:
        rows = [_row(one) for one in store.history()]
    if as_json:
        _print_json({"versions": rows})
    else:
        print(text_table(HISTORY, [[row[key] for key in HISTORY] for row in rows]))
    return DONE


def rollback(version: int, data: Path, author: str, as_json: bool = False) -> int:
    with _store(data) as store:
        added = store.get(store.rollback(version, author, MonotonicClock.wall_us()))
    answer = tell_engine(data, added)
    if as_json:
        _print_json(as_json_of(added.version, answer) | {"as": version})
    else:
        print(f"{told(added.version, answer)}; it is version {version} again")
    return exit_code(answer)


def export(data: Path, version: int | None, out: Path | None, as_json: bool = False) -> int:
    with _store(data) as store:
        found = _chosen(store, version)
    text = found.json + "\n" if as_json else as_document(found)
    if secret := secrets_of(found.config):
        print(f"tipring: this holds the PINs of {', '.join(secret)}", file=sys.stderr)
    if out is None:
        sys.stdout.write(text)
    else:
        out.touch(mode=0o600)
        out.write_text(text, "utf-8")
    return DONE


def diff(data: Path, old: int, new: int | None, as_json: bool = False) -> int:
    with _store(data) as store:
        newer = _chosen(store, new).version
        changes = store.diff(old, newer)
    if as_json:
        _print_json({"old": old, "new": newer, "diff": changes})
    else:
        print(changes or f"versions {old} and {newer} are the same")
    return DONE


@contextmanager
def _store(data: Path, make: bool = False) -> Iterator[ConfigStore]:
    """Raises CommandError where there is none, and for what the store refuses."""
    places = Places(data.resolve())
    if make:
        places.make()
    elif not places.config_db.exists():
        raise CommandError(
            f"{places.root} has no configuration: `tipring config apply FILE.toml --data {data}`"
        )
    try:
        with ConfigStore(places.config_db) as store:
            yield store
    except ConfigStoreError as error:
        raise CommandError(str(error)) from error


def _chosen(store: ConfigStore, version: int | None) -> Version:
    found = store.current() if version is None else store.get(version)
    if found is None:
        raise CommandError("there is no configuration yet: `tipring config apply FILE.toml`")
    return found


def _row(one: Version) -> dict[str, object]:
    at = datetime.fromtimestamp(one.at_us / 1e6, UTC).isoformat(timespec="seconds")
    return {"version": one.version, "at": at, "author": one.author, "note": one.note}


def _summary(faults: Sequence[Fault], files: int, language: str) -> str:
    warnings = sum(fault.warning for fault in faults)
    counts = (files, len(faults) - warnings, warnings)
    if language == "zh":
        return "文件 {} 个，错误 {} 处，提醒 {} 处".format(*counts)
    return "{} file(s), {} fault(s), {} warning(s)".format(*counts)


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False))


def _add(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = names.add_parser(name, help=about, description=about, epilog=f"Example: {_EXAMPLES[name]}")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)
    return parser


def _language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="language of the faults")


def _store_options(parser: argparse.ArgumentParser, author: bool = False) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    if author:
        parser.add_argument(
            "--author",
            default="",
            metavar="NAME",
            help="who answers for the change; you where it is left out",
        )


def _check(arguments: argparse.Namespace) -> int:
    return check(arguments.files, arguments.language, arguments.json)


def _apply(arguments: argparse.Namespace) -> int:
    return apply(
        arguments.file, arguments.data, given_orders.author(arguments), arguments.language, arguments.json
    )


def _export(arguments: argparse.Namespace) -> int:
    return export(arguments.data, arguments.version, arguments.out, arguments.json)


def _history(arguments: argparse.Namespace) -> int:
    return history(arguments.data, arguments.json)


def _diff(arguments: argparse.Namespace) -> int:
    return diff(arguments.data, arguments.old, arguments.new, arguments.json)


def _rollback(arguments: argparse.Namespace) -> int:
    return rollback(arguments.version, arguments.data, given_orders.author(arguments), arguments.json)


_EXAMPLES = {
    "check": "tipring config check office.toml --language zh",
    "apply": "tipring config apply office.toml --author wang",
    "export": "tipring config export --out office.toml",
    "history": "tipring config history --json",
    "diff": "tipring config diff 3",
    "rollback": "tipring config rollback 3",
}
