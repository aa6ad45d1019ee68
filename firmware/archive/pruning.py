"""Letting journal segments go: when they are old, covered by a snapshot, and in history."""

from __future__ import annotations

from pathlib import Path

from firmware.recorder.recorder import JOURNAL_FOLDER
from firmware.recorder.segments import JOURNAL, Number, droppable, survey
from firmware.recorder.snapshots import SNAPSHOTS, Snapshots
from firmware.store.disk import Disk

KEEP_US = 7 * 86_400_000_000
"""An erasure is complete when the segments that knew are gone."""


def prune_journal(data: Path, archived: Number, now_us: int, disk: Disk, keep_us: int = KEEP_US) -> list[int]:
    """Removes the segments nobody needs and returns their indices. Raises OSError."""
    directory = data / JOURNAL_FOLDER
    snapshot = Snapshots(data / SNAPSHOTS, disk).latest(not_after=archived)
    if snapshot is None or not directory.is_dir():
        return []
    gone = droppable(survey(directory), (snapshot.epoch, snapshot.number), archived, now_us, keep_us)
    for index in gone:
        disk.remove(JOURNAL.path(directory, index))
    if gone:
        disk.sync_directory(directory)
    return gone
