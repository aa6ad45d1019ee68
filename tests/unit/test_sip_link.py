from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cards.card_wire import (
    PACKET_BYTES,
    Told,
    decode_command,
    decode_event,
    encode_command,
    encode_event,
)
from drivers.ports import PortFailed
from drivers.signalling import AnswerCall, CallCleared, CallsStand, PlaceCall, StandingCall
from firmware.sip.link import Connected, Link

STAND = CallsStand(5, (StandingCall(0, 1, connected=True, placed=False),), ((3, "no telephone"),))


@pytest.mark.parametrize("event", [STAND, CallCleared(1, 2, 3, 16), PortFailed(1, 2, "why")])
def test_events_come_out_as_they_went_in(event: CallCleared | CallsStand | PortFailed) -> None:
    assert decode_event(encode_event(event)) == event


def test_commands_come_out_as_they_went_in() -> None:
    assert decode_command(encode_command(7, PlaceCall(-1, "202"))) == Told(7, PlaceCall(-1, "202"))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_are_none(packet: bytes) -> None:
    decode_event(packet)
    decode_command(packet)


@given(st.data())
def test_torn_packets_are_none_or_whole(data: st.DataObject) -> None:
    packet = encode_event(STAND)
    cut = data.draw(st.integers(0, len(packet) - 1))
    assert decode_event(packet[:cut]) is None


def test_endless_and_deep_packets_are_none() -> None:
    assert decode_event(b"\x00" * (PACKET_BYTES + 1)) is None
    assert decode_event(b"\x81\xa1x" + b"\x91" * 50_000) is None


class Bench:
    def __init__(self, folder: Path) -> None:
        self.rung = threading.Semaphore(0)
        self.path = folder / "sip.sock"
        self.link = Link(self.path, self.rung.release)
        self.link.start()
        self.switches: list[socket.socket] = []

    def connect(self) -> socket.socket:
        switch = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        switch.settimeout(5)
        switch.connect(str(self.path))
        self.switches.append(switch)
        return switch

    def take(self) -> Told | Connected:
        assert self.rung.acquire(timeout=5)
        return next(iter(self.link.take()))

    def close(self) -> None:
        self.link.close()
        for switch in self.switches:
            switch.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_a_new_switch_is_told_before_anything_is_sent_to_it(bench: Bench) -> None:
    switch = bench.connect()
    assert bench.rung.acquire(timeout=5)
    bench.link.send(CallCleared(0, 1, 2, 16))
    assert bench.link.unsent == 1, "nobody has taken the connection yet"
    for one in bench.link.take():
        assert isinstance(one, Connected)
        bench.link.send(STAND)
    assert decode_event(switch.recv(PACKET_BYTES)) == STAND


def test_commands_arrive_and_garbage_is_counted(bench: Bench) -> None:
    switch = bench.connect()
    bench.take()
    switch.send(b"\xc1")
    switch.send(encode_command(3, AnswerCall(1)))
    assert bench.take() == Told(3, AnswerCall(1))
    assert bench.link.garbled == 1


def test_the_newest_switch_wins(bench: Bench) -> None:
    old = bench.connect()
    bench.take()
    new = bench.connect()
    bench.take()
    bench.link.send(STAND)
    assert decode_event(new.recv(PACKET_BYTES)) == STAND
    assert old.recv(PACKET_BYTES) == b""
    assert bench.link.is_up


def test_a_switch_that_stands_still_is_let_go_and_nobody_waits(bench: Bench) -> None:
    bench.connect()
    bench.take()
    for _ in range(100_000):
        bench.link.send(STAND)
        if bench.link.unsent:
            break
    assert bench.link.unsent
    assert not bench.link.is_up


def test_what_is_sent_to_nobody_is_counted(bench: Bench) -> None:
    bench.link.send(STAND)
    assert bench.link.unsent == 1
