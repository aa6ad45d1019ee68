"""The gate's process at its sockets: loopback alone, floods, garbage, readers that do not read, an engine that goes."""

from __future__ import annotations

import random
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec
import pytest

from firmware.cli.gate import make_token
from firmware.config.schema import Config, Gate
from firmware.config.versions import ConfigStore
from firmware.gate.engine_link import PATIENCE_US
from firmware.gate.packets import GREETING
from firmware.gate.runner import Gate as GateProcess
from firmware.gate.session import UNREAD_BYTES
from firmware.gate.status import GateStatus
from firmware.gate.tail import Tail
from firmware.protocol.places import Places
from firmware.protocol.ring import Overtaken, Ring
from tests.unit.switch_bench import HandClock

MOST = 8
SALT = "0011223344556677"


class Door:
    """A gate without an engine, turned by hand."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        token, self.secret = make_token(self.places, "tool", ("read", "originate"), SALT)
        self.config = Config(gate=Gate(enabled=True, tokens=(token,), most_clients=MOST))
        self.clock = HandClock()
        self.gate = GateProcess(self.places, self.config, self.clock, 0, port=0)
        assert self.gate.server is not None
        self.port = self.gate.server.port

    def turn(self, times: int = 3) -> None:
        for _ in range(times):
            self.gate.step(0)

    def connect(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port), 5)
        link.settimeout(5)
        return link

    def login(self) -> socket.socket:
        link = self.connect()
        self.turn()
        link.sendall(f"Action: Login\r\nUsername: tool\r\nSecret: {self.secret}\r\n\r\n".encode())
        self.turn()
        assert b"Authentication accepted" in link.recv(1 << 16)
        return link

    def works(self) -> bool:
        """Somebody new gets in."""
        with self.login():
            return True


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path)
    yield door
    door.gate.close()
    shutil.rmtree(door.places.run)


def test_it_listens_on_loopback_alone(door: Door) -> None:
    assert door.gate.server is not None
    listener = door.gate.server.readers[0]
    assert listener.getsockname()[0] == "127.0.0.1"
    assert not any(field in Gate.__struct_fields__ for field in ("address", "host", "bind"))


def test_a_thousand_connections_are_let_go_and_who_is_in_stays(door: Door) -> None:
    inside = door.login()
    for _ in range(10):
        with ExitStack() as a_hundred:
            for _ in range(100):
                a_hundred.enter_context(door.connect())
                door.turn(1)
                assert len(door.gate.hub.sessions) <= MOST
    door.turn(20)
    assert door.gate.hub.counts.refused_connections >= 900, "the last of each hundred left by themselves"
    inside.sendall(b"Action: Ping\r\n\r\n")
    door.turn()
    assert b"Pong" in inside.recv(1 << 16)
    inside.close()
    assert door.works()


def test_when_all_places_are_taken_by_logins_nobody_else_comes_in(door: Door) -> None:
    with ExitStack() as all_of_them:
        for _ in range(MOST):
            all_of_them.enter_context(door.login())
        late = all_of_them.enter_context(door.connect())
        door.turn()
        assert late.recv(100) == b""


@pytest.mark.parametrize("seed", range(8))
def test_garbage_ends_its_own_connection_at_most(door: Door, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        with door.connect() as link:
            door.turn(1)
            data = chance.choice(
                [chance.randbytes(3000), b"\r\n" * 900, b"Action: " + b"A" * 9000, b"\xff\xfe:\n" * 50]
            )
            link.sendall(data)
            door.turn(2)
    door.turn()
    assert door.works()


def test_a_huge_packet_is_cut_off_without_being_kept(door: Door) -> None:
    link = door.connect()
    door.turn()
    assert link.recv(100) == GREETING
    with suppress(OSError):  # it may be gone before all is sent
        for _ in range(3):
            link.sendall(b"Secret: " + b"x" * 60_000)
            door.turn(1)
    door.turn()
    link.close()
    assert door.gate.hub.sessions == {}
    assert door.works()


def test_who_does_not_read_is_let_go(door: Door) -> None:
    link = door.login()
    session = next(iter(door.gate.hub.sessions.values()))
    session.out += b"x" * (UNREAD_BYTES + 1)
    door.turn()
    assert door.gate.hub.sessions == {}
    assert door.gate.hub.counts.dropped == 1
    link.close()


def test_without_an_engine_orders_are_answered_in_the_end(door: Door) -> None:
    config = Config(gate=door.config.gate, extensions=())
    link = door.login()
    door.gate.hub.use(config)
    link.sendall(b"Action: Hangup\r\nChannel: Tipring/801-00000001\r\nActionID: h\r\n\r\n")
    door.turn()
    assert b"No such channel" in link.recv(1 << 16)
    answers: list[object] = []
    from firmware.protocol.inputs import CallOrder

    door.gate.link.give(CallOrder("o", "test", "hang-up", call=1), answers.append, door.clock.now_us())
    door.clock.wait_until(door.clock.now_us() + PATIENCE_US)
    door.turn()
    (answer,) = answers
    assert str(answer.verdict) == "no-engine"  # type: ignore[attr-defined]
    link.close()


def test_a_gate_that_is_switched_off_lets_everybody_go(door: Door) -> None:
    link = door.login()
    with ConfigStore(door.places.config_db) as store:
        store.put(Config(), "test", 0)
    door.gate._take_config()
    assert link.recv(100) == b""
    assert door.gate.server is None
    door.turn()
    link.close()


def test_figures_are_written_each_second(door: Door) -> None:
    def told() -> GateStatus:
        return msgspec.json.decode(door.places.status("gate").read_bytes(), type=GateStatus)

    link = door.login()
    door.clock.wait_until(door.clock.now_us() + 1_000_000)
    door.turn()
    assert (told().listening, told().clients, told().at_us) == (True, 1, door.clock.now_us())
    with ConfigStore(door.places.config_db) as store:
        store.put(Config(), "test", 0)
    door.gate._take_config()
    door.clock.wait_until(door.clock.now_us() + 1_000_000)
    door.turn()
    assert (told().listening, told().clients) == (False, 0)
    link.close()


def test_the_tail_tells_when_it_was_overtaken_and_goes_on() -> None:
    ring = Ring.in_memory(256)
    tail = Tail(ring)
    for _ in range(40):
        assert ring.put(b"x" * 20)
        ring.drain()
    with pytest.raises(Overtaken):
        list(tail.read())
    assert ring.put(b"no record")
    assert list(tail.read()) == []
    assert tail.unreadable == 1


def test_looking_takes_nothing_from_the_ring() -> None:
    ring = Ring.in_memory(256)
    position = ring.put_until
    ring.put(b"one")
    found = ring.look(position)
    assert found is not None
    assert found[0] == b"one"
    assert ring.look(found[1]) is None
    assert ring.drain() == [b"one"]
