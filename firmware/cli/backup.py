"""`tipring backup make|check|restore|undo`: everything a box remembers, in one encrypted file, and the way back."""

from __future__ import annotations

import argparse
import functools
import getpass
import importlib.metadata
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from drivers.clock import MonotonicClock
from firmware.archive.backup.contents import End
from firmware.archive.backup.last import LAST, LastBackup
from firmware.archive.backup.making import BackupError, Scope, check_passphrase, make
from firmware.archive.backup.restoring import Checked, SwapError, check, restore, undo
from firmware.archive.backup.sealed import SealedWriter, new_head
from firmware.archive.erasure_list import read_list
from firmware.archive.erasures import every_erasure, reapply_erasures
from firmware.archive.holds import keep_holds
from firmware.cli.backup_words import CHECKED, KEPT_OUT, MADE, RESTORED, UNDONE, said
from firmware.cli.erase_contacts import forget_listed
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.prepare import last_box_time_us
from firmware.config.versions import ConfigStore
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, role_is_held
from firmware.store.disk import Disk
from firmware.store.history import HISTORY_FILE, StoreError, open_history

_EXAMPLES = {
    "make": "tipring backup make --out /media/usb/box.tipring-backup",
    "check": "tipring backup check /media/usb/box.tipring-backup",
    "restore": "tipring backup restore /media/usb/box.tipring-backup --data data",
    "undo": "tipring backup undo",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "backup",
        help="save everything to one encrypted file, and restore it",
        epilog=f"Example: {_EXAMPLES['make']}",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    made = _add(names, "make", "configuration, history, recordings and keys; the box may run", _make)
    made.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the file to make; never overwritten"
    )
    made.add_argument("--no-recordings", action="store_true", help="leave the audio out")
    _passphrase(made)
    checked = _add(names, "check", "open, read and build all of a backup; change nothing", _check)
    checked.add_argument("file", type=Path, metavar="FILE", help="made by `tipring backup make`")
    _passphrase(checked)
    restored = _add(
        names, "restore", "put a backup in place of what is there; the box must be stopped", _restore
    )
    restored.add_argument("file", type=Path, metavar="FILE", help="checked whole before anything is changed")
    _passphrase(restored)
    _add(names, "undo", "back to what was there before the last restore", _undo)


def _add(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    use: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = names.add_parser(name, help=about, description=about, epilog=f"Example: {_EXAMPLES[name]}")
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of what is said")
    parser.set_defaults(run=lambda arguments: _in_words(use, arguments))
    return parser


def _passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="its first line; asked for where it is left out"
    )


def _in_words(use: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """What cannot be done, as one sentence. Raises CommandError."""
    try:
        return use(arguments)
    except (BackupError, SwapError, StoreError) as error:
        raise CommandError(said(error, arguments.language)) from error
    except (OSError, sqlite3.Error) as error:
        raise CommandError(str(error)) from error


# -- make -------------------------------------------------------------------------------------------


def _make(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    scope = _scope(places, not arguments.no_recordings)
    passphrase = _asked(arguments, twice=True)
    check_passphrase(passphrase)
    partial = arguments.out.with_name(f"{arguments.out.name}.part")
    if arguments.out.exists():
        raise CommandError(f"{arguments.out} is there already; give another name")
    try:
        made = _write(places, partial, scope, passphrase, arguments)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(arguments.out)
    Disk().sync_directory(arguments.out.resolve().parent)
    size = arguments.out.stat().st_size
    Disk().write_whole(places.root / LAST, msgspec.json.encode(LastBackup(scope.made_at, size)))
    return _tell_made(arguments, made, size)


def _write(places: Places, path: Path, scope: Scope, passphrase: str, arguments: argparse.Namespace) -> End:
    shown = _Shown(arguments, "")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        sealed = SealedWriter(file, new_head(scope.box, scope.made_at), passphrase)
        made = make(places, sealed, scope, shown.share)
        file.flush()
        os.fsync(file.fileno())
    shown.end()
    return made


def _scope(places: Places, recordings: bool) -> Scope:
    if not places.config_db.is_file():
        raise CommandError(f"{places.root} has no configuration: there is nothing to save")
    with ConfigStore(places.config_db) as store:
        newest = store.current()
    box = newest.config.site.box if newest else "box-1"
    software = importlib.metadata.version("tipring")
    made_at = MonotonicClock.wall_us() // 1_000_000
    return Scope(software, made_at, last_box_time_us(places), box, recordings)


def _tell_made(arguments: argparse.Namespace, end: End, size: int) -> int:
    if arguments.json:
        print(json.dumps({"file": str(arguments.out), "size_bytes": size, **msgspec.to_builtins(end)}))
    else:
        print(MADE[arguments.language].format(file=arguments.out, megabytes=size / 1e6, end=end))
        for name in end.left_out:
            print(f"tipring: {name}", file=sys.stderr)
    return FOUND_WRONG if end.left_out else DONE


# -- check, restore, undo ---------------------------------------------------------------------------


def _check(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    scratch = places.root.parent / f".{places.root.name}.backup-check"
    passphrase = _asked(arguments)
    shown = _Shown(arguments, arguments.file)
    with arguments.file.open("rb") as file:
        checked = check(file, passphrase, scratch, shown.bytes)
    shown.end()
    return _tell(arguments, checked, CHECKED)


def _restore(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    _refuse_running(places)
    passphrase = _asked(arguments)
    shown = _Shown(arguments, arguments.file)
    with arguments.file.open("rb") as file:
        settle = functools.partial(_settle, places.root)
        checked = restore(file, passphrase, places.root, settle=settle, report=shown.bytes)
    shown.end()
    return _tell(arguments, checked, RESTORED)


def _settle(present: Path, restored: Path) -> None:
    """What the present box knows and no backup may undo: erasures are done again, legal holds stay."""
    if not (restored / HISTORY_FILE).is_file():
        return
    db = open_history(restored / HISTORY_FILE)
    try:
        reapply_erasures(db)
        with suppress(StoreError):
            keep_holds(present / HISTORY_FILE, db)
        forget_listed(Places(restored), (*read_list(present), *every_erasure(db)))
    finally:
        db.close()


def _undo(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    _refuse_running(places)
    undo(places.root)
    print(json.dumps({"undone": True}) if arguments.json else UNDONE[arguments.language])
    return DONE


def _refuse_running(places: Places) -> None:
    running = [role for role in ROLES if role_is_held(places.run, role)]
    if running:
        raise CommandError(f"the box is running ({', '.join(running)}): stop it first")


def _tell(arguments: argparse.Namespace, checked: Checked, words: dict[str, str]) -> int:
    manifest, end = checked.manifest, checked.end
    if arguments.json:
        print(json.dumps(msgspec.to_builtins(checked)))
    else:
        made = datetime.fromtimestamp(manifest.made_at, UTC).astimezone().isoformat(" ", "minutes")
        print(words[arguments.language].format(box=manifest.box, made=made, end=end))
        if checked.kept_out:
            print(KEPT_OUT[arguments.language].format(names=", ".join(checked.kept_out)))
        for problem in checked.problems:
            print(f"tipring: {problem}", file=sys.stderr)
    return FOUND_WRONG if checked.problems else DONE


# -- people -----------------------------------------------------------------------------------------


def _asked(arguments: argparse.Namespace, twice: bool = False) -> str:
    """The passphrase. Raises CommandError."""
    if arguments.passphrase_file is not None:
        return str(arguments.passphrase_file.read_text("utf-8").split("\n", 1)[0].rstrip("\r"))
    if not sys.stdin.isatty():
        raise CommandError("say the passphrase with --passphrase-file FILE (there is no terminal to ask at)")
    words = ("口令：", "再输一次：") if arguments.language == "zh" else ("Passphrase: ", "Once more: ")
    first = getpass.getpass(words[0])
    if twice and getpass.getpass(words[1]) != first:
        raise CommandError("两次输入不同" if arguments.language == "zh" else "the two are not the same")
    return first


class _Shown:
    """Progress on a terminal."""

    def __init__(self, arguments: argparse.Namespace, source: Path | str) -> None:
        self._on = sys.stderr.isatty() and not arguments.json
        self._size = Path(source).stat().st_size if source else 0

    def share(self, done: int, in_all: int) -> None:
        if self._on:
            print(f"\r{done / max(in_all, 1):6.1%}  {done / 1e6:,.0f} MB ", end="", file=sys.stderr)

    def bytes(self, done: int) -> None:
        self.share(done, self._size)

    def end(self) -> None:
        if self._on:
            print("\r" + " " * 30 + "\r", end="", file=sys.stderr)
