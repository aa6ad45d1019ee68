"""The recorder on disks that fill, fail and stand still: nothing of the journal is lost, the tape waits in its ring."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from msgspec import Struct

from firmware.archive.archive import Archive
from firmware.protocol import journal, tape
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.protocol.tape import TapeBlock
from firmware.recorder import room as rooms
from firmware.recorder.framed import FrameReader
from firmware.recorder.lane import Lane
from firmware.recorder.recorder import Recorder, Rotation
from firmware.recorder.reels import REELS
from firmware.recorder.room import Room
from firmware.recorder.segments import read_records
from firmware.recorder.watched_disk import SyncTimes, WatchedDisk
from firmware.recorder.watermark import HELD_US, Level, Marks
from firmware.store.disk import VirtualDisk
from firmware.store.reserve import FILES, Reserve
from tests.unit.journal_bench import SECOND_US, TICK_US, blocks, records, story
from tests.unit.small_disk import SmallDisk

CAPACITY = 4 << 20
RESERVE = CAPACITY // 50


class Told(Struct, frozen=True):
    """Two calls whose talks overlap."""

    talk_s: int
    overlap_s: int

    @property
    def records(self) -> list[Record]:
        return records(story(1, talk_s=self.talk_s), story(2, self.overlap_s, talk_s=self.talk_s))

    @property
    def tape(self) -> list[TapeBlock]:
        both = blocks(1, talk_s=self.talk_s) + blocks(2, self.overlap_s, talk_s=self.talk_s)
        return sorted(both, key=lambda block: block.tick)


LONG, SHORT = Told(8, 3), Told(1, 0)
END_US = 100 * SECOND_US


class Box:
    """A recorder with rings of its own on a small disk; `run` gives it what happens in a span of box time."""

    def __init__(
        self,
        folder: Path,
        disk: SmallDisk,
        marks: Marks | None = None,
        lane: type[Lane] = Lane,
        told: Told = LONG,
    ) -> None:
        self.folder, self.disk = folder, disk
        self.records, self.tape = told.records, told.tape
        self.journal, self.audio = Ring.in_memory(1 << 18), Ring.in_memory(1 << 20)
        self.room = Room(folder, disk, marks or Marks(), RESERVE)
        rotation = Rotation(segment_bytes=1500, reel_bytes=30_000)
        self.recorder = Recorder(
            self.journal, self.audio, folder, disk=disk, rotation=rotation, room=self.room, lane=lane
        )
        self.at_us = 0
        self._left: list[tuple[int, Record | TapeBlock]] = sorted(
            [
                *((record.at_us, record) for record in self.records),
                *((block.tick * TICK_US, block) for block in self.tape),
            ],
            key=lambda moment: moment[0],
        )

    def run(self, until_us: int) -> None:
        """Once everything has happened time goes in larger steps."""
        while self.at_us < until_us:
            self.at_us += 50_000 if self._left else 500_000
            while self._left and self._left[0][0] <= self.at_us:
                _put(self, self._left.pop(0)[1])
            self.recorder.step(self.at_us)

    def taped(self) -> list[tuple[int, str]]:
        """(tick, recording) of all blocks on reels, each once, in order."""
        found = set()
        for path in REELS.files(self.folder / "reels").values():
            for payload in FrameReader(path, REELS).read():
                block = tape.decode(payload)
                found.add((block.tick, block.recordings[0]))
        return sorted(found)

    def balance(self) -> bool:
        archive = Archive(self.folder, disk=VirtualDisk(), durable=False)
        try:
            archive.follow_files(self.recorder.mark.read())
            archive.cut(END_US)
            return archive.balance().balances and len(list((self.folder / "recordings").rglob("*.wav"))) == 2
        finally:
            archive.close()

    def check_whole(self) -> None:
        assert list(read_records(self.folder / "journal")) == self.records
        assert self.taped() == sorted((block.tick, block.recordings[0]) for block in self.tape)
        assert self.journal.refused == self.audio.refused == 0
        assert len(self.disk.open_files) <= 2, "files that failed were not closed"
        assert self.balance()


def _put(box: Box, thing: Record | TapeBlock) -> None:
    if isinstance(thing, Record):
        box.journal.put(journal.encode(thing))
    else:
        box.audio.put(tape.encode(thing))


@pytest.fixture
def disk() -> SmallDisk:
    return SmallDisk(CAPACITY)


# -- filling ------------------------------------------------------------------------------------------


def test_the_level_follows_the_disk_up_and_down(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk)
    levels = []
    for share in (0.5, 0.86, 0.91, 0.96, 0.91, 0.86, 0.5):
        disk.others = round(CAPACITY * share) - disk.used + disk.others
        box.run(box.at_us + 2 * SECOND_US)
        levels.append(box.room.level.value)
    assert levels == ["ample", "warn", "purge", "full", "purge", "warn", "ample"]


def test_a_full_disk_takes_the_journal_and_the_ring_keeps_the_tape(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk)
    box.run(7 * SECOND_US)
    disk.others += CAPACITY - disk.used
    box.run(30 * SECOND_US)
    assert box.room.level is Level.FULL and not box.room.reserve.held
    assert list(read_records(tmp_path / "journal")) == box.records
    assert box.audio.used > 0 and box.journal.used == 0
    disk.others = 0
    box.run(END_US)
    assert box.room.reserve.held and box.room.level.value == "ample"
    box.check_whole()


def test_the_tape_finds_no_room_before_the_journal_and_leaves_it_the_reserve(
    tmp_path: Path, disk: SmallDisk
) -> None:
    box = Box(tmp_path, disk)
    box.run(7 * SECOND_US)
    disk.others += CAPACITY - disk.used - 2500
    box.run(8 * SECOND_US)
    assert box.room.level is Level.FULL, "a reel was refused"
    assert box.room.reserve.held
    disk.others = 0
    box.run(END_US)
    box.check_whole()


def test_a_quota_that_no_figure_shows_counts_as_full_until_it_lets_go(
    tmp_path: Path, disk: SmallDisk
) -> None:
    box = Box(tmp_path, disk)
    box.run(7 * SECOND_US)
    disk.broken["reels"] = errno.EDQUOT
    box.run(20 * SECOND_US)
    assert box.room.level is Level.FULL and disk.used < CAPACITY // 4
    del disk.broken["reels"]
    box.run(21 * SECOND_US + HELD_US)
    box.run(END_US)
    assert box.room.level.value == Level.AMPLE.value
    box.check_whole()


def test_no_inodes_left_is_a_full_disk_too(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk)
    box.run(7 * SECOND_US)
    disk.inodes = disk.files
    box.run(40 * SECOND_US)
    assert box.room.level is Level.FULL
    assert list(read_records(tmp_path / "journal")) == box.records
    disk.inodes = 1000
    box.run(END_US)
    box.check_whole()


def test_a_disk_full_at_the_start_records_nothing_but_the_journal(tmp_path: Path, disk: SmallDisk) -> None:
    disk.others = round(CAPACITY * 0.97)
    box = Box(tmp_path, disk)
    box.run(END_US)
    assert box.room.level is Level.FULL and not box.room.reserve.held and box.taped() == []
    assert list(read_records(tmp_path / "journal")) == box.records
    disk.others = 0
    box.run(END_US + 20 * SECOND_US)
    box.check_whole()


def test_a_snapshot_that_finds_no_room_leaves_no_half_behind(tmp_path: Path, disk: SmallDisk) -> None:
    disk.others = CAPACITY - 100
    with pytest.raises(OSError, match="No space"):
        disk.write_whole(tmp_path / "snapshot", bytes(1000))
    assert list(tmp_path.iterdir()) == []


# -- the reserve --------------------------------------------------------------------------------------


def test_the_reserve_takes_room_and_inodes_and_gives_both(tmp_path: Path, disk: SmallDisk) -> None:
    reserve = Reserve(tmp_path, RESERVE, disk)
    assert not reserve.held
    reserve.take()
    assert reserve.held and disk.used == reserve.size and disk.files == FILES
    reserve.give_up()
    assert not reserve.held and disk.used == 0 and disk.files == 0


def test_a_reserve_half_taken_is_completed_and_one_of_another_size_made_anew(
    tmp_path: Path, disk: SmallDisk
) -> None:
    Reserve(tmp_path, RESERVE // 2, disk).take()
    disk.remove(tmp_path / "reserve" / "3.room")
    other = Reserve(tmp_path, RESERVE, disk)
    assert not other.held
    other.take()
    assert other.held and disk.used == other.size


def test_the_reserve_is_never_more_than_a_fiftieth_of_the_disk(tmp_path: Path, disk: SmallDisk) -> None:
    assert Room(tmp_path, disk, Marks(), 64 << 20).reserve.size <= CAPACITY // 50


def test_a_reserve_that_another_process_gave_up_is_noticed(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk)
    box.run(2 * SECOND_US)
    assert box.room.reserve_held
    disk.others = CAPACITY - disk.used
    Reserve(tmp_path, RESERVE, disk).give_up()
    box.run(4 * SECOND_US)
    assert box.room.short and box.room.level is Level.FULL


# -- failing ------------------------------------------------------------------------------------------


def test_a_journal_that_fails_keeps_no_tape_from_the_disk_but_the_mark_waits(
    tmp_path: Path, disk: SmallDisk
) -> None:
    box = Box(tmp_path, disk)
    box.run(7 * SECOND_US)
    before = box.recorder.mark.read()
    disk.broken["journal"] = errno.EIO
    box.run(30 * SECOND_US)
    assert box.audio.used == 0 and len(box.taped()) == len(box.tape)
    assert box.recorder.mark.read() == before, "the tape is not shown before the records that explain it"
    assert box.journal.used > 0 and box.recorder.failing is box.recorder.journal
    disk.broken.clear()
    box.run(40 * SECOND_US)
    box.check_whole()


def test_reels_that_fail_do_not_hinder_the_journal(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk)
    box.run(7 * SECOND_US)
    disk.broken["reels"] = errno.EIO
    box.run(30 * SECOND_US)
    assert list(read_records(tmp_path / "journal")) == box.records and box.audio.used > 0
    assert box.room.level is Level.AMPLE, "a failing disk is no full one"
    disk.broken.clear()
    box.run(40 * SECOND_US)
    box.check_whole()


def test_a_disk_that_becomes_read_only_and_writable_again_has_all(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk)
    box.run(7 * SECOND_US)
    disk.broken["*"] = errno.EROFS
    box.run(30 * SECOND_US)
    assert box.journal.used > 0 and box.audio.used > 0
    disk.broken.clear()
    box.run(40 * SECOND_US)
    box.check_whole()


def operations(tmp_path: Path) -> int:
    disk = SmallDisk(CAPACITY)
    box = Box(tmp_path / "undisturbed", disk, told=SHORT)
    box.folder.mkdir()
    box.run(30 * SECOND_US)
    return disk.operations


@pytest.mark.parametrize(
    ("code", "fail_for", "stride"),
    [
        (errno.EIO, 1, 7),
        (errno.ENOSPC, 1, 13),
        (errno.EROFS, 7, 17),
        (errno.EIO, 40, 29),
        *(
            pytest.param(code, fail_for, 1, marks=pytest.mark.slow)
            for code in (errno.EIO, errno.ENOSPC, errno.EROFS, errno.EDQUOT)
            for fail_for in (1, 7, 40)
        ),
    ],
)
def test_an_error_at_any_operation_loses_nothing(
    tmp_path: Path, code: int, fail_for: int, stride: int
) -> None:
    steps = operations(tmp_path)
    assert steps > 100
    for at in range(1, steps, stride):
        disk = SmallDisk(CAPACITY)
        disk.fail_at, disk.fail_for, disk.fail_errno = at, fail_for, code
        folder = tmp_path / f"at-{at}"
        folder.mkdir()
        box = Box(folder, disk, told=SHORT)
        box.run(60 * SECOND_US)
        box.check_whole()


# -- what it tells ------------------------------------------------------------------------------------


def test_the_latest_syncs_give_the_percentiles_and_the_longest_stays() -> None:
    syncs = SyncTimes()
    assert syncs.percentiles(50, 99) == [0, 0]
    syncs.add(9_000_000)
    for took_us in range(1, 401):
        syncs.add(took_us)
    assert syncs.percentiles(50, 99, 100) == [272, 398, 400]
    assert syncs.longest_us == 9_000_000 and syncs.count == 401


def test_every_operation_is_a_sign_of_life_and_every_error_counted(tmp_path: Path, disk: SmallDisk) -> None:
    beats: list[int] = []
    time_us = iter(range(0, 10**9, 10))
    watched = WatchedDisk(disk, lambda: next(time_us), beats.append)
    handle = watched.create(tmp_path / "file")
    watched.write(handle, b"12345")
    watched.sync(handle)
    disk.broken["*"] = errno.EIO
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output"):
            watched.write(handle, b"6")
    disk.broken.clear()
    watched.close(handle)
    assert len(beats) == 12 and beats == sorted(beats)
    assert watched.bytes_written == 5 and watched.failures == {"EIO": 2}
    assert watched.last_error == "EIO: Input/output error: write" and watched.syncs.longest_us == 10


# -- planted faults -----------------------------------------------------------------------------------


class GivesUp(Lane):
    """Does nothing more after an error."""

    def _abandon(self, error: OSError, at_us: int) -> None:
        super()._abandon(error, at_us)
        self._retry_us = 1 << 60


def test_planted_a_recorder_that_gives_up_after_an_error_is_found(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk, lane=GivesUp)
    disk.fail_at = 30
    box.run(END_US)
    with pytest.raises(AssertionError):
        box.check_whole()


def test_planted_a_reserve_that_is_not_given_up_is_found(
    tmp_path: Path, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms.Room, "give_up_reserve", lambda *_: False)
    with pytest.raises(AssertionError):
        test_a_full_disk_takes_the_journal_and_the_ring_keeps_the_tape(tmp_path, disk)


def test_planted_a_tape_that_takes_the_reserve_is_found(
    tmp_path: Path, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms.Room, "short", property(lambda _: False))
    with pytest.raises(AssertionError):
        test_a_disk_full_at_the_start_records_nothing_but_the_journal(tmp_path, disk)


def test_planted_a_mark_that_does_not_wait_for_the_journal_is_found(tmp_path: Path, disk: SmallDisk) -> None:
    class Hasty(Recorder):
        def sync(self, at_us: int) -> None:
            super().sync(at_us)
            from firmware.protocol.mark import Mark

            self.mark.write(Mark(self.journal.durable, self.reels.durable))

    box = Box(tmp_path, disk)
    box.recorder.__class__ = Hasty
    box.run(7 * SECOND_US)
    before = box.recorder.mark.read()
    disk.broken["journal"] = errno.EIO
    box.run(30 * SECOND_US)
    with pytest.raises(AssertionError):
        assert box.recorder.mark.read() == before


def test_planted_marks_out_of_reach_are_found(tmp_path: Path, disk: SmallDisk) -> None:
    box = Box(tmp_path, disk, Marks(2.0, 2.1, 2.2))
    disk.others = round(CAPACITY * 0.96)
    box.run(2 * SECOND_US)
    with pytest.raises(AssertionError):
        assert box.room.level is Level.FULL
