"""The engine's process against a real socket: what dies on its way to the switch is sent again, once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.config.versions import ConfigStore
from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.process.command_tail import KEPT, CommandTail
from firmware.engine.process.runner import EngineProcess
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.commands import Numbered
from firmware.protocol.inputs import FromSwitch, TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.places import Places
from firmware.protocol.wire_format import Inbox
from firmware.switch.engine_link import EngineLink
from tests.unit.fake_box import office
from tests.unit.switch_bench import HandClock

STEP_US = 1_000


class Bench:
    """A switch that is nothing but its socket, and engines that come and go beside it."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        with ConfigStore(self.places.config_db) as store:
            store.put(office(), "test", 0)
        self.clock = HandClock()
        self.inbox = Inbox()
        self.done: list[c.AnySwitchCommand] = []
        self.link = EngineLink(self.places.switch_socket, epoch=4)
        self.engine = self.new_engine()

    def new_engine(self) -> EngineProcess:
        return EngineProcess(self.places, "box-1", self.clock, WallLook(self.clock.now_us, self.clock.now_us))

    def new_switch(self) -> None:
        self.link.close()
        self.link = EngineLink(self.places.switch_socket, epoch=5)
        self.inbox = Inbox()

    def pump(self, *events: e.AnySwitchEvent) -> None:
        """Till both sides have heard each other, and the engine has decided upon `events` but sent nothing."""
        for told in ((), (), (), events):
            self.carry(self.link.exchange(told))
            self.engine.step(STEP_US)

    def carry(self, commands: list[Numbered]) -> None:
        self.done += [one.command for one in commands if self.inbox.is_new(one)]

    def kill_engine(self) -> None:
        """What was not flushed dies with it."""
        self.engine.close()
        self.engine = self.new_engine()

    def seized(self) -> int:
        return sum(isinstance(command, c.Seize) for command in self.done)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.engine.close()
    bench.link.close()
    shutil.rmtree(bench.places.run)


def rang(bench: Bench, count: int) -> e.LineRang:
    return e.LineRang(port=0, at_us=bench.clock.us, count=count)


def test_commands_that_died_with_the_engine_are_sent_by_the_next(bench: Bench) -> None:
    bench.pump(rang(bench, 1), rang(bench, 2))
    bench.kill_engine()
    assert bench.seized() == 0, "decided and journalled, but not sent"
    bench.pump()
    assert bench.seized() == 1
    assert any(isinstance(command, c.Play) for command in bench.done)


def test_a_switch_that_had_them_does_nothing_twice(bench: Bench) -> None:
    bench.pump(rang(bench, 1), rang(bench, 2))
    bench.pump()
    before = bench.seized()
    bench.kill_engine()
    bench.pump()
    assert (before, bench.seized()) == (1, 1)
    assert bench.inbox.repeats


def test_the_report_is_asked_for_after_the_repeats(bench: Bench) -> None:
    bench.pump(rang(bench, 1), rang(bench, 2))
    bench.kill_engine()
    bench.done.clear()
    bench.pump()
    kinds = [type(command) for command in bench.done]
    assert kinds.index(c.Seize) < len(kinds) - 1 - kinds[::-1].index(c.Report)


def test_a_new_switch_is_not_told_what_its_predecessor_was(bench: Bench) -> None:
    bench.pump(rang(bench, 1), rang(bench, 2))
    bench.kill_engine()
    bench.new_switch()
    bench.pump()
    assert bench.seized() == 0
    assert any(isinstance(command, c.Report) for command in bench.done)


def test_a_lost_connection_alone_loses_no_command(bench: Bench) -> None:
    bench.pump(rang(bench, 1), rang(bench, 2))
    bench.engine.link.close()
    bench.clock.us += 250_000
    bench.pump()
    assert bench.seized() == 1


def test_the_tail_forgets_what_a_former_switch_was_told_and_is_bounded() -> None:
    tail = CommandTail()
    report = e.StateReport(port=-1, at_us=0, tick=0, ports=())
    seize = c.Seize(port=1)
    tail.take(Record(1, 1, 0, FromSwitch(1, 1, report), (), (seize,)))
    tail.take(Record(1, 2, 0, TimeReached(), (), (seize,)))
    assert [one.number for one in tail] == [1, 2]
    tail.take(Record(1, 3, 0, FromSwitch(2, 1, report), (), (seize,)))
    assert [one.number for one in tail] == [3]
    tail.take(Record(1, 4, 0, TimeReached(), (), (seize,) * (KEPT + 5)))
    assert len(list(tail)) == KEPT < 8192
