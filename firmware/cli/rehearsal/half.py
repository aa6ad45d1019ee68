"""The half of a box that decides and remembers, in virtual time: engine, recorder, archive. Full and fast share it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import msgspec

from firmware.archive.archive import Archive
from firmware.cli.rehearsal.answers import Answers
from firmware.cli.rehearsal.page import Page
from firmware.cli.rehearsal.wall import RehearsedWall
from firmware.config.schema import Config
from firmware.engine import catching_up
from firmware.engine.engine import Engine
from firmware.engine.process.keeper import Keeper
from firmware.engine.process.recovery import RECENT
from firmware.protocol import journal
from firmware.protocol.commands import Numbered
from firmware.protocol.events import AnySwitchEvent
from firmware.protocol.inputs import ConfigApplied, FromSwitch, Started
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder
from firmware.store.disk import VirtualDisk
from hwsim.wall_time import wall_us

JOURNAL_RING_BYTES = 4 << 20
AUDIO_RING_BYTES = 8 << 20
STEP_US = 1_000_000
CUT_US = 30_000_000
SNAPSHOT_RECORDS = 2_000


class RingFull(RuntimeError):
    """A rehearsal's ring overflowed: its owner did not step often enough."""


class DecidingHalf:
    """`send` carries commands to the switch. Whatever it is told is journalled, recorded and archived in `out`."""

    def __init__(self, config: Config, out: Path, wall_us: int, send: Callable[[Numbered], None]) -> None:
        self._config = config
        self._send = send
        disk = VirtualDisk()
        self.audio_ring = Ring.in_memory(AUDIO_RING_BYTES)
        self._journal_ring = Ring.in_memory(JOURNAL_RING_BYTES)
        box = config.site.box
        self._recorder = Recorder(self._journal_ring, self.audio_ring, out, box=box, disk=disk)
        self.archive = Archive(out, box, config.site.zone, disk=disk, durable=False)
        self._snapshot: bytes | None = None
        self._since_snapshot: list[Record] = []
        self.switch_epoch = 1
        self._events = 0
        self._due_us = self._cut_us = 0
        self.records = 0
        self.kills = 0
        self.listeners: list[Callable[[Record], None]] = []
        self.keeper = Keeper(Engine(box), self._journal, send)
        self.up = True
        """An engine process is there; it may hang."""
        self.known = 0
        """The newest event of the switch that the engine has decided upon."""
        self.back_us: int | None = None
        """When an engine that is away comes back."""
        self._waiting: list[FromSwitch] = []
        self.wall = RehearsedWall(wall_us, config.site.zone)
        self.answers = Answers()
        """Of the jobs process."""
        self.page = Page()

    def begin(self) -> None:
        """The engine starts: it asks the switch for a report, learns the time and the configuration."""
        self.keeper.give(Started(1), 0)
        self._look_at_wall(0)
        text = msgspec.json.encode(self._config).decode()
        self.keeper.give(ConfigApplied(1, "scenario", text), 0)

    def event(self, event: AnySwitchEvent) -> None:
        """One event of the switch, numbered and given."""
        self._events += 1
        given = FromSwitch(self.switch_epoch, self._events, event)
        if self.back_us is not None:
            self._waiting.append(given)
        else:
            self._take(given, event.at_us)

    def _take(self, given: FromSwitch, now_us: int) -> None:
        catching_up.take(self.keeper, given, now_us, self.keeper.give)
        self.known = given.number if given.epoch == self.switch_epoch else 0

    def switch_lost(self) -> None:
        """The switch begins a new life and numbers its events anew; what it had not told is lost with it."""
        self.switch_epoch += 1
        self._events = self.known = 0
        self._waiting.clear()

    @property
    def calls_made(self) -> int:
        return self.keeper.engine.state.calls_made

    def open_calls(self, last: int) -> bool:
        """Whether a call not newer than call `last` is still going on."""
        return any(call <= last for call in self.keeper.engine.state.calls)

    def run_until(self, at_us: int) -> None:
        """Timers that are due, then the disk work of a box second."""
        if self.back_us is not None and at_us >= self.back_us:
            self._come_back(at_us)
        if self.back_us is None:
            for given in (*self.answers.due(at_us), *self.page.due(at_us)):
                self.keeper.give(given, self.keeper.not_before(at_us))
            self.keeper.run_timers(at_us)
        if at_us >= self._due_us:
            self._due_us = at_us + STEP_US
            if self.back_us is None:
                self._look_at_wall(at_us)
            self._keep(at_us)

    @property
    def deadline_us(self) -> int | None:
        """When the engine wants to do something."""
        if self.back_us is not None:
            return self.back_us
        times = (self.keeper.engine.deadline_us, self.answers.next_us, self.page.next_us)
        return min((one for one in times if one is not None), default=None)

    def kill(self, at_us: int, for_us: int = 0) -> None:
        """The engine's memory is thrown away and rebuilt from snapshot and journal, as after a kill -9.

        The next engine comes after `for_us`; what the switch tells meanwhile waits for it.
        """
        self.kills += 1
        self.up, self.back_us = False, at_us + for_us
        if not for_us:
            self._come_back(at_us)

    def hang(self, at_us: int, for_us: int) -> None:
        """The engine stands still for so long, as after a SIGSTOP."""
        self.back_us = at_us + for_us

    def _come_back(self, at_us: int) -> None:
        self.back_us, waiting = None, self._waiting
        self._waiting = []
        if not self.up:
            self.up = True
            self._revive()
        for given in waiting:
            self._take(given, at_us)
        self.keeper.give(Started(1 + self.kills), self.keeper.not_before(at_us))

    def _revive(self) -> None:
        engine = Engine.restore(self._snapshot, iter(self._since_snapshot))
        self.keeper = Keeper(engine, self._journal, self._send, self._since_snapshot[-RECENT:])
        if engine.state.switch_epoch == self.switch_epoch:
            self.keeper.repeat()
        self.keeper.give(Started(1 + self.kills), engine.at_us)

    def take_snapshot(self) -> None:
        """A killed engine begins with this one and what comes after it."""
        self._snapshot = self.keeper.engine.snapshot()
        self._since_snapshot.clear()

    def finish(self, at_us: int) -> None:
        self._recorder.close(at_us)
        self.archive.follow_files()
        self.archive.finish()

    def _look_at_wall(self, at_us: int) -> None:
        given = self.wall.look(at_us)
        if given is not None:
            self.keeper.give(given, self.keeper.not_before(at_us))

    def _journal(self, record: Record) -> None:
        self.records += 1
        if not self._journal_ring.put(journal.encode(record)):
            self._keep(record.at_us)
            if not self._journal_ring.put(journal.encode(record)):
                raise RingFull(f"journal ring at record {record.number}")
        self._since_snapshot.append(record)
        self.answers.see(record)
        for listener in self.listeners:
            listener(record)

    def _keep(self, at_us: int) -> None:
        self._recorder.step(at_us)
        if len(self._since_snapshot) >= SNAPSHOT_RECORDS:
            self.take_snapshot()
        if at_us >= self._cut_us:
            self._cut_us = at_us + CUT_US
            self.archive.follow_files(self._recorder.mark.read())
            self.archive.cut(at_us)
            self.archive.release_reels()


@functools.cache
def wall_start_us(starts: str, zone: str) -> int:
    """Unix microseconds of a scenario's start, written in the site's zone."""
    return wall_us(starts, zone)
