"""Crowds of connections, floods and scans: whoever has a call to make gets it within two seconds all the same."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

from drivers.clock import MonotonicClock
from tests.peers.hostile import crowd
from tests.peers.hostile.packets import FLOODS, options
from tests.peers.hostile.siege import ALLOWED_US, GUARDED, STRANGERS, besiege
from tests.peers.sip_caller import Caller, NoAnswer
from tests.peers.sip_target import BareTarget, Target, a_target, prove_alive

RATE = 1000
SIEGE_S = 1.0


@pytest.fixture
def target() -> Iterator[Target]:
    with a_target(*GUARDED) as one:
        yield one


@pytest.fixture
def bare() -> Iterator[BareTarget]:
    one = BareTarget(*GUARDED)
    yield one
    one.stop()


@pytest.mark.parametrize(
    ("number", "sources"), [(60, STRANGERS[:1]), (1000, STRANGERS), (1000, STRANGERS[:1])]
)
def test_idle_connections_keep_nobody_from_calling(
    target: Target, number: int, sources: tuple[str, ...]
) -> None:
    with crowd.connections(target.address("tcp"), number, sources):
        assert target.call() <= ALLOWED_US
        prove_alive(target)


def test_one_source_holds_no_more_connections_than_it_may(bare: BareTarget) -> None:
    with crowd.connections(bare.address("tcp"), 60, STRANGERS[:1]) as many:
        prove_alive(bare)
        counts = bare.figures()["guard"]
        assert counts["connections"] <= 20 + 1
        assert crowd.still_open(many) == 20
    prove_alive(bare)
    prove_alive(bare)
    assert bare.figures()["guard"]["connections"] <= 3, "places are free again"


def test_connections_that_dribble_keep_nobody_from_calling(target: Target) -> None:
    with crowd.connections(target.address("tcp"), 200, STRANGERS) as slow:
        for turn in range(20):
            crowd.dribble(slow, turn)
            assert target.call() <= ALLOWED_US
        prove_alive(target)


def test_a_connection_that_brings_no_message_ends() -> None:
    target = BareTarget("--limits", "0,0,0,0,0,1")
    try:
        with crowd.connections(target.address("tcp"), 5, STRANGERS) as slow:
            clock = MonotonicClock()
            until_us = clock.now_us() + 5_000_000
            turn = 0
            while (left := crowd.still_open(slow)) and clock.now_us() < until_us:
                crowd.dribble(slow[:2], turn)
                turn += 1
                target.call()
            assert left == 0
    finally:
        target.stop()


def test_heads_without_end_keep_nobody_from_calling(target: Target) -> None:
    host, port = target.address("udp")
    with crowd.connections(target.address("tcp"), 20, STRANGERS) as many:
        for one in many:
            one.setblocking(True)
            one.settimeout(2)
            with suppress(OSError):
                one.sendall(crowd.ENDLESS)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(50):
                sender.sendto(crowd.ENDLESS[:65_000], (host, port))
        assert target.call() <= ALLOWED_US
        prove_alive(target)


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_disturbs_no_call(target: Target, kind: str) -> None:
    told = besiege(target, [kind], rate=RATE, seconds=SIEGE_S)
    print(
        f"{kind}: {told.calls} calls, slowest {told.slowest_us / 1000:.1f} ms, "
        f"{told.cpu_share:.1%} of a core at {RATE} a second"
    )
    assert told.is_held, told
    assert told.sent > RATE * SIEGE_S / 2
    prove_alive(target)


def test_a_flood_from_one_source_costs_it_its_hearing_and_nobody_else(bare: BareTarget) -> None:
    told = besiege(bare, ["registers"], rate=RATE, seconds=SIEGE_S, sources=STRANGERS[:1])
    counts = bare.figures()["guard"]
    assert told.is_held, told
    assert counts["over_budget"] > told.sent / 2
    host, port = bare.address("udp")
    with Caller((host, port), source=STRANGERS[5]) as another:
        assert another.ask("OPTIONS", f"sip:{host}:{port}") == 200


def test_sources_that_are_known_by_network_are_not_counted_with_strangers(bare: BareTarget) -> None:
    host, port = bare.address("udp")
    with Caller((host, port)) as known:
        for number in range(300):
            known.send(options(number, known.here))
        assert known.ask("OPTIONS", f"sip:{host}:{port}") == 200
    assert bare.figures()["guard"]["over_budget"] == 0


def test_a_stranger_has_what_its_budget_says(bare: BareTarget) -> None:
    with Caller(bare.address("udp"), source=STRANGERS[0]) as stranger:
        for number in range(150):
            stranger.send(options(number, stranger.here))
        stranger.socket.settimeout(0.3)
        answers = 0
        with pytest.raises(NoAnswer):
            while stranger.receive():
                answers += 1
    assert 100 <= answers <= 125, "a hundred at once, then fifty a second"
    figures = bare.figures()
    assert figures["guard"]["over_budget"] == 150 - answers
    assert [count for source, _, count in figures["drops"] if source == STRANGERS[0]] == [150 - answers]


@pytest.mark.slow
def test_what_would_happen_without_budgets_is_noticed() -> None:
    """Planted: everybody is heard, and each request costs what a log-in check on a slow box does."""
    target = BareTarget("--fault", "slow")
    try:
        told = besiege(target, ["registers"], rate=RATE, seconds=SIEGE_S)
        assert not told.is_held
    except AssertionError as error:
        assert "no call at all" in str(error)
    finally:
        target.stop()


def test_a_crowd_without_caps_is_noticed() -> None:
    """Planted: no cap, and descriptors for few."""
    target = BareTarget("--handles", "120")
    try:
        with (
            crowd.connections(target.address("tcp"), 300, STRANGERS),
            pytest.raises((AssertionError, OSError)),
        ):
            prove_alive(target)
    finally:
        target.stop()
