"""The switch's process: its socket, its life, its figures, with a real socket and the real control timer."""

from __future__ import annotations

import gc
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers import ports as wires
from firmware.prompts.bank import PromptBank
from firmware.protocol import commands as ask
from firmware.protocol import events as told
from firmware.protocol.commands import Numbered
from firmware.protocol.places import Places
from firmware.protocol.wire_format import Ack, CommandFrame, EventFrame, Frame, FrameStream, Hello, encode
from firmware.switch import realtime, runner
from firmware.switch._pace import lib
from firmware.switch.engine_link import EngineLink
from firmware.switch.life import next_epoch
from firmware.switch.plan import SwitchPlan
from firmware.switch.switch import Switch
from tests.unit.switch_bench import FXO, FXS, HandClock, ListTape, LoopCard, config


class EngineEnd:
    """The engine's end of the socket."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self.socket.settimeout(5)
        self._stream = FrameStream()

    def send(self, *frames: Frame) -> None:
        self.socket.sendall(b"".join(encode(frame) for frame in frames))

    def read(self, count: int) -> list[Frame]:
        frames: list[Frame] = []
        while len(frames) < count:
            frames += self._stream.receive(self.socket.recv(65536))
        return frames


@pytest.fixture
def link(tmp_path: Path) -> Iterator[EngineLink]:
    link = EngineLink(tmp_path / "s", epoch=4)
    yield link
    link.close()


@pytest.fixture
def engine(tmp_path: Path, link: EngineLink) -> Iterator[EngineEnd]:
    engine = EngineEnd(tmp_path / "s")
    yield engine
    engine.socket.close()


RANG = told.LineRang(port=0, at_us=1, count=1)
SEIZE = CommandFrame(Numbered(1, 1, 0, ask.Seize(port=0)))


def test_events_wait_for_an_engine_and_are_kept_until_acknowledged(tmp_path: Path, link: EngineLink) -> None:
    link.exchange([RANG, RANG])
    engine = EngineEnd(tmp_path / "s")
    link.exchange([RANG])
    assert engine.read(4) == [Hello("switch", 4, 3), *(EventFrame(4, n, RANG) for n in (1, 2, 3))]
    engine.send(Hello("engine", 9), Ack(4, 2))
    link.exchange([])
    assert [frame.number for frame in link.outbox.unacknowledged()] == [3]
    engine.socket.close()
    link.exchange([])
    assert not link.up
    again = EngineEnd(tmp_path / "s")
    link.exchange([])
    assert again.read(2) == [Hello("switch", 4, 3), EventFrame(4, 3, RANG)]
    again.socket.close()


def test_what_the_engine_knows_is_told_by_acknowledgements_and_commands(
    link: EngineLink, engine: EngineEnd
) -> None:
    link.exchange([RANG] * 5)
    engine.send(CommandFrame(Numbered(1, 1, 0, ask.Seize(port=0), life=4, seen=2)))
    link.exchange([])
    assert link.known == 2
    engine.send(CommandFrame(Numbered(1, 2, 0, ask.Seize(port=0), life=3, seen=5)), Ack(3, 5))
    link.exchange([])
    assert link.known == 2, "what it knew of a former life"
    engine.send(Ack(4, 4))
    link.exchange([])
    assert link.known == 4
    engine.send(Ack(4, 1 << 40))
    link.exchange([])
    assert link.known == 5, "nobody knows what has not happened"


def test_commands_arrive_in_order(link: EngineLink, engine: EngineEnd) -> None:
    link.exchange([])
    frames = [CommandFrame(Numbered(1, n, 0, ask.Hear(port=0, source=n))) for n in range(200)]
    engine.send(*frames)
    assert link.exchange([]) == [frame.command for frame in frames]


def test_a_new_engine_takes_the_place_of_a_hung_one(
    tmp_path: Path, link: EngineLink, engine: EngineEnd
) -> None:
    link.exchange([])
    newer = EngineEnd(tmp_path / "s")
    link.exchange([RANG])
    assert newer.read(2)[1] == EventFrame(4, 1, RANG)
    newer.send(SEIZE)
    assert link.exchange([]) == [SEIZE.command]
    assert link.connections == 2
    newer.socket.close()


def test_an_engine_that_sends_rubbish_is_let_go(link: EngineLink, engine: EngineEnd) -> None:
    link.exchange([])
    engine.send(SEIZE)
    engine.socket.sendall(b"\xff" * 64)
    assert link.exchange([]) == [SEIZE.command]
    assert not link.up


def test_an_engine_that_takes_nothing_gets_all_of_it_in_order_when_it_does(
    link: EngineLink, engine: EngineEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it took nothing: what waits for it waits in the outbox, never a growing buffer."""
    monkeypatch.setattr("firmware.switch.engine_link.UNSENT_BYTES", 100_000)
    for _ in range(40):
        link.exchange([RANG] * 500)
    assert link.up and len(link._out) < 101_000
    numbers: list[int] = []
    while len(numbers) < 20_000:
        numbers += [frame.number for frame in engine.read(1) if isinstance(frame, EventFrame)]
        link.exchange([])
    assert numbers == list(range(1, 20_001))


def test_each_life_has_a_higher_number_also_after_the_file_was_spoilt(tmp_path: Path) -> None:
    assert [next_epoch(tmp_path) for _ in range(3)] == [1, 2, 3]
    assert (tmp_path / "switch.epoch").read_text() == "3\n"


def process_parts(tmp_path: Path) -> tuple[Places, HandClock, LoopCard]:
    places = Places(tmp_path)
    places.make()
    clock = HandClock()
    return places, clock, LoopCard([FXO] * 4 + [FXS] * 4, clock)


def test_the_process_ticks_talks_to_its_engine_and_leaves_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", _refused)
    monkeypatch.setattr(realtime, "lib", _Unlocked(lib))
    places, clock, card = process_parts(tmp_path)
    engines: list[EngineEnd] = []
    ticks = 0

    def make(epoch: int) -> Switch:
        plan = SwitchPlan.from_config(config())
        return Switch([card], plan, clock, PromptBank({}, {}), ListTape(), epoch)

    def stopped() -> bool:
        nonlocal ticks
        ticks += 1
        if ticks == 2:
            engines.append(EngineEnd(places.switch_socket))
            engines[0].send(Hello("engine", 1), SEIZE, SEIZE)
        return ticks > 120

    runner.run(places, make, clock=clock, ring_fill=lambda: 0.25, stopped=stopped)
    frames = engines[0].read(2)
    engines[0].socket.close()
    assert frames[0] == Hello("switch", 4, 1), "box time 1 s, in steps of 250 ms"
    assert isinstance(frames[1], EventFrame) and isinstance(frames[1].event, told.StateReport)
    assert card.commands.count((0, wires.GoOffHook())) == 1
    status = json.loads(places.status("switch").read_bytes())
    assert status["tick"] == 100 and status["pace"]["ticks"] == 100 and status["audio_ring_fill"] == 0.25
    assert status["repeated_commands"] == 1 and status["engine_up"]
    assert status["findings"] == ["no real-time priority: refused here"]
    assert not places.switch_socket.exists() and gc.isenabled()


def test_the_control_timer_notes_its_own_slips() -> None:
    with realtime.ControlTimer() as control:
        control.take_worst_us()
    assert control.take_worst_us() >= 0


def _refused(*_: object) -> None:
    raise PermissionError(1, "refused here")


class _Unlocked:
    """The C module without locking the test run's memory."""

    def __init__(self, lib: object) -> None:
        self._lib = lib

    def tip_lock_memory(self) -> int:
        return 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._lib, name)
