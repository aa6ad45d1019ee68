"""The engine's status file: figures others read, and what it says while it stands still for want of room."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.process.journalling import SNAPSHOT_RECORDS, Journalling
from firmware.engine.process.runner import EngineProcess
from firmware.engine.process.status import EngineStatus
from firmware.protocol import inputs as i
from firmware.protocol.heartbeat import last_beat_us
from firmware.protocol.journal import Record
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.version import VERSION
from tests.unit.fake_box import FakeBox, office
from tests.unit.switch_bench import HandClock

ROOT = Path(__file__).resolve().parents[2]


class Watched:
    """An engine's process whose clock moves only when it waits; `wait` may empty the ring."""

    def __init__(self, root: Path) -> None:
        self.places, self.clock = Places(root), HandClock()
        self.places.make()
        look = WallLook(self.clock.now_us, self.clock.now_us)
        self.engine = EngineProcess(self.places, "box-1", self.clock, look)

    def status(self) -> EngineStatus:
        return msgspec.json.decode(self.places.status("engine").read_bytes(), type=EngineStatus)

    def order(self, number: int) -> None:
        self.engine._give(i.AgentOrder(f"o-{number}", "test", "nobody", "ready"), self.clock.us)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.engine.close()
    shutil.rmtree(watched.places.run)


def test_the_figures_are_there_within_a_second(watched: Watched) -> None:
    for number in range(100):
        watched.order(number)
        watched.clock.us += 10_000
    watched.engine.step(0)
    told = watched.status()
    assert (told.version, told.epoch, told.records) == (VERSION, 1, watched.engine.keeper.engine.number)
    assert told.inputs == told.records
    assert told.alarms == ("switch-away",)
    assert told.recovery_missing == told.recovery_left_out == 0
    watched.clock.us += 1_000_000
    watched.order(100)
    watched.engine.step(0)
    assert watched.status().inputs_per_s == pytest.approx(1.0, rel=0.2)
    assert watched.status().ring_lasts_s > 1000


def test_an_input_that_came_before_is_counted_as_a_repeat(watched: Watched) -> None:
    watched.engine._give(i.TimeReached(), watched.clock.us)
    watched.clock.us += 2_000_000
    watched.engine.step(0)
    assert watched.status().repeats == 1


def fill(watched: Watched) -> None:
    ring = watched.engine._rings.journal
    for size in (4000, 1):
        while ring.put(bytes(size)):
            pass


def test_an_engine_without_room_says_so_and_beats_on(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.engine.step(0)
    fill(watched)
    seen: list[EngineStatus] = []
    until_us, wait = watched.clock.us + 1_500_000, HandClock.wait_until

    def waiting(clock: HandClock, at_us: int) -> None:
        wait(clock, at_us)
        if at_us >= until_us:
            seen.append(watched.status())
            assert last_beat_us(watched.places.beat("engine")) == at_us - 5_000
            watched.engine._rings.journal.drain()

    monkeypatch.setattr(HandClock, "wait_until", waiting)
    before = watched.engine.keeper.engine.number
    watched.order(1)
    assert watched.engine.keeper.engine.number == before + 1, "it was decided once there was room"
    assert seen[0].ring_waiting and "ring-full" in seen[0].alarms
    watched.clock.us += 1_000_000
    watched.engine.step(0)
    told = watched.status()
    assert not told.ring_waiting
    assert (told.ring_waits, "ring-was-full" in told.alarms) == (1, True)
    assert told.ring_waited_us == pytest.approx(1_500_000, abs=20_000)
    assert told.decision_p99_us < 1_000_000, "waiting is not deciding"


def test_planted_an_engine_that_waits_in_silence_is_found(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.engine._journalling._waiting = lambda: None
    with pytest.raises(AssertionError):
        test_an_engine_without_room_says_so_and_beats_on(watched, monkeypatch)


def test_snapshots_come_after_so_many_records_and_are_tried_again_where_there_is_no_room() -> None:
    clock, snapshots = HandClock(), Ring.in_memory(40_000)
    journalling = Journalling(Ring.in_memory(8 << 20), snapshots, clock, lambda: None)
    box = FakeBox(office())
    record: Record = box.records[0]
    for _ in range(SNAPSHOT_RECORDS):
        journalling.snapshot(box.engine, clock.us)
        journalling.put(record)
    assert snapshots.used == 0
    while snapshots.put(bytes(1000)):
        pass
    journalling.snapshot(box.engine, clock.us)
    assert journalling.since_snapshot == SNAPSHOT_RECORDS
    snapshots.drain()
    journalling.snapshot(box.engine, clock.us)
    assert (journalling.since_snapshot, len(snapshots.drain())) == (0, 1)


def test_the_version_is_the_distribution_s() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
