"""Letting journal segments and snapshots go: when they are old, covered by a snapshot, and in history."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from firmware.recorder.recorder import JOURNAL_FOLDER, REELS_FOLDER
from firmware.recorder.reels import REELS
from firmware.recorder.segments import JOURNAL, Number, SegmentInfo, droppable, read_head, survey
from firmware.recorder.snapshots import SNAPSHOTS, Snapshots
from firmware.store.disk import Disk

KEEP_US = 7 * 86_400_000_000
"""An erasure is complete when the segments that knew are gone."""


def prune_journal(data: Path, archived: Number, now_us: int, disk: Disk, keep_us: int = KEEP_US) -> list[int]:
    """Removes the segments nobody needs and returns their indices. Raises OSError."""
    return _remove(data, [one.index for one in _covered(data, archived, now_us, disk, keep_us)], disk)


def drop_known(data: Path, known: Number, archived: Number, now_us: int, disk: Disk) -> list[int]:
    """Removes the covered segments that hold records up to `known`, however young. Raises OSError."""
    files = JOURNAL.files(data / JOURNAL_FOLDER)
    heads = {index: read_head(path) for index, path in files.items()}
    covered = [one.index for one in _covered(data, archived, now_us, disk, 0)]
    return _remove(
        data, [one for one in covered if (head := heads[one]) is None or head.first <= known], disk
    )


def prune_snapshots(data: Path, disk: Disk) -> list[Path]:
    """Removes those from which nothing can be restored any more: records after them are dropped. The newest stays."""
    heads = [read_head(path) for path in JOURNAL.files(data / JOURNAL_FOLDER).values()]
    first = next((head.first for head in heads if head is not None), None)
    kept = Snapshots(data / SNAPSHOTS, disk).files()
    if first is None:
        return []
    gone = [path for (epoch, number), path in kept[1:] if (epoch, number + 1) < first]
    if gone:
        disk.sync_directory(data / SNAPSHOTS)  # the newest is only as safe as its name
    for path in gone:
        disk.remove(path)
    if gone:
        disk.sync_directory(data / SNAPSHOTS)
    return gone


class StillThere(Struct, frozen=True):
    """Something on the disk that may hold what an erasure covers. `until_us`: box time at which it goes, about."""

    place: str
    """`journal`, `snapshots`, `reels`."""
    name: str
    until_us: int | None
    """None: when the next one begins (it is the newest), or a newer snapshot is made."""


def still_there(data: Path, known: Number, reel: int, at_once: bool) -> Iterator[StillThere]:
    """What was written up to record `known` and on reels up to `reel`, and is not dropped yet. Raises OSError."""
    keep_us = 0 if at_once else KEEP_US
    closed = {one.index: one for one in survey(data / JOURNAL_FOLDER)}
    for index, path in JOURNAL.files(data / JOURNAL_FOLDER).items():
        head = read_head(path)
        if head is None or head.first <= known:
            until_us = closed[index].closed_us + keep_us if index in closed else None
            yield StillThere("journal", path.name, until_us)
    for number, path in Snapshots(data / SNAPSHOTS).files():
        if number < known:
            yield StillThere("snapshots", path.name, None)
    for index, path in REELS.files(data / REELS_FOLDER).items():
        if index <= reel:
            yield StillThere("reels", path.name, None)


def _covered(data: Path, archived: Number, now_us: int, disk: Disk, keep_us: int) -> list[SegmentInfo]:
    directory = data / JOURNAL_FOLDER
    snapshot = Snapshots(data / SNAPSHOTS, disk).latest(not_after=archived)
    if snapshot is None or not directory.is_dir():
        return []
    segments = survey(directory)
    after = ((snapshot.epoch, snapshot.number + 1), (archived[0], archived[1] + 1))
    gone = set(droppable(segments, *after, now_us, keep_us))
    return list(itertools.takewhile(lambda one: one.index in gone, segments))


def _remove(data: Path, gone: list[int], disk: Disk) -> list[int]:
    """The snapshot that covers them is only as safe as its name: a recorder may be just about to sync that."""
    if gone:
        disk.sync_directory(data / SNAPSHOTS)
    for index in gone:
        disk.remove(JOURNAL.path(data / JOURNAL_FOLDER, index))
    if gone:
        disk.sync_directory(data / JOURNAL_FOLDER)
    return gone
