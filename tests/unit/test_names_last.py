"""A process may be killed after it named a file and before it synced the name: its successor makes good for it."""

from __future__ import annotations

from pathlib import Path

from firmware.archive.pruning import prune_journal
from firmware.archive.tracks import Tracks
from firmware.protocol import journal
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder, Rotation
from firmware.recorder.snapshots import Snapshots
from firmware.store.disk import Disk
from tests.unit.journal_bench import SECOND_US, records, story

LATER_US = 100 * SECOND_US


class NotingDisk(Disk):
    """Steps on names in order: `+NAME` a directory synced, `-NAME` a file removed."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def sync_directory(self, path: Path) -> None:
        self.steps.append(f"+{path.name}")
        super().sync_directory(path)

    def remove(self, path: Path) -> None:
        self.steps.append(f"-{path.suffix}")
        super().remove(path)


def recorded(directory: Path, disk: Disk) -> Recorder:
    ring = Ring.in_memory(1 << 20)
    recorder = Recorder(
        ring, Ring.in_memory(1 << 16), directory, disk=disk, rotation=Rotation(segment_bytes=1000)
    )
    for record in records(story(1), story(2, 20)):
        ring.put(journal.encode(record))
        recorder.step(record.at_us)
    return recorder


def test_a_new_recorder_syncs_the_names_it_finds(tmp_path: Path) -> None:
    recorded(tmp_path, Disk()).close(LATER_US)
    disk = NotingDisk()
    Recorder(Ring.in_memory(1 << 16), Ring.in_memory(1 << 16), tmp_path, disk=disk).step(LATER_US)
    assert {"+journal", "+reels"} <= set(disk.steps)


def test_a_new_archive_syncs_the_folders_of_recordings(tmp_path: Path) -> None:
    disk = NotingDisk()
    Tracks(tmp_path, Disk()).close()
    Tracks(tmp_path, disk).close()
    assert "+recordings" in disk.steps


def test_the_snapshot_that_covers_a_segment_lasts_before_the_segment_goes(tmp_path: Path) -> None:
    recorded(tmp_path, Disk()).close(LATER_US)
    newest = max((record.epoch, record.number) for record in records(story(1), story(2, 20)))
    Snapshots(tmp_path / "snapshots").save(b"state", *newest)
    disk = NotingDisk()
    assert prune_journal(tmp_path, newest, LATER_US, disk, keep_us=0)
    assert disk.steps[0] == "+snapshots" and disk.steps[-1] == "+journal" and "-.segment" in disk.steps


def test_a_box_syncs_the_name_of_its_own_directory(tmp_path: Path) -> None:
    data = tmp_path / "some" / "where"
    places = Places(data)
    places.make()
    assert places.journal.is_dir() and data.stat().st_mode & 0o777 == 0o700
