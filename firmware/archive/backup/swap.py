"""Exchanging what a data directory holds, so that a kill or a power cut at any point leaves the old or the new whole.

The moves are written down first and carried out after; whoever opens the directory next (`finish_swap`, before
anything else of a box starts) carries out what is left. Each move is done when its target is there. The two halves —
old things out, new things in — never mix on the disk: a sync lies between them.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.store.disk import Disk

PLAN = "restore.plan"
NEW, FORMER, ASIDE = "restored.new", "restored.former", "restored.aside"
"""What a restore builds; what it replaced; where that waits while a restore is undone."""
DATABASES = ("config.db", "history.db", "business.db", "web.db")
ENTRIES = (
    *(f"{name}{end}" for name in DATABASES for end in ("", "-wal", "-shm")),
    "journal",
    "snapshots",
    "reels",
    "recordings",
    "prompts",
    "secrets",
    "jobs",
    "switch.epoch",
)
"""Everything a box remembers. What is not named here stays where it is."""


class SwapError(Exception):
    """The plan of a restore that was begun cannot be read: nothing is touched; the text says what to do."""


class Plan(Struct, frozen=True):
    """Pairs (from, to) in the data directory: first all of `out`, then all of `into`, then `away` is removed."""

    out: tuple[tuple[str, str], ...]
    into: tuple[tuple[str, str], ...]
    away: tuple[str, ...] = ()


def swap(root: Path, source: str, former: str, disk: Disk) -> None:
    """What `root` holds goes to folder `former`, what folder `source` holds comes in. `former` must be empty or absent.

    Raises OSError; begun and not finished, `finish_swap` finishes it.
    """
    disk.make_directory(root / former)
    out = tuple((name, f"{former}/{name}") for name in ENTRIES if (root / name).exists())
    into = tuple((f"{source}/{name}", name) for name in ENTRIES if (root / source / name).exists())
    disk.write_whole(root / PLAN, msgspec.json.encode(Plan(out, into, (source,))))
    finish_swap(root, disk)


def finish_swap(root: Path, disk: Disk) -> bool:
    """True when there was something to finish. Raises SwapError, OSError."""
    plan = _plan(root)
    if plan is None:
        return False
    for moves in (plan.out, plan.into):
        for source, target in moves:
            _move(root / source, root / target, disk)
        for folder in sorted({str(Path(one).parent) for move in moves for one in move}):
            disk.sync_directory(root / folder)
    disk.remove(root / PLAN)
    disk.sync_directory(root)
    for name in plan.away:
        remove_tree(root / name, disk)
    return True


def remove_tree(path: Path, disk: Disk) -> None:
    """A folder and all in it; a link is removed, never followed."""
    if not path.is_dir() or path.is_symlink():
        disk.remove(path)
        return
    for inside in path.iterdir():
        remove_tree(inside, disk)
    path.rmdir()


def _move(source: Path, target: Path, disk: Disk) -> None:
    if not target.exists() and source.exists():
        disk.replace(source, target)


def _plan(root: Path) -> Plan | None:
    try:
        text = (root / PLAN).read_bytes()
    except FileNotFoundError:
        return None
    try:
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.MsgspecError as error:
        raise SwapError(
            f"{root / PLAN} cannot be read ({error}): move it away to go on with what is there"
        ) from error
    named = {name for move in (*plan.out, *plan.into) for name in move}
    allowed = {
        f"{folder}{name}" for name in ENTRIES for folder in ("", *(f"{one}/" for one in (NEW, FORMER, ASIDE)))
    }
    if not named <= allowed or not set(plan.away) <= {NEW, FORMER, ASIDE}:
        raise SwapError(
            f"{root / PLAN} names things no restore moves: move it away to go on with what is there"
        )
    return plan
