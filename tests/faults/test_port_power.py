"""A telephone's port that loses its 12 V: the driver notices and tries again, on silicon and in events."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.ports import AnyLineEvent
from hwsim.fast.port_power import PortPower
from hwsim.hat_bench import HatBench
from hwsim.world.timeline import Timeline

PORT = 4
CUT_S = 0.2
LAYOUT = ("fxo",) * 4 + ("fxs",) * 4
CLOSE_S = 0.6


def on_silicon(for_s: float, end_s: float) -> tuple[HatBench, list[AnyLineEvent]]:
    bench = HatBench([LAYOUT])
    for port in range(4):
        bench.battery(port)
    bench.start()
    from_us = bench.clock.now_us()

    def cut(on: bool) -> None:
        bench.wire.world["power_cut"][PORT] = on

    bench.at(from_us + round(CUT_S * 1e6), lambda: cut(True))
    bench.at(from_us + round((CUT_S + for_s) * 1e6), lambda: cut(False))
    events = bench.run(round(end_s * 1000))
    return bench, [_since(event, from_us) for event in events]


def _since(event: AnyLineEvent, from_us: int) -> AnyLineEvent:
    return type(event)(
        **{**{key: getattr(event, key) for key in event.__struct_fields__}, "at_us": event.at_us - from_us}
    )


def in_events(for_s: float, end_s: float) -> list[AnyLineEvent]:
    timeline, told = Timeline(), list[AnyLineEvent]()
    power = PortPower(timeline, lambda _port, event, _now_us: told.append(event))
    timeline.at(round(CUT_S * 1e6), lambda now_us: power.cut(PORT, now_us))
    timeline.at(round((CUT_S + for_s) * 1e6), lambda _: power.come_back(PORT))
    while timeline.next_us is not None and timeline.next_us <= end_s * 1e6:
        timeline.run(timeline.next_us)
    return told


def names(events: list[AnyLineEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize(("for_s", "end_s"), [(1.0, 8.0), (10.0, 22.0), (25.0, 40.0)])
def test_the_port_fails_and_comes_back_at_the_same_time_in_both_models(for_s: float, end_s: float) -> None:
    bench, silicon = on_silicon(for_s, end_s)
    events = in_events(for_s, end_s)
    assert names(silicon) == names(events) == ["PortFailed", "PortRecovered"]
    assert {event.port for event in silicon} == {PORT}
    apart_s = [abs(one.at_us - other.at_us) / 1e6 for one, other in zip(silicon, events, strict=True)]
    assert apart_s[0] <= 0.1 and apart_s[1] <= CLOSE_S
    assert silicon[1].at_us >= (CUT_S + for_s) * 1e6
    bench.hook(PORT, True)
    assert names(bench.run(100)) == ["Seized"]


def test_a_port_that_stays_dead_is_given_up_in_both_models() -> None:
    bench, silicon = on_silicon(60.0, 90.0)
    assert names(silicon) == names(in_events(60.0, 90.0)) == ["PortFailed"]
    assert "given up" in bench.cards[0].reading(PORT).alarms


def test_power_that_stays_disturbs_nobody() -> None:
    assert on_silicon(0.0, 3.0)[1] == in_events(0.0, 3.0) == []


def test_a_dead_port_feeds_nothing_and_its_neighbours_go_on() -> None:
    bench, _ = on_silicon(10.0, 1.0)
    assert bench.wire.box["feed"][PORT] == 0
    assert np.all(bench.wire.box["feed"][PORT + 1 : PORT + 4] == 1)
    bench.hook(PORT, True)
    bench.hook(PORT + 1, True)
    assert [(type(one).__name__, one.port) for one in bench.run(200)] == [("Seized", PORT + 1)]
