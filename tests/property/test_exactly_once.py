"""Exactly once, whatever dies: engine and switch over a cable that is cut anywhere, journal, reels, history.

The processes are the box's own; the switch is its socket, outbox and inbox. Messages arrive late, in pieces, again,
or die with a connection. At the end each event the switch told is in one record, each command was carried out once
and in order, the journal has no hole, the state is what the journal says, and history.db is what the journal says.
"""

from __future__ import annotations

import gc
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.archive.archive import Archive
from firmware.config.versions import ConfigStore
from firmware.engine.engine import Engine
from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.process.runner import EngineProcess
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import inputs as i
from firmware.protocol import rings, tape
from firmware.protocol.commands import Numbered
from firmware.protocol.journal import Record
from firmware.protocol.mark import DurableMark, Mark
from firmware.protocol.names import HangUpSign, Presentation
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from firmware.protocol.wire_format import Ack, CommandFrame, EventFrame, Inbox
from firmware.recorder.framed import FrameReader
from firmware.recorder.lane import Lane
from firmware.recorder.recorder import Recorder
from firmware.recorder.reels import REELS
from firmware.recorder.segments import read_records
from firmware.store.disk import VirtualDisk
from firmware.switch.engine_link import EngineLink
from tests.property.test_recorder_deaths import SharedMemory, moments, place
from tests.unit.fake_box import office
from tests.unit.journal_bench import BrokenDisk, CutDisk, Killed, blocks
from tests.unit.switch_bench import HandClock

LIVES = 5
"""First life of the switch."""


MOST_HANDLES = 300
"""Far from the 1024 that `select` can take: beside large tests the collector comes seldom."""


class Cable:
    """Between the engine's socket and the switch's: passes on as many bytes as it is told, and can be cut."""

    def __init__(self, path: Path, behind: Path) -> None:
        self._behind = behind
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(4)
        self._listener.setblocking(False)
        self._pair: tuple[socket.socket, socket.socket] | None = None

    def pump(self, up: int, down: int) -> None:
        """At most `up` bytes to the switch and `down` to the engine."""
        self._accept()
        if self._pair is None:
            return
        engine, switch = self._pair
        if not self._carry(engine, switch, up) or not self._carry(switch, engine, down):
            self.cut()

    def cut(self) -> None:
        """What is under way is lost."""
        for one in self._pair or ():
            one.close()
        self._pair = None

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        try:
            engine, _ = self._listener.accept()
        except BlockingIOError:
            return
        self.cut()
        switch = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            switch.connect(str(self._behind))
        except OSError:
            engine.close()
            switch.close()
            return
        engine.setblocking(False)
        switch.setblocking(False)
        self._pair = engine, switch

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket, most: int) -> bool:
        if not most:
            return True
        try:
            data = source.recv(most)
        except BlockingIOError:
            return True
        except OSError:
            return False
        try:
            target.sendall(data)
        except OSError:
            return False
        return bool(data)


class SwitchEnd:
    """One life of a switch: outbox, inbox, and what it carried out."""

    def __init__(self, path: Path, life: int, inbox: Inbox) -> None:
        self.life = life
        self.link = EngineLink(path, life)
        self.inbox = inbox
        self.done: list[Numbered] = []
        self._next: list[e.AnySwitchEvent] = [e.StateReport(port=-1, at_us=0, tick=0, ports=())]

    def exchange(self, *events: e.AnySwitchEvent) -> None:
        told, self._next = [*self._next, *events], []
        for numbered in self.link.exchange(told):
            if self.inbox.is_new(numbered):
                self.done.append(numbered)
                if isinstance(numbered.command, c.Report):
                    asked_us = numbered.command.asked_us
                    self._next = [e.StateReport(port=-1, at_us=0, tick=0, ports=(), asked_us=asked_us)]


class Box:
    """Engine, switch end, recorder, archive; each can die at any time and comes back."""

    engine_kind: type[EngineProcess] = EngineProcess
    inbox_kind: type[Inbox] = Inbox

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        self.reels: list[tuple[int, int]] = []
        with ConfigStore(self.places.config_db) as store:
            store.put(office(), "test", 0)
        self.clock = HandClock()
        self._behind = self.places.run / "behind.sock"
        self.told: dict[int, int] = {}
        self.lives: list[SwitchEnd] = []
        self.new_switch()
        self.cable = Cable(self.places.switch_socket, self._behind)
        self.rings = Rings(self.places.run)
        self.recorder = self.new_recorder()
        self.archive: Archive | None = None
        self.engine = self.new_engine()

    @property
    def switch(self) -> SwitchEnd:
        return self.lives[-1]

    def new_switch(self) -> None:
        if self.lives:
            self.cable.cut()
            self.switch.link.close()
        self.lives.append(SwitchEnd(self._behind, LIVES + len(self.lives), self.inbox_kind()))

    def new_engine(self) -> EngineProcess:
        wall = WallLook(self.clock.now_us, self.clock.now_us)
        return self.engine_kind(self.places, "box-1", self.clock, wall)

    def new_recorder(self) -> Recorder:
        """One that died has left what it wrote and what it did not release."""
        fresh = Rings(self.places.run)
        root, disk = self.places.root, VirtualDisk()
        return Recorder(
            fresh.journal, fresh.audio, root, snapshot_ring=fresh.snapshots, mark=fresh.mark, disk=disk
        )

    def kill_engine(self) -> None:
        self.engine.close()
        self.engine = self.new_engine()

    def kill_archive(self) -> None:
        if self.archive is not None:
            self.archive.abandon()
            self.archive = None

    def follow(self) -> None:
        if self.archive is None:
            self.archive = Archive(self.places.root, disk=VirtualDisk(), durable=False)
        self.archive.follow_files(self.rings.mark.read())

    def step(self) -> None:
        """The engine's turn; one whose trap springs dies there."""
        self.clock.us += 20_000
        try:
            self.engine.step(0)
        except Killed:
            self.kill_engine()

    def trap(self, where: str, after: int) -> None:
        """The engine dies before its next record is in the ring, after it, or before a command of it is sent."""
        keeper = self.engine.keeper
        plain_journal, plain_send = keeper._journal, keeper._send

        def dying_journal(record: Record) -> None:
            if where == "before":
                raise Killed
            plain_journal(record)
            if where == "after":
                raise Killed

        left = [after]

        def dying_send(command: Numbered) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            plain_send(command)

        keeper._journal = dying_journal if where != "sending" else plain_journal
        keeper._send = dying_send if where == "sending" else plain_send

    def block(self) -> None:
        self.reels.append((self.switch.life, len(self.reels)))
        one = blocks(1)[0]
        block = tape.TapeBlock(self.switch.life, len(self.reels) - 1, one.recordings, one.samples)
        assert self.rings.audio.put(tape.encode(block))

    def settle(self) -> None:
        """Nothing dies any more, and all that waits arrives."""
        for _ in range(60):
            self.step()
            self.cable.pump(1 << 16, 1 << 16)
            self.switch.exchange()
            self.cable.pump(1 << 16, 1 << 16)
        self.engine.step(0)
        self.recorder.close(self.clock.us)
        self.follow()

    def close(self) -> None:
        self.kill_archive()
        self.engine.close()
        self.cable.close()
        self.switch.link.close()
        shutil.rmtree(self.places.run)
        if len(list(Path("/proc/self/fd").iterdir())) > MOST_HANDLES:
            gc.collect()  # rings have no end but their memory's


# -- what must hold ---------------------------------------------------------------------------------


def check(box: Box) -> None:
    records = list(read_records(box.places.journal))
    _no_holes(records)
    _every_event_once(box, records)
    _every_command_once(box, records)
    assert Engine.restore(None, records).snapshot() == box.engine.keeper.engine.snapshot()
    _history_is_the_journal(box, records)
    read = [
        frame for path in REELS.files(box.places.reels).values() for frame in FrameReader(path, REELS).read()
    ]
    there = [(block.epoch, block.tick) for block in map(tape.decode, read)]
    assert list(dict.fromkeys(there)) == box.reels


def _no_holes(records: list[Record]) -> None:
    assert [record.number for record in records] == list(range(1, len(records) + 1))


def _every_event_once(box: Box, records: list[Record]) -> None:
    taken: dict[int, list[int]] = {end.life: [] for end in box.lives}
    for record in records:
        if isinstance(record.input, i.FromSwitch):
            taken[record.input.epoch].append(record.input.number)
    for life, numbers in taken.items():
        assert numbers == list(range(1, len(numbers) + 1)), f"events of life {life}"
    assert len(taken[box.switch.life]) == box.switch.link.outbox.newest
    assert not box.switch.link.outbox.unacknowledged()


def _every_command_once(box: Box, records: list[Record]) -> None:
    """Of the present life: all that were decided since it was met, in their order, and nothing twice."""
    met = next(
        place
        for place, record in enumerate(records)
        if isinstance(record.input, i.FromSwitch) and record.input.epoch == box.switch.life
    )
    wanted = [
        (record.epoch, record.number, index)
        for record in records[met:]
        for index, _ in enumerate(record.commands)
    ]
    for end in box.lives:
        done = [(one.epoch, one.number, one.index) for one in end.done]
        assert len(done) == len(set(done)), "a command was carried out twice"
    done = [(one.epoch, one.number, one.index) for one in box.switch.done]
    assert [one for one in done if one in set(wanted)] == wanted


def _history_is_the_journal(box: Box, records: list[Record]) -> None:
    assert box.archive is not None
    assert box.archive.history.last == (records[-1].epoch, records[-1].number)
    (counted,) = box.archive.db.execute("SELECT records FROM progress").fetchone()
    assert counted == len(records), "each record is applied once"
    assert box.archive.db.execute("SELECT count(*) FROM journal_gaps").fetchone() == (0,)
    told = sum(type(fact).__name__ == "CallBegan" for record in records for fact in record.facts)
    assert box.archive.db.execute("SELECT count(*) FROM calls").fetchone() == (told,)


# -- what happens -----------------------------------------------------------------------------------


def event(kind: int, port: int, at_us: int) -> e.AnySwitchEvent:
    line, phone = port % 4, 4 + port % 4
    made: tuple[e.AnySwitchEvent, ...] = (
        e.LineRang(port=line, at_us=at_us, count=2),
        e.LineRang(port=line, at_us=at_us, count=2),
        e.TelephoneSeized(port=phone, at_us=at_us),
        e.TelephoneReleased(port=phone, at_us=at_us),
        e.DigitReceived(port=line, at_us=at_us, digit="1"),
        e.DigitReceived(port=phone, at_us=at_us, digit="8"),
        e.PlayEnded(port=line, at_us=at_us, play=f"{1 + port}.1"),
        e.FarEndReleased(port=line, at_us=at_us, sign=HangUpSign.BUSY_TONE),
        e.CallerIdReceived(
            port=line, at_us=at_us, number="139", name="", presentation=Presentation.ALLOWED, form="dtmf"
        ),
    )
    return made[kind % len(made)]


BYTES = st.sampled_from((0, 1, 7, 40, 200, 1000, 1 << 16))
HAPPENING = st.one_of(
    st.tuples(st.just("event"), st.integers(0, 8), st.integers(0, 7)),
    st.tuples(st.just("event"), st.integers(0, 8), st.integers(0, 7)),
    st.tuples(st.just("pump"), BYTES, BYTES),
    st.tuples(st.just("pump"), BYTES, BYTES),
    st.tuples(st.just("step"), st.integers(0, 0), st.integers(0, 0)),
    st.tuples(st.just("step"), st.integers(0, 0), st.integers(0, 0)),
    st.tuples(st.just("wait"), st.integers(1, 40), st.integers(0, 0)),
    st.tuples(st.just("cut"), st.integers(0, 0), st.integers(0, 0)),
    st.tuples(st.just("trap"), st.integers(0, 2), st.integers(0, 4)),
    st.tuples(st.just("kill-engine"), st.integers(0, 0), st.integers(0, 0)),
    st.tuples(st.just("kill-switch"), st.integers(0, 0), st.integers(0, 0)),
    st.tuples(st.just("record"), st.integers(0, 2), st.integers(0, 0)),
    st.tuples(st.just("block"), st.integers(0, 0), st.integers(0, 0)),
)


def _event(box: Box, kind: int, port: int) -> None:
    box.switch.exchange(event(kind, port, box.clock.us))


def _pump(box: Box, up: int, down: int) -> None:
    box.cable.pump(up, down)
    box.switch.exchange()


def _wait(box: Box, half_seconds: int, _: int) -> None:
    box.clock.us += half_seconds * 500_000


def _record(box: Box, how: int) -> None:
    """The recorder writes; or writes and dies before it syncs; or the archive follows and dies uncommitted."""
    if how == 1:
        box.recorder.journal.write(box.clock.us)
        box.recorder.reels.write(box.clock.us)
        box.recorder = box.new_recorder()
        return
    box.recorder.step(box.clock.us)
    box.recorder.sync(box.clock.us)
    if how == 2:
        box.follow()
        box.kill_archive()


HAPPENS: Mapping[str, Callable[[Box, int, int], None]] = {
    "event": _event,
    "pump": _pump,
    "step": lambda box, *_: box.step(),
    "wait": _wait,
    "cut": lambda box, *_: box.cable.cut(),
    "trap": lambda box, where, after: box.trap(("before", "after", "sending")[where], after),
    "kill-engine": lambda box, *_: box.kill_engine(),
    "kill-switch": lambda box, *_: box.new_switch(),
    "record": lambda box, how, _: _record(box, how),
    "block": lambda box, *_: box.block(),
}


def happen(box: Box, what: str, first: int, second: int) -> None:
    HAPPENS[what](box, first, second)


@contextmanager
def small_rings() -> Iterator[Path]:
    """Rings of a megabyte: they are made anew for each story."""
    sizes = rings.JOURNAL_BYTES, rings.AUDIO_BYTES, rings.SNAPSHOT_BYTES
    rings.JOURNAL_BYTES, rings.AUDIO_BYTES, rings.SNAPSHOT_BYTES = 1 << 20, 1 << 18, 1 << 18
    root = Path(tempfile.mkdtemp(prefix="once-"))
    try:
        yield root
    finally:
        rings.JOURNAL_BYTES, rings.AUDIO_BYTES, rings.SNAPSHOT_BYTES = sizes
        shutil.rmtree(root, ignore_errors=True)


Story = list[tuple[str, int, int]]


def told(story: Story, kind: type[Box] = Box) -> None:
    with small_rings() as root:
        box = kind(root)
        try:
            for what, first, second in story:
                happen(box, what, first, second)
            box.settle()
            check(box)
        finally:
            box.close()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(HAPPENING, min_size=10, max_size=60))
def test_whatever_dies_each_message_counts_once(story: Story) -> None:
    told(story)


CONNECT: Story = [("step", 0, 0), ("pump", 1 << 16, 1 << 16), ("step", 0, 0), ("pump", 1 << 16, 1 << 16)] * 3
RINGS: Story = [("event", 0, 0), ("pump", 0, 1 << 16)]
HANDED: Story = [("step", 0, 0), ("pump", 1 << 16, 0), ("step", 0, 0), ("pump", 1 << 16, 0)]
DIES_BEFORE_THE_JOURNAL: Story = [*CONNECT, *RINGS, ("trap", 0, 0), *HANDED]
SENT_AND_CUT: Story = [*CONNECT, *RINGS, *HANDED, ("cut", 0, 0)]
CUT_BEFORE_THE_ACK: Story = [*CONNECT, *RINGS, ("step", 0, 0), ("cut", 0, 0)]


@pytest.mark.parametrize("story", [CONNECT, DIES_BEFORE_THE_JOURNAL, SENT_AND_CUT, CUT_BEFORE_THE_ACK])
def test_the_stories_that_find_the_planted_faults_end_well_without_them(story: Story) -> None:
    told(story)


# -- planted faults ---------------------------------------------------------------------------------


class AcksFirst(EngineProcess):
    """Tells the switch that an event is safe before it is."""

    def _hear_switch(self) -> None:
        read = self.link.read

        def acked() -> list[object]:
            frames = read()
            for frame in frames:
                if isinstance(frame, EventFrame):
                    self.link.send(Ack(frame.epoch, frame.number))
            self.link.flush()
            return frames  # type: ignore[return-value]

        self.link.read = acked  # type: ignore[method-assign, assignment]
        try:
            super()._hear_switch()
        finally:
            self.link.read = read  # type: ignore[method-assign]


class Forgetful(Inbox):
    def is_new(self, command: Numbered) -> bool:
        return True


class AcksFirstBox(Box):
    engine_kind = AcksFirst


class ForgetfulBox(Box):
    inbox_kind = Forgetful


class SilentKeeper(EngineProcess):
    """Never sends again what may have died on its way."""

    def _greeted(self, switch: object) -> None:
        self.keeper.repeat = lambda: None  # type: ignore[method-assign]
        super()._greeted(switch)  # type: ignore[arg-type]


class SilentBox(Box):
    engine_kind = SilentKeeper


def test_an_ack_before_the_journal_loses_an_event() -> None:
    with pytest.raises(AssertionError):
        told(DIES_BEFORE_THE_JOURNAL, AcksFirstBox)


def test_a_switch_that_knows_no_repeats_does_things_twice() -> None:
    with pytest.raises(AssertionError, match="carried out twice"):
        told(SENT_AND_CUT, ForgetfulBox)


def test_an_engine_that_repeats_nothing_loses_commands() -> None:
    with pytest.raises(AssertionError):
        told([*CONNECT, *RINGS, ("step", 0, 0), ("cut", 0, 0)], SilentBox)


def test_an_engine_that_knows_no_repeats_decides_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "_is_old", lambda self, given, at_us: False)
    with pytest.raises(AssertionError):
        told(CUT_BEFORE_THE_ACK)


def test_a_tail_that_outlives_its_switch_is_told_to_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of a former life: neither repeated by the engine nor, were they sent, carried out."""
    with small_rings() as root:
        box = Box(root)
        try:
            for what, first, second in [*CONNECT, *RINGS, *HANDED]:
                happen(box, what, first, second)
            old = [one for one in box.switch.done if not isinstance(one.command, c.Report)]
            assert old
            box.new_switch()
            box.settle()
            assert not {(one.epoch, one.number) for one in old} & {
                (one.epoch, one.number) for one in box.switch.done
            }
            for numbered in old:
                box.engine.link.send(CommandFrame(numbered))
            before = len(box.switch.done)
            box.settle()
            assert box.switch.done[before:] == []
        finally:
            box.close()


# -- recorder and archive under faults of the disk and power cuts -----------------------------------


def disk_fails_once(after: int) -> None:
    """Everything put into the rings is on disk at the end, though one step on disk failed."""
    with place() as directory:
        memory = SharedMemory()
        recorder = memory.recorder(directory, BrokenDisk(after))
        happened = moments()
        for at_us, thing in happened:
            memory.put(thing)
            recorder.step(at_us)
        for turn in range(5):
            recorder.step(happened[-1][0] + turn * 2_000_000)
        recorder.close(1 << 40)
        expected = [thing for _, thing in happened if isinstance(thing, Record)]
        assert list(read_records(directory / "journal")) == expected


def power_fails(cut_at: int, mark_of: Callable[[DurableMark], Mark]) -> None:
    """The archive follows while the recorder works; after the cut nothing in history is ahead of the journal."""
    import random

    with place() as directory:
        memory, disk = SharedMemory(), CutDisk(random.Random(cut_at))
        recorder = memory.recorder(directory, disk)
        archive = Archive(directory, disk=VirtualDisk(), durable=False)
        for at_us, thing in moments()[:cut_at]:
            memory.put(thing)
            recorder.step(at_us)
            archive.follow_files(mark_of(DurableMark(memory.mark)))
        last = archive.history.last
        archive.close()
        disk.cut()
        after = list(read_records(directory / "journal"))
        newest = (after[-1].epoch, after[-1].number) if after else (0, -1)
        assert last <= newest, "history.db has what the journal never had"


CUTS = range(12, len(moments()), 23)


def test_nothing_leaves_a_ring_before_it_is_on_the_disk() -> None:
    for after in range(3, 90, 3):
        disk_fails_once(after)


def test_history_is_never_ahead_of_the_journal() -> None:
    for cut_at in CUTS:
        power_fails(cut_at, DurableMark.read)


def test_a_recorder_that_releases_before_it_syncs_loses_records(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Lane.sync

    def early(self: Lane, at_us: int) -> bool:
        self.ring.release()
        return plain(self, at_us)

    monkeypatch.setattr(Lane, "sync", early)
    with pytest.raises(AssertionError):
        for after in range(3, 90, 3):
            disk_fails_once(after)


def test_an_archive_that_reads_past_the_mark_is_ahead_after_a_power_cut() -> None:
    from firmware.archive.archive import WHOLE

    with pytest.raises(AssertionError, match="never had"):
        for cut_at in CUTS:
            power_fails(cut_at, lambda mark: WHOLE)
