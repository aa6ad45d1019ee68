"""Recorder and archive under violence: kills between any two steps on disk, errors, power cuts, damage."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.archive.archive import Archive
from firmware.archive.tracks import read_samples
from firmware.protocol import journal, tape
from firmware.protocol.journal import Record
from firmware.protocol.mark import MARK_BYTES, DurableMark
from firmware.protocol.ring import HEAD_BYTES, Ring
from firmware.protocol.snapshots import pack
from firmware.protocol.tape import TapeBlock
from firmware.recorder.framed import FrameReader
from firmware.recorder.recorder import Recorder, Rotation
from firmware.recorder.reels import REELS
from firmware.recorder.segments import JOURNAL, read_records
from firmware.recorder.snapshots import Snapshots
from firmware.store.disk import Disk, VirtualDisk
from tests.unit.journal_bench import (
    SECOND_US,
    TICK_US,
    BrokenDisk,
    CutDisk,
    DyingDisk,
    Killed,
    blocks,
    records,
    story,
)

ROTATION = Rotation(segment_bytes=1500, reel_bytes=30_000)
STORIES = (story(1, talk_s=2), story(2, 1, talk_s=2))
TOLD = records(*STORIES)
TAPE = sorted(blocks(1, talk_s=2) + blocks(2, 1, talk_s=2), key=lambda block: block.tick)
END_US = 60 * SECOND_US


class SharedMemory:
    """What outlives a process but not a power cut."""

    def __init__(self) -> None:
        self.journal, self.audio = bytearray(HEAD_BYTES + (1 << 17)), bytearray(HEAD_BYTES + (1 << 18))
        self.snapshots, self.mark = bytearray(HEAD_BYTES + (1 << 12)), bytearray(MARK_BYTES)

    def recorder(self, directory: Path, disk: Disk) -> Recorder:
        return Recorder(
            Ring(self.journal),
            Ring(self.audio),
            directory,
            snapshot_ring=Ring(self.snapshots),
            mark=DurableMark(self.mark),
            disk=disk,
            rotation=ROTATION,
        )

    def put(self, thing: Record | TapeBlock) -> None:
        if isinstance(thing, Record):
            assert Ring(self.journal).put(journal.encode(thing))
            if thing.number % 5 == 0:
                Ring(self.snapshots).put(pack(b"state", thing.epoch, thing.number))
        else:
            assert Ring(self.audio).put(tape.encode(thing))


def moments() -> list[tuple[int, Record | TapeBlock]]:
    """Everything that happens, in order of time."""
    happened: list[tuple[int, Record | TapeBlock]] = [(record.at_us, record) for record in TOLD]
    happened += [(block.tick * TICK_US, block) for block in TAPE]
    return sorted(happened, key=lambda moment: moment[0])


@contextmanager
def place() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="tipring-deaths-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def work(memory: SharedMemory, directory: Path, disk: Disk, then: Disk) -> None:
    """Records all that happens on `disk`; each death is followed by a new recorder on `then`."""
    recorder = memory.recorder(directory, disk)
    for at_us, thing in moments():
        memory.put(thing)
        try:
            recorder.step(at_us)
        except Killed:
            recorder = memory.recorder(directory, then)
    try:
        recorder.close(END_US)
    except Killed:
        memory.recorder(directory, then).close(END_US)


def archived(directory: Path, mark: DurableMark, disk: Disk) -> list[str]:
    """Follows and cuts all, then gives all rows."""
    archive = Archive(directory, disk=disk, durable=False)
    try:
        archive.follow_files(mark.read())
        archive.cut(END_US)
        archive.release_reels()
        for row in archive.db.query("SELECT id, path FROM recordings WHERE path <> ''"):
            assert len(read_samples(directory / row["path"])) == 2 * 8000
        assert archive.balance().balances
        return [line for line in archive.db.iterdump() if "_sqlite_migrations" not in line]
    finally:
        archive.close()


def undisturbed() -> list[str]:
    with place() as directory:
        memory = SharedMemory()
        work(memory, directory, VirtualDisk(), VirtualDisk())
        return archived(directory, DurableMark(memory.mark), VirtualDisk())


class CountingDisk(DyingDisk):
    """Never dies; says how many steps there are."""

    def __init__(self) -> None:
        super().__init__(-1)

    @property
    def steps(self) -> int:
        return -1 - self.left


def recorder_steps() -> int:
    with place() as directory:
        disk = CountingDisk()
        work(SharedMemory(), directory, disk, disk)
        return disk.steps


def test_a_recorder_killed_between_any_two_steps_on_disk_loses_nothing() -> None:
    expected, steps = undisturbed(), recorder_steps()
    assert steps > 100
    for after in range(1, steps, 3):
        with place() as directory:
            memory = SharedMemory()
            work(memory, directory, DyingDisk(after), VirtualDisk())
            assert list(read_records(directory / "journal")) == TOLD, f"killed at step {after}"
            assert archived(directory, DurableMark(memory.mark), VirtualDisk()) == expected


def test_an_error_of_the_disk_at_any_step_loses_nothing() -> None:
    expected, steps = undisturbed(), recorder_steps()
    for after in range(3, steps, 5):
        with place() as directory:
            memory = SharedMemory()
            disk = BrokenDisk(after)
            work(memory, directory, disk, disk)
            recorder = memory.recorder(directory, VirtualDisk())
            recorder.close(END_US)
            assert list(read_records(directory / "journal")) == TOLD, f"error at step {after}"
            assert archived(directory, DurableMark(memory.mark), VirtualDisk()) == expected


def test_an_archive_killed_between_any_two_steps_on_disk_has_the_same_history_after() -> None:
    expected = undisturbed()
    with place() as source:
        memory = SharedMemory()
        work(memory, source, VirtualDisk(), VirtualDisk())
        mark = DurableMark(memory.mark)
        after, died = 0, True
        while died:
            after += 1
            with place() as directory:
                shutil.copytree(source, directory, dirs_exist_ok=True)
                died = dies(directory, mark, after)
                assert archived(directory, mark, VirtualDisk()) == expected, f"killed at step {after}"
                assert len(list((directory / "recordings").rglob("*.wav"))) == 2
                assert list((directory / "recordings").rglob("*.part")) == []
    assert after > 20


def dies(directory: Path, mark: DurableMark, after: int) -> bool:
    """Whether an archive that dies before its step `after` got that far; its database loses what was open."""
    archive = None
    try:
        archive = Archive(directory, disk=DyingDisk(after), durable=False)
        archive.follow_files(mark.read())
        archive.cut(END_US)
        archive.release_reels()
    except Killed:
        return True
    finally:
        if archive is not None:
            archive.db.rollback()
            archive.db.close()
    return False


@pytest.mark.parametrize("seed", range(40))
def test_a_power_cut_takes_what_was_not_synced_and_nothing_more(seed: int) -> None:
    rng = random.Random(seed)
    with place() as directory:
        memory, disk = SharedMemory(), CutDisk(rng)
        recorder = memory.recorder(directory, disk)
        story_of_it = moments()
        cut_at = rng.randrange(20, len(story_of_it))
        for at_us, thing in story_of_it[:cut_at]:
            memory.put(thing)
            recorder.step(at_us)
        promised = DurableMark(memory.mark).read()
        before = durable_records(directory, promised.journal.index, promised.journal.offset)
        disk.cut()
        after = list(read_records(directory / "journal"))
        assert after[: len(before)] == before and after == TOLD[: len(after)]
        snapshot = Snapshots(directory / "snapshots").latest()
        assert snapshot is None or (snapshot.epoch, snapshot.number) <= (after[-1].epoch, after[-1].number)
        archive = Archive(directory, disk=VirtualDisk(), durable=False)
        archive.follow_files()
        archive.finish()
        assert archive.history.last <= (after[-1].epoch, after[-1].number)
        for row in archive.db.query("SELECT path FROM recordings WHERE path <> ''"):
            assert read_samples(directory / row["path"]).size
        archive.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_power_cut_after_a_cut_recording_leaves_its_file_whole(seed: int) -> None:
    with place() as directory:
        memory, disk = SharedMemory(), CutDisk(random.Random(seed))
        work(memory, directory, VirtualDisk(), VirtualDisk())
        archive = Archive(directory, disk=disk, durable=False)
        archive.follow_files(DurableMark(memory.mark).read())
        archive.cut(END_US)
        disk.cut()
        paths = [row["path"] for row in archive.db.query("SELECT path FROM recordings")]
        assert [len(read_samples(directory / path)) for path in paths] == [16_000, 16_000]
        archive.close()


def durable_records(directory: Path, index: int, offset: int) -> list[Record]:
    found = []
    for number, path in JOURNAL.files(directory / "journal").items():
        if number <= index:
            until = offset if number == index else None
            found += [journal.decode(payload) for payload in FrameReader(path, JOURNAL).read(until)]
    return found


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 1 << 20), flips=st.lists(st.integers(0, 1 << 20), max_size=3))
def test_a_damaged_file_gives_a_prefix_and_never_garbage(cut: int, flips: list[int]) -> None:
    with place() as directory:
        memory = SharedMemory()
        recorder = Recorder(Ring(memory.journal), Ring(memory.audio), directory, disk=VirtualDisk())
        for record in TOLD:
            memory.put(record)
        for block in TAPE[:60]:
            memory.put(block)
        recorder.close(0)
        for kind, folder in ((JOURNAL, "journal"), (REELS, "reels")):
            path = kind.path(directory / folder, 1)
            whole = list(FrameReader(path, kind).read())
            data = bytearray(path.read_bytes())
            del data[cut % (len(data) + 1) :]
            for flip in flips:
                if data:
                    data[flip % len(data)] ^= 1 << flip % 8
            path.write_bytes(data)
            reader = FrameReader(path, kind)
            read = list(reader.read())
            assert read == whole[: len(read)]
            assert len(read) == len(whole) or reader.torn() is not None or not flips
