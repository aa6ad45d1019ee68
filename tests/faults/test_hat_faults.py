"""What breaks on a hat, and what the box says about it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from drivers.backends import (
    BadHat,
    DeviceBackend,
    HatSpec,
    SlotSpec,
    UnknownBackend,
    build_hat,
    load,
    register,
)
from drivers.cards.spi_hat import HatUnusable, SpiHat
from drivers.ports import (
    AnyLineEvent,
    BatteryLost,
    BatteryReturned,
    GoOffHook,
    PortFailed,
    PortKind,
    PortRecovered,
    Seized,
    SetGain,
    StartRinging,
)
from hwsim.hat_bench import HatBench

MIXED = ("fxo",) * 4 + ("fxs",) * 4


def bench_of(*layout: tuple[str, ...], law: str = "a") -> HatBench:
    bench = HatBench(list(layout) or [MIXED], law=law)
    for port in range(4):
        bench.battery(port)
    return bench


def hat(bench: HatBench) -> SpiHat:
    card = bench.cards[0]
    assert isinstance(card, SpiHat)
    return card


def of_port(events: list[AnyLineEvent], port: int) -> list[str]:
    return [type(event).__name__ for event in events if event.port == port]


def test_chips_that_are_missing_are_found_and_never_stop_the_others() -> None:
    bench = bench_of()
    bench.hats.daa(1).missing = bench.hats.slic(5).missing = True
    findings = bench.start()
    assert len(findings) == 2
    assert findings[0].startswith("slot 2 (fxo): no FXO chip answers")
    assert findings[1].startswith("slot 6 (fxs): no FXS chip answers")
    kinds = bench.cards[0].kinds
    assert (
        kinds[1] is None and kinds[5] is None and kinds.count(PortKind.FXO) == kinds.count(PortKind.FXS) == 3
    )
    bench.hook(4, True)
    assert of_port(bench.run(100), 4) == ["Seized"]
    assert not bench.cards[0].reading(1).present


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        (lambda chips: setattr(chips[0], "line_side", 0), "slot 1 (fxo): the chip has no line side"),
        (lambda chips: setattr(chips[4], "supply", False), "slot 5 (fxs): the line battery does not come up"),
        (lambda chips: setattr(chips[4], "leaks", True), "slot 5 (fxs): the line battery leaks"),
        (
            lambda chips: setattr(chips[4], "stuck_busy", True),
            "slot 5 (fxs): chip 1: indirect registers stay",
        ),
        (lambda chips: setattr(chips[4], "never_calibrates", True), "slot 5 (fxs): calibration does not end"),
    ],
)
def test_each_step_of_the_bring_up_has_its_words(fault: Callable[[list[Any]], None], finding: str) -> None:
    bench = bench_of()
    fault(bench.hats.chips)
    findings = bench.start()
    assert len(findings) == 1 and findings[0].startswith(finding)
    assert list(bench.cards[0].kinds).count(None) == 1


def test_a_hat_without_a_working_chip_cannot_be_used() -> None:
    bench = bench_of()
    for chip in bench.hats.chips:
        assert chip
        chip.missing = True
    with pytest.raises(HatUnusable, match="no chip of hat1 works"):
        bench.start()


def test_a_broken_leader_hands_the_inner_cycle_to_the_next_hat() -> None:
    bench = bench_of(MIXED, MIXED)
    for chip in bench.hats.chips[:8]:
        assert chip
        chip.missing = True
    with pytest.raises(HatUnusable):
        bench.cards[0].start()
    bench.cards[1].start()
    bench.cards.pop(0)
    bench.hook(12, True)
    bench.cards[0].exchange(np.zeros((8, 160), np.int16))
    bench.cards[0].exchange(np.zeros((8, 160), np.int16))
    assert [type(event) for event in bench.cards[0].take_events()] == [Seized]
    assert bench.cards[0].loop_delay_samples == 160


@pytest.mark.parametrize("port", [0, 4])
def test_a_chip_reset_in_service_fails_and_comes_up_again(port: int) -> None:
    bench = bench_of()
    bench.start()
    bench.run(200)
    (bench.hats.daa(port) if port < 4 else bench.hats.slic(port)).reset()
    events = bench.run(3000)
    assert of_port(events, port) == ["PortFailed", "PortRecovered"]
    assert "reset" in next(event.reason for event in events if isinstance(event, PortFailed))
    assert all(event.port == port for event in events)
    if port == 4:
        bench.hook(4, True)
        assert of_port(bench.run(100), 4) == ["Seized"]


def test_bringing_a_chip_up_again_never_holds_up_the_tick() -> None:
    bench = bench_of()
    bench.start()
    bench.run(100)
    bench.hats.slic(4).reset()
    before_us = bench.clock.now_us()
    bench.run(2000)
    assert bench.clock.now_us() - before_us == 2_000_000
    assert hat(bench).xruns == 0


def test_a_chip_that_stays_dead_is_given_up_after_ten_alarms() -> None:
    bench = bench_of()
    bench.start()
    bench.run(100)
    bench.hats.daa(0).hung = True
    events = bench.run(40_000)
    assert of_port(events, 0) == ["PortFailed"]
    assert "given up" in bench.cards[0].reading(0).alarms


def test_the_isolation_link_going_down_is_a_failure() -> None:
    bench = bench_of()
    bench.start()
    bench.run(100)
    bench.hats.daa(2).lose_line_side()
    assert "isolation link" in next(e.reason for e in bench.run(500) if isinstance(e, PortFailed))


def test_a_power_alarm_is_answered_by_feeding_again_until_it_is_too_often() -> None:
    bench = bench_of()
    bench.start()
    for _ in range(10):
        bench.hats.slic(4).raise_power_alarm(2)
        assert bench.run(200) == []
    assert bench.wire.box["feed"][4] == 1
    bench.hats.slic(4).raise_power_alarm(2)
    assert [type(event) for event in bench.run(200)] == [PortFailed]


def test_a_line_that_is_unplugged_and_plugged_in_again() -> None:
    bench = bench_of()
    bench.start()
    bench.run(500)
    bench.battery(3, 0)
    assert [type(event) for event in bench.run(1500)] == [BatteryLost]
    bench.battery(3, -48)
    assert [type(event) for event in bench.run(200)] == [BatteryReturned]


def test_a_line_unplugged_from_the_start_is_told_after_a_second() -> None:
    bench = bench_of()
    bench.battery(2, 0)
    bench.start()
    assert [(type(event), event.port) for event in bench.run(1500)] == [(BatteryLost, 2)]


def test_a_broken_pcm_stream_is_realigned_and_counted() -> None:
    bench = bench_of()
    bench.start()
    bench.hook(4, True)
    bench.run(200)
    bench.hats.highways[0].broken = True
    before_us = bench.clock.now_us()
    bench.run(200)
    assert hat(bench).xruns == 1 and bench.clock.now_us() - before_us == 200_000
    bench.sent[4] = (np.arange(160) % 40) * 300
    bench.run(60)
    assert np.corrcoef(bench.sent[4], bench.heard[4])[0, 1] > 0.99


def test_a_late_world_is_silence_and_counted() -> None:
    bench = bench_of()
    bench.start()
    bench.hook(4, True)
    bench.speech = lambda block: 5000
    bench.run(100)
    assert np.abs(bench.heard[4]).min() > 4000
    bench.clock._followers.clear()
    bench.run(100)
    assert bench.hats.backplane.late_blocks > 0 and np.abs(bench.heard[4]).max() < 100


def test_commands_that_do_not_fit_are_counted_and_harmless() -> None:
    bench = bench_of(("fxo", "empty", "fxo", "fxo"))
    bench.start()
    card = hat(bench)
    for port in (-1, 1, 5, 99):
        card.command(port, GoOffHook())
    card.command(0, StartRinging((1000, 4000)))
    assert card.misfits == 4 and bench.run(100) == []
    assert not card.dialling(1) and card.reading(1).kind == "empty"


def test_stopping_leaves_lines_on_hook_and_devices_closed() -> None:
    bench = bench_of()
    bench.start()
    bench.cards[0].command(0, GoOffHook())
    bench.run(100)
    assert bench.wire.box["off_hook"][0] == 1
    bench.cards[0].stop()
    assert bench.wire.box["off_hook"][0] == 0 and bench.wire.box["feed"][4] == 1


def test_a_second_process_finds_the_frame_and_brings_the_chips_up_again() -> None:
    bench = bench_of()
    bench.start()
    bench.run(100)
    for chain in bench.hats.chains.values():
        chain.frame(0x00)  # the first process died inside an access
    bench.cards = bench.build(bench.hats.backend(), bench.clock)
    assert bench.start() == []
    bench.hook(4, True)
    assert of_port(bench.run(100), 4) == ["Seized"]


@pytest.mark.parametrize("law", ["a", "u"])
def test_gains_of_a_port_act_in_both_directions(law: str) -> None:
    bench = bench_of(law=law)
    bench.start()
    bench.hook(4, True)
    bench.cards[0].command(0, GoOffHook())
    bench.run(600)
    for port in (0, 4):
        bench.cards[0].command(port, SetGain(to_line_db=-6.0, from_line_db=3.0))
    bench.sent[:] = 4000
    bench.run(100)
    for port in (0, 4):
        assert bench.heard[port].mean() == pytest.approx(4000 * 10 ** (-3 / 20), rel=0.03)


def test_a_hat_that_cannot_be_is_refused() -> None:
    backend = bench_of().hats.backend()
    mixed = HatSpec("x", (SlotSpec("fxo"), SlotSpec("fxs")))
    with pytest.raises(BadHat, match="one chip select serves one kind"):
        build_hat(mixed, backend, bench_of().clock)
    with pytest.raises(BadHat, match="8 slots"):
        build_hat(HatSpec("x", (SlotSpec("fxo"),) * 9), backend, bench_of().clock)
    with pytest.raises(HatUnusable, match=r"spidev7\.0"):
        build_hat(HatSpec("x", (SlotSpec("fxo"),), bus=7), backend, bench_of().clock)
    unplugged = build_hat(HatSpec("x", (SlotSpec("fxo"),), pcm="hw:9"), backend, bench_of().clock)
    with pytest.raises(HatUnusable, match="hw:9"):
        unplugged.start()


def test_backends_are_known_by_name() -> None:
    bench = bench_of()
    register("bench-of-this-test", bench.hats.backend)
    assert isinstance(load("bench-of-this-test"), DeviceBackend)
    assert isinstance(load("pi"), DeviceBackend)
    with pytest.raises(UnknownBackend, match="pi"):
        load("abacus")


def test_a_failed_port_is_told_and_recovers_in_that_order() -> None:
    assert PortRecovered(1, 2).port == 1


@pytest.mark.parametrize("lifted", [False, True])
@pytest.mark.parametrize("stopped", [False, True])
def test_a_new_process_takes_over_chips_that_run(lifted: bool, stopped: bool) -> None:
    """Killed or stopped, the chips go on as they were set; telephones in use come back as such."""
    bench = HatBench([MIXED])
    bench.start()
    bench.run(300)
    bench.hook(5, lifted)
    bench.run(200)
    if stopped:
        bench.cards[0].stop()
    bench.cards = bench.build(bench.hats.backend(), bench.clock)
    assert bench.start() == []
    bench.hook(6, True)
    seen = {event.port for event in bench.run(300) if isinstance(event, Seized)}
    assert seen == ({5, 6} if lifted else {6})
