"""One set of promises of a hat; on simulated silicon always, on a real one when TIPRING_BENCH names it.

TIPRING_BENCH=pi:0:hw:0:fxo,fxo,fxo,fxo,fxs,fxs,fxs,fxs names backend, SPI bus, PCM device and slots; on a real
bench nothing is plugged in but an exchange line to slot 1, and the telephone of the last slot stays on its hook.
"""

import os
from collections.abc import Iterator

import numpy as np
import pytest

from drivers.backends import HatSpec, SlotSpec, build_cards, load
from drivers.clock import MonotonicClock
from drivers.ports import (
    AnyLineEvent,
    Card,
    GoOffHook,
    GoOnHook,
    PortKind,
    RingBegan,
    RingStopped,
    Samples,
    StartRinging,
    StopRinging,
    TransmitOnHook,
)
from hwsim.hat_bench import HatBench


def real_card() -> Card:
    named = os.environ.get("TIPRING_BENCH")
    if not named:
        pytest.skip("TIPRING_BENCH names no real hat")
    backend, bus, rest = named.split(":", 2)
    pcm, _, slots = rest.rpartition(":")
    spec = HatSpec("bench", tuple(SlotSpec(kind) for kind in slots.split(",")), bus=int(bus), pcm=pcm)
    [card] = build_cards([spec], load(backend), MonotonicClock())
    return card


def simulated_card() -> Card:
    bench = HatBench([("fxo",) * 4 + ("fxs-si3210",) + ("fxs",) * 3])
    bench.battery(0)
    return bench.cards[0]


@pytest.fixture(params=["simulated", pytest.param("real", marks=pytest.mark.bench)])
def card(request: pytest.FixtureRequest) -> Iterator[Card]:
    made = simulated_card() if request.param == "simulated" else real_card()
    findings = made.start()
    assert findings == []
    yield made
    made.stop()


def tick(card: Card, count: int, level: int = 0) -> tuple[list[AnyLineEvent], list[Samples]]:
    events: list[AnyLineEvent] = []
    heard: list[Samples] = []
    for _ in range(count):
        heard.append(card.exchange(np.full((8, 160), level, np.int16)).copy())
        events += card.take_events()
    return events, heard


def test_all_slots_come_up_with_what_they_are(card: Card) -> None:
    assert list(card.kinds) == [PortKind.FXO] * 4 + [PortKind.FXS] * 4
    assert [card.reading(slot).present for slot in range(8)] == [True] * 8
    assert card.reading(0).chip.startswith("Si3050/Si30")


def test_a_line_with_battery_reads_its_voltage_and_draws_current_when_seized(card: Card) -> None:
    assert 40 <= abs(card.reading(0).voltage_v) <= 60
    card.command(0, GoOffHook())
    tick(card, 30)
    reading = card.reading(0)
    assert reading.off_hook and reading.current_ma > 15 and abs(reading.voltage_v) < 15
    card.command(0, GoOnHook())
    tick(card, 5)
    assert not card.reading(0).off_hook and card.reading(0).current_ma == 0


def test_an_idle_telephone_port_feeds_about_48_volts(card: Card) -> None:
    assert 40 <= abs(card.reading(7).voltage_v) <= 56 and card.reading(7).current_ma == 0


def test_our_own_ringing_is_told_burst_by_burst(card: Card) -> None:
    card.command(7, StartRinging((200, 300)))
    events, _ = tick(card, 40)
    card.command(7, StopRinging())
    mine = [event for event in events if event.port == 7]
    assert [type(event) for event in mine] == [RingBegan, RingStopped, RingBegan, RingStopped]
    assert mine[1].at_us - mine[0].at_us == pytest.approx(200_000, abs=10_000)


def test_an_idle_telephone_takes_data_for_so_long_and_rings_as_before(card: Card) -> None:
    card.command(7, TransmitOnHook(300))
    events, _ = tick(card, 5)
    assert (card.reading(7).state, events) == ("data", [])
    tick(card, 15)
    assert card.reading(7).state == "idle"
    card.command(7, TransmitOnHook(300))
    card.command(7, StartRinging((200, 300)))
    events, _ = tick(card, 10)
    card.command(7, StopRinging())
    assert [type(event) for event in events if event.port == 7][:1] == [RingBegan]


def test_samples_have_the_shape_and_an_on_hook_line_is_quiet(card: Card) -> None:
    _, heard = tick(card, 10, level=8000)
    assert heard[-1].shape == (8, 160) and heard[-1].dtype == np.int16
    assert np.abs(heard[-1][1:4]).max() < 200
