"""What the chips measure of their wires, and what they say when something is wrong with them."""

from __future__ import annotations

import math

import pytest

from drivers.cards import hat_port
from drivers.cards.spi_hat import SpiHat
from drivers.gauges import LineFault
from drivers.ports import GoOffHook, GoOnHook, OpenLoop, StartRinging
from hwsim.hat_bench import EXCHANGE_OHM, HatBench
from hwsim.silicon.si3050 import OFF_HOOK_OHM

MIXED = ("fxo",) * 4 + ("fxs",) * 4


@pytest.fixture
def bench() -> HatBench:
    made = HatBench([MIXED])
    for port in range(4):
        made.battery(port, -50.0 if port == 1 else 48.0)
    made.start()
    made.run(1500)
    return made


def hat(bench: HatBench) -> SpiHat:
    card = bench.cards[0]
    assert isinstance(card, SpiHat)
    return card


def volts(bench: HatBench, port: int) -> float:
    return float(hat(bench).gauges.volts[port])


def milliamps(bench: HatBench, port: int) -> float:
    return float(hat(bench).gauges.milliamps[port])


def faults(bench: HatBench, port: int) -> LineFault:
    return LineFault(int(hat(bench).gauges.faults[port]))


def test_idle_lines_show_the_exchange_s_battery_and_idle_telephones_our_own(bench: HatBench) -> None:
    assert (volts(bench, 0), volts(bench, 1)) == (48.0, -50.0)
    assert abs(volts(bench, 4)) == pytest.approx(48.0, abs=1.5)
    assert [milliamps(bench, port) for port in (0, 4)] == [0.0, 0.0]
    assert not hat(bench).gauges.faults.any()


def test_off_hook_the_current_is_that_of_the_copper_s_loop(bench: HatBench) -> None:
    bench.cards[0].command(0, GoOffHook())
    bench.hook(4, True)
    bench.run(1500)
    assert milliamps(bench, 0) == pytest.approx(48.0 / (EXCHANGE_OHM + OFF_HOOK_OHM) * 1000, abs=0.8)
    assert volts(bench, 0) == pytest.approx(48.0 * OFF_HOOK_OHM / (EXCHANGE_OHM + OFF_HOOK_OHM), abs=1)
    assert 18 <= abs(milliamps(bench, 4)) <= 41
    bench.cards[0].command(0, GoOnHook())
    bench.run(1500)
    assert (volts(bench, 0), milliamps(bench, 0), faults(bench, 0)) == (48.0, 0.0, LineFault(0))


def test_a_cut_line_is_told_within_two_seconds_and_cleared(bench: HatBench) -> None:
    bench.battery(2, 0.0)
    bench.run(1500)
    assert (volts(bench, 2), faults(bench, 2)) == (0.0, LineFault.NO_BATTERY)
    bench.battery(2, 48.0)
    bench.run(700)
    assert (volts(bench, 2), faults(bench, 2)) == (48.0, LineFault(0))


def test_a_chip_that_is_not_looked_at_would_never_tell(
    monkeypatch: pytest.MonkeyPatch, bench: HatBench
) -> None:
    monkeypatch.setattr(hat_port.FxoPort, "_note_faults", lambda _: None)
    with pytest.raises(AssertionError):
        test_a_cut_line_is_told_within_two_seconds_and_cleared(bench)


def test_a_telephone_in_parallel_is_no_cut_line(bench: HatBench) -> None:
    bench.wire.world["parallel_ohm"][0] = 300.0
    bench.run(1200)
    assert faults(bench, 0) == LineFault.SHARED and volts(bench, 0) == pytest.approx(9.6, abs=0.6)
    bench.wire.world["parallel_ohm"][0] = math.inf
    bench.run(1200)
    assert faults(bench, 0) == LineFault(0)


def test_a_long_loop_is_weak_only_while_it_is_used(bench: HatBench) -> None:
    bench.wire.world["loop_ohm"][0] = 4000.0
    bench.run(1200)
    assert faults(bench, 0) == LineFault(0)
    bench.cards[0].command(0, GoOffHook())
    bench.run(300)
    assert faults(bench, 0) == LineFault(0)  # it has not settled: no figure, no alarm
    bench.run(1200)
    assert faults(bench, 0) == LineFault.WEAK and milliamps(bench, 0) == pytest.approx(11.2, abs=0.8)


def test_ringing_is_no_voltage(bench: HatBench) -> None:
    bench.ring(0, 106.0)
    bench.cards[0].command(4, StartRinging((1000, 4000)))
    seen = set()
    for _ in range(60):
        bench.run(20)
        seen.add((volts(bench, 0), abs(volts(bench, 4))))
    assert seen == {(48.0, abs(volts(bench, 4)))}


def test_wires_that_touch_are_a_short_and_a_telephone_is_none(bench: HatBench) -> None:
    bench.wire.world["loop_ohm"][5] = 5.0
    bench.hook(4, True)
    bench.run(1200)
    assert (faults(bench, 5), faults(bench, 4)) == (LineFault.SHORT, LineFault(0))


def test_a_feed_that_was_cut_is_an_overload_for_some_seconds(bench: HatBench) -> None:
    bench.hats.slic(6).raise_power_alarm()
    bench.run(300)
    assert faults(bench, 6) == LineFault.OVERLOAD
    bench.run(12_000)
    assert faults(bench, 6) == LineFault(0)


def test_a_feed_we_took_away_is_none(bench: HatBench) -> None:
    bench.cards[0].command(6, OpenLoop(1500))
    bench.run(1200)
    assert (volts(bench, 6), faults(bench, 6)) == (0.0, LineFault(0))


def test_a_chip_without_answer_has_no_figures(bench: HatBench) -> None:
    bench.hats.daa(3).lose_line_side()
    bench.run(1000)
    assert faults(bench, 3) & LineFault.CHIP and math.isnan(volts(bench, 3))
