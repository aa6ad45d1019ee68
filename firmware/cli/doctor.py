"""`tipring doctor`: what is wrong with this box and what to do."""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from firmware.archive.accounts import account_of_calls
from firmware.archive.ledger import balance
from firmware.cli.main import DONE, FOUND_WRONG
from firmware.cli.prompts import BUILT
from firmware.config.check import check_config
from firmware.config.versions import ConfigStore, ConfigStoreError
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, role_is_held
from firmware.store.history import NoHistory, StoreError, read_history

MODEL = Path("/proc/device-tree/model")
LEAST_FREE = 0.15
"""SAFETY.md D4: a warning at 85 % full."""


class Finding(Struct, frozen=True):
    """One look. `remedy` is empty when all is well."""

    check: str
    well: bool
    seen: str
    remedy: str = ""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "doctor", help="what is wrong with this box and what to do", epilog="Example: tipring doctor --json"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    findings = list(examine(Places(arguments.data.resolve())))
    if arguments.json:
        print(json.dumps({"well": all(one.well for one in findings), "findings": to_builtins(findings)}))
    else:
        for one in findings:
            print(f"{'ok' if one.well else 'WRONG':<5}  {one.check}: {one.seen}")
            if one.remedy:
                print(f"       {one.remedy}")
    return DONE if all(one.well for one in findings) else FOUND_WRONG


def examine(places: Places) -> Iterator[Finding]:
    """All looks, cheapest first; none raises."""
    looks: tuple[Callable[[Places], Iterator[Finding]], ...] = (
        _python,
        _hardware,
        _prompts,
        _disk,
        _config,
        _processes,
        _switch,
        _ledger,
    )
    for look in looks:
        yield from look(places)


def _python(_: Places) -> Iterator[Finding]:
    modules = ("numpy", "msgspec", "cffi", "sqlite_utils", "soundfile", "drivers.dsp._dsp")
    gone = [name for name in modules if importlib.util.find_spec(name) is None]
    version = ".".join(map(str, sys.version_info[:3]))
    remedy = "run `make setup` in the project's folder" if gone else ""
    yield Finding(
        "software", not gone, f"Python {version}" + (f"; missing {', '.join(gone)}" if gone else ""), remedy
    )


def _hardware(_: Places) -> Iterator[Finding]:
    model = MODEL.read_text().rstrip("\0") if MODEL.is_file() else ""
    if not model.startswith("Raspberry Pi"):
        yield Finding("hardware", True, "no Raspberry Pi: line cards only by simulation (--sim)")
        return
    if "Pi 5" in model:
        yield Finding("hardware", True, f"{model}: has no TDM bus, so no line hats; SIP and USB E1 only")
        return
    devices = (Path("/dev/spidev0.0"), Path("/dev/spidev0.1"), Path("/dev/snd"))
    gone = [str(path) for path in devices if not path.exists()]
    remedy = (
        "set dtparam=spi=on and the hat's sound overlay in /boot/firmware/config.txt, then restart"
        if gone
        else ""
    )
    yield Finding("hardware", not gone, f"{model}" + (f"; missing {', '.join(gone)}" if gone else ""), remedy)


def _prompts(_: Places) -> Iterator[Finding]:
    counts = {language: len(list((BUILT / language).glob("*.wav"))) for language in ("zh", "en")}
    well = min(counts.values()) > 0 and counts["zh"] == counts["en"]
    yield Finding(
        "prompts",
        well,
        f"{counts['zh']} Mandarin, {counts['en']} English",
        "" if well else "run `make setup`",
    )


def _disk(places: Places) -> Iterator[Finding]:
    there = next(path for path in (places.root, *places.root.parents) if path.exists())
    usage = shutil.disk_usage(there)
    share = usage.free / usage.total
    remedy = "" if share >= LEAST_FREE else "export and delete old recordings, or fit a larger disk"
    yield Finding(
        "disk", share >= LEAST_FREE, f"{usage.free / 1e9:.1f} GB free ({share:.0%}) at {there}", remedy
    )


def _config(places: Places) -> Iterator[Finding]:
    if not places.config_db.is_file():
        yield Finding("configuration", True, f"none in {places.root} yet", "tipring config apply FILE.toml")
        return
    try:
        with ConfigStore(places.config_db) as store:
            newest = store.current()
    except (ConfigStoreError, sqlite3.Error) as error:
        yield Finding("configuration", False, str(error), "restore a backup of config.db")
        return
    if newest is None:
        yield Finding("configuration", True, "none yet", "tipring config apply FILE.toml")
        return
    faults = [finding for finding in check_config(newest.config) if not finding.wording.warning]
    remedy = "tipring config export, correct, `tipring config check`, apply" if faults else ""
    yield Finding("configuration", not faults, f"version {newest.version} by {newest.author}", remedy)


def _processes(places: Places) -> Iterator[Finding]:
    if not places.plan.is_file():
        yield Finding("processes", True, "the box is not running")
        return
    running = [role for role in ROLES if role_is_held(places.run, role)]
    gone = [role for role in ROLES if role not in running]
    well = not gone or not running
    seen = f"running: {', '.join(running) or 'none'}"
    yield Finding(
        "processes", well, seen, "" if well else f"not running: {', '.join(gone)}; see {places.log}"
    )


def _switch(places: Places) -> Iterator[Finding]:
    try:
        status: dict[str, Any] = json.loads(places.status("switch").read_bytes())
        pace, lost = status["pace"], status["tape_lost_blocks"]
    except (OSError, ValueError, KeyError):
        return
    late = pace["late_ticks"]
    well = not late and not lost
    remedy = (
        "" if well else "the machine is too busy or too slow: stop other work, check `tipring bench fabric`"
    )
    yield Finding("switch", well, f"{status['tick']} ticks, {late} late, {lost} taped blocks lost", remedy)


def _ledger(places: Places) -> Iterator[Finding]:
    try:
        db = read_history(places.history_db)
    except NoHistory:
        return
    except (StoreError, sqlite3.Error) as error:
        yield Finding("ledger", False, str(error), "restore a backup of history.db")
        return
    found = balance(entry for _, entries in account_of_calls(db) for entry in entries)
    db.close()
    remedy = "" if found.balances else "`tipring recordings ledger` names each gap"
    seen = f"{found.answered_s:.0f} s answered, {found.audio_s:.0f} s recorded, {found.unexplained_s:.1f} s unexplained"
    yield Finding("ledger", found.balances, seen, remedy)
