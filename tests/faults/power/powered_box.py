"""A box in virtual time on a disk that may lose its power: the appliance's own parts, with real syncs.

Engine, keeper, order desk, recorder, archivist, config store and the way a box is prepared are the product's; the
switch is the fast model, and every tick of what is taped is made so that it can be told from every other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path

import numpy as np
from msgspec import Struct, structs

from drivers.clock import MonotonicClock
from drivers.ports import TICK_US
from firmware.archive.archive import Archive
from firmware.archive.runner import Archivist
from firmware.cli.erase import marks_of
from firmware.cli.prepare import prepare
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.engine.process.keeper import Keeper
from firmware.engine.process.order_desk import OrderDesk
from firmware.engine.process.recovery import recover
from firmware.protocol import journal, tape
from firmware.protocol.commands import Numbered
from firmware.protocol.events import AnySwitchEvent, TapeBegan, TapeEnded
from firmware.protocol.inputs import (
    AgentOrder,
    AnyInput,
    AnyOrder,
    ClockSet,
    ConfigApplied,
    ErasureOrder,
    FromSwitch,
    Started,
)
from firmware.protocol.journal import Record
from firmware.protocol.mark import MARK_BYTES, DurableMark
from firmware.protocol.order_format import GiveOrder, OrderAnswer, Verdict
from firmware.protocol.ring import HEAD_BYTES, Ring
from firmware.protocol.snapshots import pack
from firmware.protocol.tape import TICK_SAMPLES, TapeBlock
from firmware.recorder.recorder import Recorder, Rotation
from firmware.switch.life import next_epoch
from hwsim.fast.switch import FastSwitch
from hwsim.scenario import Scenario
from tests.faults.power import notes
from tests.faults.power.mortal_disk import Killed, MortalDisk
from tests.faults.power.notes import NoteBook, digest

ROTATION = Rotation(segment_bytes=200_000, segment_us=20_000_000, reel_bytes=1_000_000, reel_us=8_000_000)
RECORD_US, ARCHIVE_US = 200_000, 500_000
SNAPSHOT_RECORDS = 40
INSPECT_US = 14_000_000
Lengths = Mapping[tuple[str, str], int]


class Life(Struct, frozen=True):
    """One life of a box between two power cuts."""

    data: Path
    bench: Path
    scenario: Scenario
    lengths: Lengths
    seed: int
    seconds: float
    upsets: float
    """How many processes die by themselves in a second, of the box's four."""


def spoken(recording: str, epoch: int, tick: int) -> bytes:
    """The tick's 2 × 160 A-law samples; no other tick sounds like it."""
    name = f"{recording}:{epoch}:{tick}".encode()
    return blake2b(name, digest_size=32).digest() * (2 * TICK_SAMPLES // 32)


class Memory:
    """What outlives a process and not a power cut."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.journal, self.audio = bytearray(HEAD_BYTES + (1 << 20)), bytearray(HEAD_BYTES + (2 << 20))
        self.snapshots, self.mark = bytearray(HEAD_BYTES + (1 << 20)), bytearray(MARK_BYTES)


class PoweredBox:
    """Lives until `seconds` are over or its disk stops answering. Every promise it makes is written down."""

    def __init__(self, life: Life, book: NoteBook) -> None:
        self._life, self._book = life, book
        self._rng = random.Random(life.seed)
        self._memory = Memory(f"{life.seed:08x}")
        self._disk = MortalDisk()
        prepared = prepare(life.data, life.bench)
        self._config: Config = prepared.config
        self._places = prepared.places
        self.begin_us = self.now_us = MonotonicClock(prepared.offset_us).now_us()
        self._wall_us = MonotonicClock.wall_us() - self.now_us
        with ConfigStore(prepared.places.config_db) as store:
            newest = store.current()
        assert newest is not None
        self._applied = ConfigApplied(newest.version, newest.author, newest.json)
        self._book.write(notes.ConfigSaved(newest.version, digest(newest.json.encode())))
        self._running: dict[str, int] = {}
        self._puts: list[tuple[int, int, int]] = []
        self._since_snapshot = self._orders = 0
        self._start_switch()
        self._start_engine()
        self._start_recorder()
        self._start_archive()
        self._book.write(notes.Began(self.now_us, self._epoch, self.keeper.engine.epoch))
        self._due: dict[str, int] = dict.fromkeys(_DUTIES, self.now_us)
        self._due["inspect"] = self.now_us + INSPECT_US
        for name in ("upset", "configure", "order", "erase"):
            self._plan(name)

    # -- its four processes -----------------------------------------------------------------------

    def _start_switch(self) -> None:
        """A new life of the switch: what it taped ends, what it knew is gone."""
        self._epoch = next_epoch(self._life.data)
        self._book.write(notes.SwitchBegan(self._epoch))
        self._running.clear()
        self._events = self._tick = 0
        self._born_us = self.now_us
        self.switch = FastSwitch(self._life.scenario, self._life.lengths, self._rng.getrandbits(31))

    def _start_engine(self) -> None:
        ring = Ring(self._memory.journal)
        recovered = recover(self._life.data, ring, self._config.site.box)
        epoch = recovered.engine.state.epoch + 1
        self._journal_ring = ring
        self.keeper = Keeper(recovered.engine, self._journal, self._submit, recovered.recent)
        self._since_snapshot = 0
        self._desk = OrderDesk(self._give, recovered.engine, ring)
        self.keeper.give(Started(epoch, self._memory.name), self.now_us)
        self.keeper.give(ClockSet(self._wall_us, "system"), self.now_us)
        if self._applied.version != self.keeper.engine.state.config_version:
            self.keeper.give(self._applied, self.now_us)
        if self.keeper.engine.state.switch_epoch == self._epoch:
            self.keeper.repeat()
        self.keeper.give(Started(epoch, self._memory.name), self.now_us)

    def _start_recorder(self) -> None:
        memory = self._memory
        self._audio_ring = Ring(memory.audio)
        self._recorder = Recorder(
            Ring(memory.journal),
            self._audio_ring,
            self._life.data,
            box=self._config.site.box,
            snapshot_ring=Ring(memory.snapshots),
            mark=DurableMark(memory.mark),
            disk=self._disk,
            rotation=ROTATION,
        )

    def _start_archive(self) -> None:
        site = self._config.site
        mark = DurableMark(self._memory.mark)
        self._archivist = Archivist(self._life.data, site.box, site.zone, mark, give=self._given_by_archive)

    def _given_by_archive(self, order: AnyOrder) -> bool:
        self._give(order, self.now_us)
        return True

    # -- living -----------------------------------------------------------------------------------

    def run(self) -> None:
        end_us = self.begin_us + round(self._life.seconds * 1e6)
        while self.now_us < end_us:
            self._until(min(self._next_us(), end_us))
            for event in self.switch.advance(self.now_us - self._born_us):
                self._happened(event)
            self.keeper.run_timers(self.now_us)
            for duty in [name for name, due_us in self._due.items() if due_us <= self.now_us]:
                _DUTIES[duty](self)

    def _next_us(self) -> int:
        times = [self.keeper.engine.deadline_us, *self._due.values()]
        if self.switch.next_at_us is not None:
            times.append(self.switch.next_at_us + self._born_us)
        return max(self.now_us + 1, min(at for at in times if at is not None))

    def _until(self, at_us: int) -> None:
        """Every tick on the way is taped."""
        last = -(-(at_us - self._born_us) // TICK_US)
        for tick in range(self._tick, last):
            if self._running:
                self._tape(tick)
        self._tick = max(self._tick, last)
        self.now_us = at_us

    def _tape(self, tick: int) -> None:
        names = tuple(self._running)
        sound = b"".join(spoken(name, self._epoch, tick) for name in names)
        samples = np.frombuffer(sound, np.uint8).reshape(-1, 2, TICK_SAMPLES)
        assert self._audio_ring.put(tape.encode(TapeBlock(self._epoch, tick, names, samples)))

    def _happened(self, event: AnySwitchEvent) -> None:
        self._events += 1
        event = structs.replace(event, at_us=event.at_us + self._born_us)
        if isinstance(event, TapeBegan):
            self._running[event.recording] = event.tick
            self._book.write(notes.Taped(event.recording, self._epoch, event.tick))
        elif isinstance(event, TapeEnded):
            self._running.pop(event.recording, None)
            self._book.write(notes.TapeStopped(event.recording, event.tick))
        given = FromSwitch(self._epoch, self._events, event)
        self.keeper.give(given, self.keeper.not_before(event.at_us))

    def _give(self, given: AnyInput, at_us: int) -> Record | None:
        return self.keeper.give(given, self.keeper.not_before(at_us))

    def _submit(self, command: Numbered) -> None:
        self.switch.submit(command)

    def _journal(self, record: Record) -> None:
        payload = journal.encode(record)
        self._book.write(notes.Journalled(record.epoch, record.number, record.at_us, digest(payload)))
        assert self._journal_ring.put(payload)
        self._puts.append((self._journal_ring.put_until, record.epoch, record.number))
        self._since_snapshot += 1

    # -- duties -----------------------------------------------------------------------------------

    def _record(self) -> None:
        self._due["record"] = self.now_us + RECORD_US
        self._book.write(notes.Reached(self.now_us, self._epoch, self._tick))
        try:
            self._recorder.step(self.now_us)
        except Killed:
            self._start_recorder()
        done, saved = self._journal_ring.released_until, None
        while self._puts and self._puts[0][0] <= done:
            _, *saved = self._puts.pop(0)
        if saved is not None:
            self._book.write(notes.Durable(*saved))
        self._desk.tell_saved()
        self._snapshot()
        assert self._recorder_is_well()

    def _recorder_is_well(self) -> bool:
        return getattr(self._recorder, "failing", None) is None

    def _snapshot(self) -> None:
        engine = self.keeper.engine
        ring = Ring(self._memory.snapshots)
        if self._since_snapshot >= SNAPSHOT_RECORDS and ring.put(
            pack(engine.snapshot(), engine.epoch, engine.number)
        ):
            self._since_snapshot = 0

    @property
    def data(self) -> Path:
        return self._life.data

    @property
    def archive(self) -> Archive:
        """The archive that is at work."""
        found = self._archivist._archive
        assert found is not None
        return found

    def archive_now(self) -> None:
        self._due["archive"] = self.now_us + ARCHIVE_US
        try:
            self._archivist.step(self.now_us)
        except Killed:
            self._kill_archive()
        assert self._archivist.failures == 0, self._archivist.last_error

    def _upset(self) -> None:
        """One of the box's processes dies and is started again; the others go on."""
        self._plan("upset")
        deaths = (self._start_engine, self._start_switch, self._start_recorder, self._kill_archive)
        death = self._rng.choice((*deaths, self._kill_at_the_disk, self._kill_at_the_disk))
        death()

    def _kill_at_the_disk(self) -> None:
        """Whoever makes that step: recorder or archive."""
        MortalDisk.left = self._rng.randint(1, 30)

    def _kill_archive(self) -> None:
        """What it had not committed is gone; its files stay as they were."""
        archive = self._archivist._archive
        if archive is not None:
            archive.db.rollback()
            archive.db.close()
        self._start_archive()

    def _configure(self) -> None:
        self._plan("configure")
        site = structs.replace(self._config.site, name=f"Power {self._rng.randrange(10**6)}")
        self._config = structs.replace(self._config, site=site)
        with ConfigStore(self._life.data / "config.db") as store:
            version = store.put(self._config, "rig", self._wall_us + self.now_us)
            text = store.get(version).json
        self._book.write(notes.ConfigSaved(version, digest(text.encode())))
        self._applied = ConfigApplied(version, "rig", text)
        self._order(self._applied)

    def _give_order(self) -> None:
        self._plan("order")
        self._orders += 1
        name = f"{self._life.seed}-{self._orders}"
        agent = self._rng.choice(self._config.agents).id
        self._order(AgentOrder(name, "rig", agent, self._rng.choice(("ready", "not-ready"))))

    def _erase(self) -> None:
        """Somebody who rang wants to be forgotten."""
        self._plan("erase")
        if self._archivist._archive is None:
            return  # it was killed and has not begun anew
        calls = self.archive.db.execute(
            "SELECT from_number FROM calls WHERE from_number LIKE '13%'"
        ).fetchall()
        if not calls:
            return
        number = self._rng.choice(calls)[0]
        marks = marks_of(self._places, number, "en")
        self._orders += 1
        name = f"{self._life.seed}-{self._orders}"
        order = ErasureOrder(name, "rig", "asked to", tuple(sorted(marks)), self._rng.random() < 0.5)
        self._order(order, notes.ErasureSaved(number, self.now_us))

    def _order(self, order: AnyOrder, promise: notes.Note | None = None) -> None:
        def answered(answer: OrderAnswer) -> None:
            if answer.verdict is Verdict.SAVED:
                self._book.write(
                    notes.OrderSaved(answer.epoch, answer.number), *([promise] if promise else [])
                )

        self._desk.take(GiveOrder(self._orders, order, True), self.now_us, answered)

    def _inspect(self) -> None:
        self._due["inspect"] = 1 << 62
        self.inspect(self)

    inspect: Callable[[PoweredBox], None] = staticmethod(lambda box: None)
    """What is looked at once a box has recovered; the rig puts it here."""

    def _plan(self, duty: str) -> None:
        mean_s = {"upset": 1 / max(self._life.upsets, 1e-9), "configure": 12.0, "order": 3.0, "erase": 15.0}[
            duty
        ]
        self._due[duty] = self.now_us + round(self._rng.expovariate(1 / mean_s) * 1e6) + 1


_DUTIES: dict[str, Callable[[PoweredBox], None]] = {
    "record": PoweredBox._record,
    "archive": PoweredBox.archive_now,
    "upset": PoweredBox._upset,
    "configure": PoweredBox._configure,
    "order": PoweredBox._give_order,
    "erase": PoweredBox._erase,
    "inspect": PoweredBox._inspect,
}
