"""The simulator's desk: calling and hearing by hand, and bad requests answered."""

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from drivers.ports import CYCLE_US, TICK_US
from firmware.config.schema import Card, Config, Extension, Line, Site
from hwsim.scenario import About, OutsideLine, Scenario
from hwsim.wire import RING_BLOCKS, Wire
from hwsim.world.caller import CallerState
from hwsim.world.control import LONGEST_LINE, Control
from hwsim.world.desk import Desk
from hwsim.world.world import World

LINE, PHONE = 0, 4


class Bench:
    """A world whose box answers every ring and sends a hum to every port."""

    def __init__(self) -> None:
        config = Config(
            site=Site(country="CN"),
            cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
            lines=(Line(name="line-1", card="hat", slot=1, number="62345678"),),
            extensions=(Extension(number="801", card="hat", slot=5),),
        )
        scenario = Scenario(
            about=About(name="desk", seconds=60.0), box=config, outside_lines=(OutsideLine(line="*"),)
        )
        self.world = World(scenario, Wire(8))
        self.desk = Desk(self.world)
        self.now_us = 0

    def step(self) -> None:
        wire = self.world.wire
        if self.now_us and self.now_us % TICK_US == 0:
            block = self.now_us // TICK_US - 1
            wire.to_world[block % RING_BLOCKS] = 3000
            wire.blocks[0] = block + 1
        self.world.advance(self.now_us)
        if wire.world["ring_v"][LINE] > 0:
            wire.box["off_hook"][LINE] = 1
        self.now_us += CYCLE_US

    def ask(self, **request: object) -> list[dict[str, object]]:
        replies = []
        for reply in self.desk.open(request):
            if reply is None:
                self.step()
            else:
                replies.append(reply)
        return replies


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.step()
    return made


def test_a_call_rings_is_answered_and_heard(bench: Bench) -> None:
    replies = bench.ask(do="call", number="62345678", seconds=2, **{"from": "13800138000"})
    events = [reply["event"] for reply in replies]
    assert events[0] == "ringing"
    assert "answered" in events
    assert events[-1] == "left"
    heard = [reply for reply in replies if reply["event"] == "heard"]
    samples = np.frombuffer(base64.b64decode(str(heard[-1]["audio"])), "<i2")
    assert np.median(samples) == 3000
    assert float(str(heard[-1]["level_dbm0"])) > -20
    assert not bench.world.taps


def test_a_telephone_is_lifted_dialled_spoken_into_and_put_down(bench: Bench) -> None:
    assert bench.ask(do="lift", who="801")[0]["ok"]
    assert np.isfinite(bench.world.wire.world["loop_ohm"][PHONE])
    assert bench.ask(do="dial", who="801", digits="9*1")[0]["seconds"] == pytest.approx(0.6)
    assert len(bench.ask(do="hear", who="801", seconds=0.2)) == 2
    sent = bench.world.wire.to_box[:, PHONE]
    assert np.abs(sent).max() > 1000
    assert bench.ask(do="hang", who="801")[0]["ok"]
    assert np.isinf(bench.world.wire.world["loop_ohm"][PHONE])


def test_status_tells_of_every_line_and_telephone(bench: Bench) -> None:
    status = bench.ask(do="status")[0]
    assert status["lines"] == {"line-1": {"state": "idle", "with": "", "plugged": True}}
    assert list(status["telephones"]) == ["801"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        {},
        {"do": "explode"},
        {"do": "lift"},
        {"do": "lift", "who": "999"},
        {"do": "lift", "who": 801},
        {"do": "dial", "who": "801", "digits": "12x"},
        {"do": "dial", "who": "801", "digits": "1" * 100},
        {"do": "say", "who": "801", "text": "x" * 10_000},
        {"do": "say", "who": "801", "text": "/no/such/file.wav"},
        {"do": "hear", "who": "801", "seconds": -1},
        {"do": "hear", "who": "801", "seconds": True},
        {"do": "call", "number": "555"},
        {"do": "call", "number": "62345678", "press": "1@2"},
        {"do": "call", "number": "62345678", "press": ["soon"]},
        {"do": "call", "number": "62345678", "from": 5},
    ],
)
def test_what_cannot_be_done_is_answered_with_a_reason(bench: Bench, request_: object) -> None:
    replies = list(bench.desk.open(request_))
    assert replies
    assert replies[-1] is not None
    assert replies[-1]["ok"] is False
    assert replies[-1]["error"]


@pytest.fixture
def linked(bench: Bench, tmp_path: Path) -> Iterator[tuple[Bench, Control, socket.socket]]:
    control = Control(tmp_path / "world.sock", bench.desk)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(str(tmp_path / "world.sock"))
    client.setblocking(False)
    yield bench, control, client
    client.close()
    control.close()


def talk(control: Control, client: socket.socket, data: bytes, polls: int = 6) -> bytes:
    client.sendall(data)
    got = b""
    for _ in range(polls):
        control.poll()
        try:
            got += client.recv(65_536)
        except BlockingIOError:
            continue
    return got


def test_requests_in_pieces_and_in_one_go_are_answered_in_order(
    linked: tuple[Bench, Control, socket.socket],
) -> None:
    _, control, client = linked
    assert talk(control, client, b'{"do": "st', polls=1) == b""
    got = talk(control, client, b'atus"}\n{"do": "nonsense"}\nrubbish\n')
    lines = [json.loads(line) for line in got.splitlines()]
    assert [line.get("ok") for line in lines] == [True, None, False, None, False, None]


def test_a_line_without_end_is_refused_and_the_client_dropped(
    linked: tuple[Bench, Control, socket.socket],
) -> None:
    _, control, client = linked
    for _ in range(4):
        client.sendall(b"x" * (LONGEST_LINE // 3))
        control.poll()
    control.poll()
    assert b"at most" in client.recv(65_536)


def test_a_client_that_goes_away_while_listening_leaves_no_tap(
    linked: tuple[Bench, Control, socket.socket],
) -> None:
    bench, control, client = linked
    client.sendall(b'{"do": "hear", "who": "801", "seconds": 60}\n')
    control.poll()
    control.poll()
    assert len(bench.world.taps) == 1
    client.close()
    control.poll()
    control.poll()
    assert not bench.world.taps


@pytest.mark.parametrize("until", ["ringing", "answered"])
def test_who_stops_listening_to_an_own_call_has_hung_up(bench: Bench, until: str) -> None:
    with closing(
        cast("Any", bench.desk.open({"do": "call", "number": "62345678", "seconds": 60}))
    ) as session:
        for reply in session:
            if reply and reply["event"] == until:
                break
            bench.step()
        assert bench.world.outside.on
    assert not bench.world.outside.on
    assert bench.world.cast.callers[-1].state is CallerState.GONE
