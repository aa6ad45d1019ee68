"""Whatever comes over SPI or from the wires, the models stay alive and the events make sense."""

import math
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.ports import (
    AnyLineCommand,
    AnyLineEvent,
    CollectPulses,
    Flashed,
    GoOffHook,
    GoOnHook,
    LoopClosed,
    LoopOpened,
    OpenLoop,
    PulseDialled,
    Released,
    RingBegan,
    RingStopped,
    Seized,
    StartRinging,
    StopRinging,
)
from hwsim.hat_bench import HatBench

FXS_COMMANDS: list[AnyLineCommand] = [StartRinging((400, 200)), StopRinging(), OpenLoop(90)]
FXO_COMMANDS: list[AnyLineCommand] = [GoOffHook(), GoOnHook()]
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LAYOUT = [("fxo", "fxo", "empty", "fxo", "fxs", "fxs-si3210", "empty", "fxs")]


@QUICK
@given(st.sampled_from([0, 1]), st.lists(st.integers(0, 255), max_size=600), st.integers(0, 3))
def test_any_bytes_leave_a_chain_that_can_be_brought_up(select: int, soup: list[int], pause_ms: int) -> None:
    bench = HatBench(LAYOUT)
    chain = bench.hats.chains[0, select]
    for byte in soup:
        answer = chain.frame(byte)
        assert 0 <= answer <= 255
        bench.clock.wait_until(bench.clock.now_us() + pause_ms * 1000)
    for chip in bench.hats.chips:
        if chip is not None:
            chip.slot()
            chip.reset()
    bench.start()
    assert bench.run(40) == []


@QUICK
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 1200)), max_size=25), st.booleans(), st.data())
def test_a_telephones_events_alternate_whatever_it_does(
    moves: list[Any], collecting: bool, data: st.DataObject
) -> None:
    bench = HatBench([("fxs",) * 4])
    bench.start()
    bench.cards[0].command(0, CollectPulses(collecting))
    at_us = bench.clock.now_us()
    for closed, for_ms in moves:
        bench.at(at_us, partial(bench.hook, 0, closed))
        at_us += for_ms * 1000
        if data.draw(st.integers(0, 5)) == 0:
            command = data.draw(st.sampled_from(FXS_COMMANDS))
            bench.at(at_us, partial(bench.cards[0].command, 0, command))
    bench.run((at_us - bench.clock.now_us()) // 1000 + 20)
    bench.hook(0, False)
    bench.run(1500)
    hooks = [type(event) for event in bench.events if isinstance(event, Seized | Released)]
    assert hooks == [Seized, Released] * (len(hooks) // 2)
    off_hook = False
    for event in bench.events:
        if isinstance(event, Flashed | PulseDialled):
            assert off_hook
        off_hook = isinstance(event, Seized) or (off_hook and not isinstance(event, Released))
    assert [event.at_us for event in bench.events] == sorted(event.at_us for event in bench.events)


VOLTS = st.sampled_from([0.0, 2.0, 12.0, 48.0, -48.0, 105.0])


@QUICK
@given(
    st.lists(st.tuples(VOLTS, st.sampled_from([0.0, 30.0, 106.0]), st.integers(1, 900)), max_size=15),
    st.data(),
)
def test_an_exchanges_events_alternate_whatever_it_does(moves: list[Any], data: st.DataObject) -> None:
    bench = HatBench([("fxo",) * 4])
    bench.battery(0)
    bench.start()
    for volts, ring_v, for_ms in moves:
        bench.battery(0, volts)
        bench.ring(0, ring_v, data.draw(st.sampled_from([16.7, 20.0, 25.0, 50.0])))
        if data.draw(st.integers(0, 2)) == 0:
            command = data.draw(st.sampled_from(FXO_COMMANDS))
            bench.cards[0].command(0, command)
        bench.wire.world["parallel_ohm"][0] = data.draw(st.sampled_from([math.inf, 200.0]))
        bench.run(for_ms)
    mine = [event for event in bench.events if event.port == 0]
    for first, then in ((RingBegan, RingStopped), (LoopOpened, LoopClosed)):
        last: type[AnyLineEvent] | None = None
        for event in mine:
            if isinstance(event, first | then):
                assert not (last is None and isinstance(event, then))
                assert last is not then or isinstance(event, first)
                last = type(event)
