"""Coming back from damage: older snapshots, torn segments, missing records, full rings. Never a crash loop."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.engine.engine import Engine
from firmware.engine.essence import digest, essence
from firmware.engine.process import recovery, replay
from firmware.engine.process.handover import find, leave
from firmware.engine.process.mend import mend
from firmware.engine.process.recovery import Recovered, recover
from firmware.engine.process.reload import handover_of
from firmware.engine.state import SCHEMA, State
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.ring import Ring
from firmware.protocol.snapshots import pack
from firmware.recorder.recorder import Recorder, Rotation
from tests.unit.fake_box import FakeBox, office

SEGMENT_BYTES = 8_000
RING_BYTES = 1 << 20


class Disk:
    """A box's journal and snapshots as a recorder left them, and the engine they belong to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.box = FakeBox(office())
        self.ring, self.snapshots = Ring.in_memory(RING_BYTES), Ring.in_memory(RING_BYTES)
        rotation = Rotation(segment_bytes=SEGMENT_BYTES)
        self.recorder = Recorder(
            self.ring, Ring.in_memory(1 << 16), root, snapshot_ring=self.snapshots, rotation=rotation
        )
        self.written = 0

    def live(self, calls: int) -> None:
        """Callers come, wait in the queue, talk with 801 and leave; a snapshot after each."""
        for _ in range(calls):
            self.box.to_queue("L1")
            if self.box.leg("801") is not None:
                self.box.lift("801")
                self.box.wait(20)
                self.box.hang_up("801")
            self.box.leave("L1")
            self.box.wait(15)
            self.save(snapshot=True)

    def save(self, snapshot: bool = False, recorded: bool = True) -> None:
        for record in self.box.records[self.written :]:
            assert self.ring.put(journal.encode(record))
        self.written = len(self.box.records)
        engine = self.box.engine
        if snapshot:
            self.snapshots.put(pack(engine.snapshot(), engine.epoch, engine.number))
        if recorded:
            self.recorder.step(self.box.now_us)
            self.recorder.sync(self.box.now_us)

    def recover(self) -> Recovered:
        return recover(self.root, self.ring, "box-1")

    @property
    def newest_snapshots(self) -> list[Path]:
        return sorted((self.root / "snapshots").glob("*.state"), reverse=True)

    @property
    def segments(self) -> list[Path]:
        return sorted((self.root / "journal").glob("*.segment"))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    disk.live(5)
    disk.box.to_queue("L1")
    disk.box.to_queue("L2")
    disk.save()
    disk.box.wait(3)
    disk.save(recorded=False)
    yield disk
    shutil.rmtree(tmp_path)


def same(recovered: Recovered, disk: Disk) -> bool:
    return digest(recovered.engine.state) == digest(disk.box.engine.state)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def test_a_whole_box_comes_back_as_it_was(disk: Disk) -> None:
    recovered = disk.recover()
    assert same(recovered, disk)
    assert recovered.damage == recovery.Damage()
    assert recovered.replayed < len(disk.box.records)


def test_the_ring_is_left_to_the_recorder(disk: Disk) -> None:
    before = disk.ring.used
    disk.recover()
    assert disk.ring.used == before


def test_a_broken_newest_snapshot_makes_room_for_an_older_one(disk: Disk) -> None:
    flip(disk.newest_snapshots[0], 200)
    recovered = disk.recover()
    assert same(recovered, disk)


def test_a_snapshot_of_a_newer_firmware_makes_room_for_an_older_one(disk: Disk) -> None:
    engine = disk.box.engine
    newer = engine.snapshot().replace(b"\xa6schema" + bytes([SCHEMA]), b"\xa6schema" + bytes([SCHEMA + 1]))
    disk.snapshots.put(pack(newer, engine.epoch, engine.number))
    disk.save()
    recovered = disk.recover()
    assert same(recovered, disk)
    assert recovered.damage.snapshots == 1
    assert "newer firmware" in recovered.damage.refused[0]


def test_without_any_snapshot_the_journal_alone_is_enough(disk: Disk) -> None:
    for path in disk.newest_snapshots:
        path.unlink()
    assert same(disk.recover(), disk)


def lose_records(disk: Disk) -> None:
    """All snapshots but the oldest are broken and a segment after it is torn in the middle."""
    for path in disk.newest_snapshots:
        path.unlink()
    segment = disk.segments[len(disk.segments) // 2]
    flip(segment, segment.stat().st_size // 2)


def test_records_that_are_gone_do_not_stop_the_engine(disk: Disk) -> None:
    lose_records(disk)
    recovered = disk.recover()
    damage, state = recovered.damage, recovered.engine.state
    assert damage.missing > 0
    assert any("checksum" in reason for reason in damage.refused)
    assert (state.epoch, state.number) == (disk.box.engine.epoch, disk.box.engine.number)
    assert state.calls_made == disk.box.engine.state.calls_made, "numbers of calls are never given twice"
    before = essence(state)
    mend(state)
    assert essence(state) == before


def test_an_engine_with_lost_records_takes_and_ends_calls(disk: Disk) -> None:
    lose_records(disk)
    box = FakeBox(engine=disk.recover().engine)
    box.now_us, box.events = disk.box.now_us, disk.box.events
    box.give(i.Started(2))
    box.wait(60)
    for line in ("L1", "L2", "L3"):
        box.leave(line)
    box.wait(10)
    assert not [fact for fact in box.facts(object) if type(fact).__name__ == "InputPassedOver"]
    box.to_queue("L3")
    assert box.call("L3").waits
    box.leave("L3")
    assert not box.engine.state.calls.get(box.engine.state.calls_made)


def test_every_single_lost_segment_is_survived(disk: Disk) -> None:
    for path in disk.newest_snapshots:
        path.unlink()
    for segment in disk.segments:
        data = segment.read_bytes()
        segment.unlink()
        state = disk.recover().engine.state
        before = essence(state)
        mend(state)
        assert essence(state) == before
        assert all(leg.call in state.calls for leg in state.legs.values())
        segment.write_bytes(data)


def test_planted_a_replay_that_insists_on_every_fact_is_found(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "UNFIT", ())
    with pytest.raises(LookupError):
        test_every_single_lost_segment_is_survived(disk)


def test_planted_damage_that_is_not_mended_is_found(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "mend", lambda state: None)
    with pytest.raises(AssertionError):
        test_every_single_lost_segment_is_survived(disk)


def test_a_journal_that_cannot_be_read_leaves_snapshot_and_ring(disk: Disk) -> None:
    for segment in disk.segments:
        segment.unlink()
        segment.mkdir()
    recovered = disk.recover()
    assert recovered.engine.number == disk.box.engine.number
    assert any("journal" in reason for reason in recovered.damage.refused)


# -- handed over by a former version -----------------------------------------------------------------


def test_a_state_handed_over_needs_no_disk(disk: Disk, tmp_path: Path) -> None:
    engine = disk.box.engine
    path = tmp_path / "handover"
    recent = tuple(journal.encode(record) for record in disk.box.records[-20:])
    leave(path, handover_of(engine, recent, left_us=7))
    for place in ("journal", "snapshots"):
        shutil.rmtree(disk.root / place)
    recovered = recover(disk.root, disk.ring, "box-1", find(path))
    assert same(recovered, disk)
    assert (recovered.replayed, len(recovered.recent), recovered.left_us) == (0, 20, 7)


def test_a_state_older_than_the_ring_is_not_taken(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "handover"
    leave(path, handover_of(disk.box.engine, ()))
    disk.box.wait(30)
    disk.box.leave("L2")
    disk.save(recorded=False)
    assert same(recover(disk.root, disk.ring, "box-1", find(path)), disk)


def test_a_state_that_would_mean_something_else_is_not_taken(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "handover"
    stranger = Engine("box-1", State("box-1", epoch=9, number=10**6))
    handover = handover_of(stranger, ())
    leave(path, type(handover)(9, 10**6, "0" * 32, handover.state, ()))
    recovered = recover(disk.root, disk.ring, "box-1", find(path))
    assert same(recovered, disk)
    assert "means something else" in recovered.damage.refused[0]


@pytest.mark.parametrize("cut", [0, 3, 4, 40, -1])
def test_a_torn_handover_is_none(disk: Disk, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "handover"
    leave(path, handover_of(disk.box.engine, ()))
    path.write_bytes(path.read_bytes()[:cut])
    assert find(path) is None
