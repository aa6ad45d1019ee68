"""`tipring features …`: what telephones can key at this box."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from firmware.cli.either import load_either
from firmware.cli.feature_card import as_html, help_line, rows
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.tables import padded
from firmware.config.faults import render_faults, usable
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, ConfigStoreError
from firmware.protocol.places import Places


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "features", help="what telephones can key", epilog="Example: tipring features card --language zh"
    )
    kinds = parser.add_subparsers(dest="features", required=True, metavar="WHAT")
    card = kinds.add_parser(
        "card",
        help="the card of feature codes, to read or to print",
        epilog="Example: tipring features card --language zh --html card.html",
    )
    card.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE.toml",
        help="a configuration or scenario; else the box's own",
    )
    card.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="the box's data (default: data)"
    )
    card.add_argument("--language", choices=("en", "zh"), help="default: the site's")
    card.add_argument("--html", type=Path, metavar="FILE", help="a page to print; - for the terminal")
    card.add_argument("--json", action="store_true", help="one JSON document")
    card.set_defaults(run=_card)


def _card(arguments: argparse.Namespace) -> int:
    config = _config(arguments.file, arguments.data)
    if config is None:
        return FOUND_WRONG
    language = arguments.language or config.site.language
    if arguments.html is not None:
        _write(arguments.html, as_html(config, language))
    elif arguments.json:
        shown = [msgspec.to_builtins(row) for row in rows(config, language)]
        print(msgspec.json.encode({"language": language, "codes": shown}).decode())
    else:
        print(text(config, language))
    return DONE


def text(config: Config, language: str) -> str:
    """The card for a terminal."""
    told, section = [], ""
    for row in rows(config, language):
        if row.section != section:
            told += ["", row.section]
            section = row.section
        told.append(f"  {padded(row.keys, 22)}  {row.does}")
    return "\n".join([*told, "", help_line(config, language)]).strip("\n")


def _config(file: Path | None, data: Path) -> Config | None:
    """Of a file or of the box; None after its faults were told. Raises CommandError."""
    if file is not None:
        config, faults = load_either(file)
        if not usable(faults):
            print(render_faults(faults), file=sys.stderr)
        return config
    store = Places(data.resolve()).config_db
    if not store.exists():
        raise CommandError(f"{data} has no configuration: name a file, or the box's data with --data DIR")
    try:
        with ConfigStore(store) as versions:
            current = versions.current()
    except ConfigStoreError as error:
        raise CommandError(str(error)) from error
    if current is None:
        raise CommandError("there is no configuration yet: `tipring config apply FILE.toml`")
    return msgspec.json.decode(current.json, type=Config)


def _write(path: Path, page: str) -> None:
    if str(path) == "-":
        print(page, end="")
        return
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error
