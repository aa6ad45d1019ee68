"""The switch's half of a SIP card against a process that is a socket of the test's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.cards.card_wire import Told, decode_command, encode_event, socket_path
from drivers.cards.sip import AGAIN_TICKS, NO_PROCESS, SipCard
from drivers.ports import TICK_SAMPLES, PortFailed, PortKind, PortRecovered
from drivers.signalling import (
    AnswerCall,
    CallAlerting,
    CallCleared,
    CallConnected,
    CallOffered,
    CallsStand,
    CallStands,
    ClearCall,
    PlaceCall,
    ShowMessageCount,
    ShowUse,
    StandingCall,
)

KINDS = (PortKind.SIP, PortKind.SIP_TRUNK)
RINGBACK = np.arange(2 * TICK_SAMPLES, dtype=np.int16) + 1
SILENCE = np.zeros((len(KINDS), TICK_SAMPLES), np.int16)


class Clock:
    def now_us(self) -> int:
        return 7

    def wait_until(self, at_us: int) -> None:
        raise AssertionError("the card never waits")


class Process:
    """Listens where a SIP process does."""

    def __init__(self, run: Path) -> None:
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.server.bind(str(socket_path(run)))
        self.server.listen()
        self.server.settimeout(5)
        self.links: list[socket.socket] = []

    def take(self, *calls: StandingCall, failed: tuple[tuple[int, str], ...] = ()) -> socket.socket:
        link, _ = self.server.accept()
        link.settimeout(5)
        self.links.append(link)
        link.send(encode_event(CallsStand(1, calls, failed)))
        return link

    def close(self) -> None:
        for one in (self.server, *self.links):
            one.close()


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SipCard]:
    one = SipCard("ip", KINDS, tmp_path, Clock(), RINGBACK)
    yield one
    one.stop()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    one = Process(tmp_path)
    yield one
    one.close()


def started(card: SipCard, process: Process) -> socket.socket:
    """The card, connected to a process with nothing under way."""
    card.start()
    link = process.take()
    card.take_events()
    return link


def told(link: socket.socket) -> Told:
    found = decode_command(link.recv(65536))
    assert found is not None
    return found


def test_without_a_process_its_ports_failed_and_its_calls_are_cleared(card: SipCard) -> None:
    assert card.start() != []
    assert card.take_events() == [PortFailed(port, 7, NO_PROCESS) for port in (0, 1)]
    card.signal(1, PlaceCall(-1, "10086"))
    card.signal(1, AnswerCall(4))
    assert card.take_events() == [CallCleared(1, 7, -1, 41)]
    assert card.misfits == 1


def test_a_process_that_comes_later_is_found(card: SipCard, process: Process) -> None:
    card.start()
    link = process.take(failed=((0, "unregistered"),))
    card.take_events()
    assert [one for _ in range(AGAIN_TICKS) for one in card.take_events()] == []
    link.send(encode_event(PortRecovered(0, 9)))
    assert card.take_events() == [PortRecovered(0, 9)]


def test_what_it_says_and_is_told(card: SipCard, process: Process) -> None:
    link = started(card, process)
    link.send(encode_event(CallOffered(0, 3, 1, "201")))
    assert card.take_events() == [CallOffered(0, 3, 1, "201")]
    card.signal(0, AnswerCall(1))
    assert told(link) == Told(0, AnswerCall(1))


def test_its_death_clears_its_calls(card: SipCard, process: Process) -> None:
    link = started(card, process)
    link.send(encode_event(CallOffered(0, 3, 1, "201")))
    card.signal(1, PlaceCall(-1, "10086"))
    card.take_events()
    process.close()
    assert card.take_events() == [
        CallCleared(1, 7, -1, 41),
        CallCleared(0, 7, 1, 41),
        *(PortFailed(port, 7, NO_PROCESS) for port in (0, 1)),
    ]


def test_a_new_switch_finds_calls_that_stand(card: SipCard, process: Process) -> None:
    card.start()
    process.take(StandingCall(0, 5, connected=True, placed=False), failed=((1, "unregistered"),))
    events = card.take_events()
    assert CallStands(0, 1, 5, connected=True, placed=False, held=False) in events
    assert PortRecovered(0, 1) in events


def test_calls_told_in_the_first_tick_stand(card: SipCard, process: Process) -> None:
    card.start()
    card.exchange(SILENCE)
    process.take(StandingCall(1, -5, connected=True, placed=True, held=True))
    assert CallStands(1, 1, -5, connected=True, placed=True, held=True) in card.take_events()


def test_calls_told_when_the_engine_has_asked_are_cleared(card: SipCard, process: Process) -> None:
    """No leg of the engine would have them, and their telephones would be in use for ever."""
    card.start()
    for _ in range(2):
        card.exchange(SILENCE)
    link = process.take(
        StandingCall(0, 5, connected=True, placed=False), StandingCall(1, -5, connected=False, placed=True)
    )
    assert card.take_events() == [
        *(PortFailed(port, 7, NO_PROCESS) for port in (0, 1)),
        *(PortRecovered(port, 1) for port in (0, 1)),
    ]
    assert [told(link), told(link)] == [Told(0, ClearCall(5, 41)), Told(1, ClearCall(-5, 41))]
    assert not card.reading(0).off_hook
    card.signal(1, PlaceCall(-5, "10086"))
    link.send(encode_event(CallConnected(1, 8, -5)))
    link.send(encode_event(CallCleared(1, 9, -5, 41)))
    assert card.take_events() == [], "of the one that ends, though a new one has its number"
    link.send(encode_event(CallConnected(1, 10, -5)))
    assert card.take_events() == [CallConnected(1, 10, -5)]


def test_a_link_that_breaks_with_both_ends_alive_ends_what_it_carried(
    card: SipCard, process: Process
) -> None:
    link = started(card, process)
    card.exchange(SILENCE)
    link.send(encode_event(CallOffered(0, 3, 1, "201")))
    card.signal(1, PlaceCall(-1, "10086"))
    card.take_events()
    link.close()
    for _ in range(AGAIN_TICKS + 1):
        card.exchange(SILENCE)
        card.take_events()
    again = process.take(
        StandingCall(0, 1, connected=True, placed=False), StandingCall(1, -1, connected=True, placed=True)
    )
    assert card.take_events() == [PortRecovered(port, 1) for port in (0, 1)]
    assert [told(again), told(again)] == [Told(0, ClearCall(1, 41)), Told(1, ClearCall(-1, 41))]


def test_a_call_that_is_gone_when_it_returns_is_cleared(card: SipCard, process: Process) -> None:
    link = started(card, process)
    link.send(encode_event(CallOffered(0, 3, 1, "201")))
    card.take_events()
    link.send(encode_event(CallsStand(4, ())))
    assert card.take_events() == [CallCleared(0, 7, 1, 41)]


def test_ringback_is_heard_till_the_far_end_says_something(card: SipCard, process: Process) -> None:
    link = started(card, process)
    card.signal(1, PlaceCall(-1, "10086"))
    link.send(encode_event(CallAlerting(1, 3, -1, in_band=False)))
    card.take_events()
    heard = [card.exchange(SILENCE)[1].copy() for _ in range(3)]
    assert np.array_equal(np.concatenate(heard), np.concatenate([RINGBACK, RINGBACK[:TICK_SAMPLES]]))
    link.send(encode_event(CallConnected(1, 4, -1)))
    card.take_events()
    assert not card.exchange(SILENCE)[1].any()


def test_a_process_that_is_new_is_told_what_lamps_show(card: SipCard, process: Process) -> None:
    card.start()
    card.signal(0, ShowMessageCount(2))
    card.signal(0, ShowUse("talking", number="801"))
    card.signal(0, ShowUse("idle", number="801"))
    link = process.take()
    card.take_events()
    assert [told(link), told(link)] == [
        Told(0, ShowMessageCount(2)),
        Told(0, ShowUse("idle", number="801")),
    ]


@pytest.mark.parametrize("packet", [b"\x00", b"\xff" * 70_000, encode_event(CallOffered(9, 1, 1, ""))])
def test_garbage_is_counted(card: SipCard, process: Process, packet: bytes) -> None:
    link = started(card, process)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
    link.send(packet)
    assert card.take_events() == []
    assert card.garbled == 1
