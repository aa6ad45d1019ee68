"""A hat and its wires: dial pulses, keys, ringing and speech through chips and card, in virtual time."""

import itertools

import numpy as np
import pytest

from drivers.cards.spi_hat import SpiHat
from drivers.clock import MonotonicClock
from drivers.ports import (
    TICK_SAMPLES,
    AnyLineEvent,
    CollectPulses,
    Flashed,
    FlashHook,
    GoOffHook,
    PolarityReversed,
    PulseDialled,
    Released,
    RingBegan,
    RingStopped,
    Samples,
    Seized,
    SendPulses,
    StartRinging,
)
from hwsim.hat_bench import HatBench

MIXED = ("fxo",) * 4 + ("fxs",) * 4
RATES = (9.0, 9.5, 10.0, 10.5, 11.0)
MAKES = (30.0, 35.0, 38.5, 40.0, 45.0)


@pytest.fixture
def bench() -> HatBench:
    made = HatBench([MIXED])
    for port in range(4):
        made.battery(port)
    assert made.start() == []
    made.run(200)
    return made


def digits(events: list[AnyLineEvent], port: int) -> str:
    return "".join(event.digit for event in events if isinstance(event, PulseDialled) and event.port == port)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("phase_us", [0, 1300, 3700])
def test_pulse_telephones_are_decoded_through_the_card(bench: HatBench, rate: float, phase_us: int) -> None:
    """9-11 pps with 30-45 % make at any phase to the 5 ms look; four telephones at a time."""
    for makes in (MAKES[:4], MAKES[4:]):
        bench.events.clear()
        ends = []
        for port, _ in enumerate(makes, 4):
            bench.cards[0].command(port, CollectPulses(True))
            bench.hook(port, True)
        bench.run(100)
        for port, make in enumerate(makes, 4):
            ends.append(bench.dial(port, "1590", rate, make, gap_ms=450, phase_us=phase_us))
        bench.run((max(ends) - bench.clock.now_us()) // 1000 + 100)
        for port, _ in enumerate(makes, 4):
            assert digits(bench.events, port) == "1590"
            assert not [event for event in bench.events if isinstance(event, Flashed | Released)]


@pytest.mark.parametrize("break_ms", [90, 100, 120, 400, 780])
def test_the_recall_key_is_a_flash_in_conversation(bench: HatBench, break_ms: int) -> None:
    bench.hook(5, True)
    bench.run(500)
    at_us = bench.clock.now_us() + 3_123
    bench.at(at_us, lambda: bench.hook(5, False))
    bench.at(at_us + break_ms * 1000, lambda: bench.hook(5, True))
    events = bench.run(2000)
    assert [type(event) for event in events] == [Flashed]
    assert 0 < events[0].at_us - (at_us + break_ms * 1000) <= 25_000


@pytest.mark.parametrize(
    ("country", "break_ms", "seen"),
    [
        ("GB", 55, [Flashed]),
        ("CN", 55, []),
        ("CN", 81, [Flashed]),
        ("CN", 1000, [Released, Seized]),
        ("US", 1000, [Flashed]),
        ("US", 1300, [Released, Seized]),
    ],
)
def test_the_country_says_how_long_a_flash_is(country: str, break_ms: int, seen: list[type]) -> None:
    bench = HatBench([MIXED], country)
    bench.start()
    bench.run(200)
    bench.hook(5, True)
    bench.run(500)
    at_us = bench.clock.now_us() + 3_123
    bench.at(at_us, lambda: bench.hook(5, False))
    bench.at(at_us + break_ms * 1000, lambda: bench.hook(5, True))
    assert [type(event) for event in bench.run(2000) if event.port == 5] == seen


def test_the_hook_is_stamped_inside_the_tick(bench: HatBench) -> None:
    for offset_us in range(0, 20_000, 2_500):
        bench.events.clear()
        at_us = bench.clock.now_us() + 40_000 + offset_us
        bench.at(at_us, lambda: bench.hook(6, True))
        bench.at(at_us + 300_000, lambda: bench.hook(6, False))
        bench.run(1600)
        seized, released = bench.events
        assert isinstance(seized, Seized) and isinstance(released, Released)
        assert at_us <= seized.at_us <= at_us + 20_000 and seized.at_us % 5_000 == 0


def test_ringing_is_on_the_wire_and_the_answer_trips_it(bench: HatBench) -> None:
    bench.cards[0].command(4, StartRinging((1000, 4000)))
    bench.run(100)
    assert bench.wire.box["feed"][4] == 4
    assert bench.wire.box["ring_hz"][4] == pytest.approx(25, rel=0.01)
    assert 80 <= bench.wire.box["ring_v"][4] <= 95
    bench.hook(4, True)
    events = bench.run(100)
    assert [type(event) for event in events] == [Seized]
    assert bench.wire.box["feed"][4] == 1 and bench.wire.box["ring_v"][4] == 0
    assert bench.run(5000) == []


def test_an_answer_in_the_gap_is_seen_too(bench: HatBench) -> None:
    bench.cards[0].command(4, StartRinging((400, 1000)))
    bench.run(700)
    bench.hook(4, True)
    assert [type(event) for event in bench.run(100)] == [Seized]


@pytest.mark.parametrize("hz", [16.7, 20.0, 25.0, 50.0])
@pytest.mark.parametrize("volts_peak", [35.0, 106.0])
def test_exchange_ringing_is_seen_at_every_frequency_and_phase(
    bench: HatBench, hz: float, volts_peak: float
) -> None:
    for phase_ms in (0, 3, 7):
        bench.events.clear()
        start_us = bench.clock.now_us() + phase_ms * 1000
        bench.at(start_us, lambda: bench.ring(1, volts_peak, hz))
        bench.at(start_us + 1_000_000, lambda: bench.ring(1, 0))
        bench.run(7000)
        began, stopped = bench.events
        assert isinstance(began, RingBegan) and isinstance(stopped, RingStopped)
        assert began.at_us - start_us <= 160_000
        assert abs(stopped.at_us - start_us - 1_000_000) <= 120_000


def test_hum_and_speech_on_a_line_are_no_ringing(bench: HatBench) -> None:
    bench.ring(1, 18.0, 50.0)
    assert bench.run(3000) == []


def test_a_reversal_on_answer_and_on_release(bench: HatBench) -> None:
    bench.cards[0].command(2, GoOffHook())
    bench.run(1000)
    bench.battery(2, -48)
    bench.run(1000)
    bench.battery(2, 48)
    bench.run(1000)
    reversals = [event.reversed for event in bench.events if isinstance(event, PolarityReversed)]
    assert reversals == [True, False] and len(bench.events) == 2


def loop_of(bench: HatBench, port: int, for_ms: int) -> list[int]:
    """The loop of a line in looks of 5 ms."""
    seen: list[int] = []
    bench.clock.follow(lambda _until_us: seen.append(int(bench.wire.box["off_hook"][port])))
    bench.run(for_ms)
    return seen


def test_pulses_towards_the_exchange_are_on_the_wire(bench: HatBench) -> None:
    bench.cards[0].command(0, GoOffHook())
    bench.run(600)
    bench.cards[0].command(0, SendPulses("30", 10.0, 38.5))
    assert bench.cards[0].dialling(0)
    runs = [(closed, len(list(group)) * 5) for closed, group in itertools.groupby(loop_of(bench, 0, 3000))]
    breaks = [ms for closed, ms in runs if not closed]
    assert len(breaks) == 13 and all(abs(ms - 61.5) <= 5 for ms in breaks)
    assert max(ms for closed, ms in runs[:-1] if closed) >= 700
    assert not bench.cards[0].dialling(0) and bench.events == []


def test_a_flash_towards_the_exchange_is_as_long_as_asked(bench: HatBench) -> None:
    bench.cards[0].command(0, GoOffHook())
    bench.run(600)
    bench.cards[0].command(0, FlashHook(100))
    seen = loop_of(bench, 0, 400)
    assert seen.count(0) * 5 == pytest.approx(100, abs=5) and seen[-1] == 1


def correlation(one: Samples, other: Samples) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def speak(bench: HatBench, ticks: int, rows: int, seed: int = 3) -> tuple[Samples, Samples]:
    """White noise to all ports; what was sent and what was heard."""
    random = np.random.default_rng(seed)
    sent, heard = [], []
    for _ in range(ticks):
        bench.sent = random.normal(0, 3000, (rows, TICK_SAMPLES)).astype(np.int16)
        bench.tick()
        sent.append(bench.sent.copy())
        heard.append(bench.heard.copy())
    return np.hstack(sent), np.hstack(heard)


@pytest.mark.parametrize("law", ["a", "u"])
def test_an_echo_comes_back_after_exactly_the_delay_the_card_reports(law: str) -> None:
    bench = HatBench([MIXED, MIXED], law=law)
    for port in (0, 1, 2, 3, 8, 9, 10, 11):
        bench.battery(port)
    bench.start()
    for port in (4, 7, 12):
        bench.hook(port, True)
    for card in bench.cards:
        card.command(2, GoOffHook())
    bench.run(600)
    sent, heard = speak(bench, 12, 16)
    for port in (2, 4, 7, 10, 12):
        delay = bench.cards[port // 8].loop_delay_samples
        assert correlation(sent[port, :-delay], heard[port, delay:]) > 0.998
        others = [row for row in range(16) if row != port]
        assert max(abs(correlation(sent[row, :-delay], heard[port, delay:])) for row in others) < 0.08
    assert bench.cards[0].loop_delay_samples == 160 and bench.cards[1].loop_delay_samples == 320


def test_an_on_hook_line_hears_the_exchange_but_says_nothing(bench: HatBench) -> None:
    bench.speech = lambda _block: 3000
    bench.sent[:] = 9000
    bench.run(100)
    assert abs(bench.heard[1].mean() - 3000) < 60
    assert not bench.wire.to_world[:, 1].any()


def test_a_seized_line_is_deaf_until_its_chip_is_calibrated(bench: HatBench) -> None:
    bench.speech = lambda _block: 3000
    bench.cards[0].command(0, GoOffHook())
    bench.run(380)
    assert np.abs(bench.heard[0]).max() < 20
    bench.run(60)
    assert abs(bench.heard[0].mean() - 3000) < 60


def test_a_second_hat_is_looked_at_every_5_ms_too() -> None:
    bench = HatBench([MIXED, MIXED])
    bench.start()
    bench.run(100)
    at_us = bench.clock.now_us() + 6_000
    bench.at(at_us, lambda: bench.hook(13, True))
    [event] = bench.run(60)
    assert event.port == 5 and at_us <= event.at_us <= at_us + 20_000


def test_a_right_driver_breaks_no_rule_of_the_chips(bench: HatBench) -> None:
    bench.cards[0].command(0, GoOffHook())
    bench.hook(4, True)
    bench.run(2000)
    assert [chip.violations for chip in bench.hats.chips if chip] == [0] * 8
    assert [(chain.framing_errors, chain.strays) for chain in bench.hats.chains.values()] == [(0, 0)] * 2
    card = bench.cards[0]
    assert isinstance(card, SpiHat) and card.xruns == 0
    assert bench.hats.highways[0].contention == 0


def test_on_the_machines_own_clock_ten_ticks_take_a_fifth_of_a_second() -> None:
    """Never less; and once in twenty goes no more, however busy the machine is with others."""
    bench = HatBench([MIXED])
    clock = MonotonicClock()
    hats = type(bench.hats)(bench.wire, clock, [MIXED])
    [card] = bench.build(hats.backend(), clock)
    assert isinstance(card, SpiHat)
    bench.wire.blocks[1] = 1
    card.start()
    card.exchange(np.zeros((8, TICK_SAMPLES), np.int16))
    goes = (_ten_ticks_us(bench, card, clock) for _ in range(20))
    seen = list(itertools.takewhile(lambda us: us > 215_000, goes))
    assert len(seen) < 20, seen


def _ten_ticks_us(bench: HatBench, card: SpiHat, clock: MonotonicClock) -> int:
    before_us = clock.now_us()
    for _ in range(10):
        bench.wire.blocks[1] = bench.wire.blocks[0] + 2
        card.exchange(np.zeros((8, TICK_SAMPLES), np.int16))
    took_us = clock.now_us() - before_us
    assert took_us > 185_000, took_us
    return took_us
