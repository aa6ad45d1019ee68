"""Restoring: open, check and build everything beside the old, then exchange both; and the way back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct, structs

from firmware.archive.backup import business, people
from firmware.archive.backup import contents as c
from firmware.archive.backup.making import BackupError
from firmware.archive.backup.reading import Reader
from firmware.archive.backup.sealed import SealError, opened
from firmware.archive.backup.swap import ASIDE, FORMER, NEW, SwapError, finish_swap, remove_tree, swap
from firmware.archive.tracks import NotARecording, read_samples
from firmware.recorder.segments import NOTHING, read_records
from firmware.recorder.snapshots import Snapshots
from firmware.store.disk import Disk
from firmware.store.history import HISTORY_FILE, read_history

CERTIFICATES = "secrets/web"
Report = Callable[[int], None]
"""Called with the bytes of the sealed file read so far."""


class Refused(BackupError, ValueError):
    """The backup is refused whole; nothing was changed."""


class NothingToUndo(BackupError, FileNotFoundError):
    """There is no former data beside the present."""


class Checked(Struct, frozen=True):
    """What a backup holds, after every byte of it was opened, read and built."""

    manifest: c.Manifest
    end: c.End
    problems: tuple[str, ...]
    """Recordings that are not what history says; they do not keep it from being restored."""
    kept_out: tuple[str, ...] = ()
    """Who may come in by the backup, and not since: they still may not."""


def check(file: BinaryIO, passphrase: str, scratch: Path, report: Report = lambda _: None) -> Checked:
    """Builds everything in `scratch` (made, and removed after). Raises Refused, OSError."""
    disk = Disk()
    try:
        return _build(file, passphrase, scratch, disk, report)
    finally:
        remove_tree(scratch, disk)


def restore(
    file: BinaryIO,
    passphrase: str,
    root: Path,
    *,
    settle: Callable[[Path], None],
    report: Report = lambda _: None,
    disk: Disk | None = None,
) -> Checked:
    """What `root` remembers becomes what the backup holds; the former stays beside it until the next restore.

    No process of the box may run. `settle` is called with the folder of the new data before it counts: what the
    present box knows and the backup must not undo. Raises Refused, SwapError, OSError.
    """
    disk = disk or Disk()
    disk.make_directory(root)
    finish_swap(root, disk)
    try:
        checked = _build(file, passphrase, root / NEW, disk, report)
        _keep_keys(root, disk)
        people.keep(root, root / NEW, disk)
        checked = structs.replace(checked, kept_out=people.keep_out(root, root / NEW, disk))
        settle(root / NEW)
    except BaseException:
        remove_tree(root / NEW, disk)
        raise
    remove_tree(root / FORMER, disk)
    swap(root, NEW, FORMER, disk)
    return checked


def _keep_keys(root: Path, disk: Disk) -> None:
    """A key made since the backup stays: without it the list of erasures would recognise nobody.

    The pages' certificates stay where the backup has none: they fit one another alone.
    """
    disk.make_directory(root / NEW / "secrets")
    _keep_files(root, "secrets", disk)
    if not (root / NEW / CERTIFICATES).exists():
        _keep_files(root, CERTIFICATES, disk)


def _keep_files(root: Path, folder: str, disk: Disk) -> None:
    there = root / folder
    for path in sorted(there.iterdir()) if there.is_dir() else ():
        target = root / NEW / folder / path.name
        if path.is_file() and not target.exists():
            disk.make_directory(target.parent)
            disk.write_whole(target, path.read_bytes())


def undo(root: Path, disk: Disk | None = None) -> None:
    """Back to what was there before the restore; what was restored stays beside it. Raises NothingToUndo, OSError."""
    disk = disk or Disk()
    finish_swap(root, disk)
    if (root / ASIDE).is_dir() and not (root / FORMER).is_dir():
        disk.replace(root / ASIDE, root / FORMER)  # an undo that was cut off after its exchange
    if not (root / FORMER).is_dir():
        raise NothingToUndo(f"nothing was restored in {root}, or its former data is gone")
    remove_tree(root / ASIDE, disk)
    swap(root, FORMER, ASIDE, disk)
    disk.replace(root / ASIDE, root / FORMER)
    disk.sync_directory(root)


def _build(file: BinaryIO, passphrase: str, root: Path, disk: Disk, report: Report) -> Checked:
    remove_tree(root, disk)
    disk.make_directory(root)
    reader = Reader(root, disk)
    try:
        reader.take_all(_with_room(reader, root, c.decode(opened(file, passphrase, report))))
        reader.finish()
        assert reader.manifest is not None and reader.end is not None
        return Checked(reader.manifest, reader.end, tuple(_problems(root)))
    except (SealError, c.BadContents, sqlite3.Error) as error:
        raise Refused(str(error)) from error
    finally:
        reader.close()


def _with_room(reader: Reader, root: Path, frames: Iterable[c.Frame]) -> Iterator[c.Frame]:
    """Refuses before anything is written what this disk cannot hold."""
    for frame in frames:
        if isinstance(frame, c.Manifest) and reader.manifest is None:
            free = shutil.disk_usage(root).free
            if frame.plain_bytes > free:
                raise c.BadContents(
                    f"it needs {frame.plain_bytes >> 20} MB and {free >> 20} MB are free at {root}"
                )
        yield frame


def _problems(root: Path) -> list[str]:
    """Raises BadContents for what no box could start with."""
    snapshot = Snapshots(root / "snapshots").latest()
    reader = read_records(root / "journal", (snapshot.epoch, snapshot.number) if snapshot else NOTHING)
    for _ in reader:
        pass
    if reader.torn:
        raise c.BadContents(f"the journal: {reader.torn[0].reason}")
    fault = business.fault(root)
    if fault:
        raise c.BadContents(f"contacts: {fault}")
    if not (root / HISTORY_FILE).is_file():
        return []
    db = read_history(root / HISTORY_FILE)
    try:
        (verdict,) = db.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise c.BadContents(f"history: {verdict}")
        rows = db.execute("SELECT id, path FROM recordings WHERE path != '' ORDER BY id").fetchall()
    finally:
        db.close()
    return [problem for name, path in rows if (problem := _problem(root, name, path))]


def _problem(root: Path, name: str, path: str) -> str:
    try:
        if Path(path) != c.path_of(c.File("recording", name, 0)):
            return f"recording {name}: history names another file"
        read_samples(root / path)
    except FileNotFoundError:
        return f"recording {name}: not in the backup"
    except (NotARecording, c.BadContents, OSError) as error:
        return f"recording {name}: {error}"
    return ""


__all__ = ["Checked", "NothingToUndo", "Refused", "SwapError", "check", "restore", "undo"]
