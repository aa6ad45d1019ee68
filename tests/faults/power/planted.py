"""Defects put back, one at a time, into the process of a box: the rig must find each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import firmware.archive.archive as archive_module
import firmware.store.history as history_store
from firmware.archive.archive import WHOLE, Archive
from firmware.archive.cutting import Cutter, Ended
from firmware.archive.tracks import Cut
from firmware.config.versions import ConfigStore
from firmware.protocol.mark import Mark
from firmware.protocol.places import Places
from firmware.recorder.reels import REELS
from firmware.recorder.segments import JOURNAL
from firmware.store.disk import Disk
from tests.faults.power import powered_box


def history_normal() -> None:
    """history.db with `synchronous = NORMAL`: commits are not on the platter."""
    wrapped = history_store.open_history

    def open_history(path: Path, *, durable: bool = True, **more: Any) -> Any:
        db = wrapped(path, durable=durable, **more)
        db.conn.execute("PRAGMA synchronous = NORMAL")
        return db

    vars(archive_module)["open_history"] = open_history


def config_normal() -> None:
    """config.db with `synchronous = NORMAL`."""
    wrapped = ConfigStore.__init__

    def init(self: ConfigStore, path: Path) -> None:
        wrapped(self, path)
        self._connection.execute("PRAGMA synchronous = NORMAL")

    ConfigStore.__init__ = init  # type: ignore[method-assign]


def _unsynced(kind: str) -> None:
    """Files of this suffix are written and never synced."""
    wrapped = Disk.sync

    def sync(self: Disk, handle: int) -> None:
        if not str(Path(f"/proc/self/fd/{handle}").readlink()).endswith(kind):
            wrapped(self, handle)

    Disk.sync = sync  # type: ignore[method-assign]


def journal_unsynced() -> None:
    _unsynced(f".{JOURNAL.suffix}")


def reels_unsynced() -> None:
    _unsynced(".reel")


def recording_unsynced() -> None:
    """A recording's row is written before its file is on the platter."""
    _unsynced(".part")


def rename_without_folder() -> None:
    """`write_whole` without the sync of the directory: the old file, or none, may come back."""

    def write_whole(self: Disk, path: Path, data: bytes) -> None:
        temporary = path.with_name(f"{path.name}.new")
        self.remove(temporary)
        handle = self.create(temporary)
        self.write(handle, data)
        self.sync(handle)
        self.close(handle)
        self.replace(temporary, path)

    Disk.write_whole = write_whole  # type: ignore[method-assign]


def segment_without_folder() -> None:
    """A new journal segment or reel without the sync of its directory."""
    wrapped = Disk.sync_directory

    def sync_directory(self: Disk, path: Path) -> None:
        if path.name not in ("journal", "reels"):
            wrapped(self, path)

    Disk.sync_directory = sync_directory  # type: ignore[method-assign]


def past_the_mark() -> None:
    """The archive reads all that is in the files, durable or not."""
    wrapped = Archive.follow_files

    def follow_files(self: Archive, mark: Mark = WHOLE) -> int:
        del mark
        return wrapped(self, WHOLE)

    Archive.follow_files = follow_files  # type: ignore[method-assign]


def reels_too_early() -> None:
    """Reels are let go when their recordings have files, before the rows are committed."""
    wrapped = Cutter._file_of

    def file_of(self: Cutter, one: Ended) -> Cut | None:
        cut = wrapped(self, one)
        self._reels_of.pop(one.id, None)
        directory = self.tracks._directory / "reels"
        for index in sorted(REELS.files(directory))[:-1]:
            if index not in self.needed():
                REELS.path(directory, index).unlink()
        Disk().sync_directory(directory)
        return cut

    Cutter._file_of = file_of  # type: ignore[method-assign]


def epoch_unsynced() -> None:
    """The switch's life is counted in a file that nobody syncs."""

    def next_epoch(data: Path) -> int:
        path = data / "switch.epoch"
        epoch = int(path.read_text("ascii")) + 1 if path.exists() else 1
        path.with_suffix(".part").write_text(f"{epoch}\n")
        path.with_suffix(".part").replace(path)
        return epoch

    vars(powered_box)["next_epoch"] = next_epoch


def folders_unsynced() -> None:
    """The data directory's own name, as it was before the rig found it."""

    def make(self: Places) -> None:
        for place in (
            self.root,
            self.run,
            self.journal,
            self.snapshots,
            self.reels,
            self.recordings,
            self.log,
        ):
            place.mkdir(parents=True, exist_ok=True)

    Places.make = make  # type: ignore[method-assign]


PLANTED: Mapping[str, Callable[[], None]] = {
    "history-normal": history_normal,
    "config-normal": config_normal,
    "journal-unsynced": journal_unsynced,
    "reels-unsynced": reels_unsynced,
    "recording-unsynced": recording_unsynced,
    "rename-without-folder": rename_without_folder,
    "segment-without-folder": segment_without_folder,
    "past-the-mark": past_the_mark,
    "reels-too-early": reels_too_early,
    "epoch-unsynced": epoch_unsynced,
    "folders-unsynced": folders_unsynced,
}
