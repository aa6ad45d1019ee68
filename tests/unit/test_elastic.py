"""Cards that drift: slips are counted, and fall into silence where they can."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.ports import PortKind, Samples
from firmware.switch.elastic import ElasticBuffer
from firmware.switch.rack import Rack
from tests.unit.switch_bench import HandClock, LoopCard


def block(number: int, ports: int = 2) -> Samples:
    return np.full((ports, 160), 1000 + number, np.int16)


def test_in_step_every_block_comes_out_once_in_order() -> None:
    buffer = ElasticBuffer(2)
    out = []
    for number in range(10):
        buffer.put(block(number))
        out.append(int(buffer.take()[0, 0]))
    assert out == [0, *range(1000, 1009)]
    assert buffer.slips == 0


def test_a_jitter_of_one_block_either_way_costs_nothing() -> None:
    buffer = ElasticBuffer(2)
    out, sent = [], 0
    for puts in [1, 2, 0, 1, 0, 2, 1, 1, 2, 0]:
        for _ in range(puts):
            buffer.put(block(sent))
            sent += 1
        out.append(int(buffer.take()[0, 0]))
    assert out == [0, *range(1000, 1009)] and buffer.slips == 0


def test_a_faster_card_slips_a_block_now_and_then() -> None:
    buffer = ElasticBuffer(2)
    out = []
    for number in range(20):
        buffer.put(block(number))
        if number % 5 == 4:
            buffer.put(block(100 + number))
        out.append(int(buffer.take()[0, 0]))
    assert buffer.slips == 3 and buffer.fill <= 3


def test_a_slower_card_slips_a_block_now_and_then() -> None:
    buffer = ElasticBuffer(2)
    for number in range(20):
        if number % 5 != 4:
            buffer.put(block(number))
        buffer.take()
    assert buffer.slips == 3


@pytest.mark.parametrize("faster", [True, False])
def test_in_silence_the_slip_is_taken_early_and_no_sound_is_lost(faster: bool) -> None:
    buffer, quiet = ElasticBuffer(2), np.zeros((2, 160), np.int16)
    heard, said = [], []
    for number in range(200):
        talking = number % 20 >= 10
        one = block(number) if talking else quiet
        if faster or number % 20 != 5:
            buffer.put(one)
            said += [number] * talking
        if faster and number % 20 == 5:
            buffer.put(quiet)
        taken = buffer.take()
        heard += [int(taken[0, 0]) - 1000] * bool(taken.any())
    assert heard == said[: len(heard)] and len(said) - len(heard) <= 2
    assert buffer.slips == buffer.slips_in_silence >= 9


class DriftingCard(LoopCard):
    """A card with a clock of its own: `ahead` blocks are there to be fetched."""

    ahead = 1

    def pending(self) -> int:
        return self.ahead


def test_the_first_card_times_the_tick_and_a_drifting_one_is_never_waited_for() -> None:
    clock = HandClock()
    first, second = LoopCard([PortKind.FXS], clock, "a"), DriftingCard([PortKind.FXS], clock, "b")
    rack = Rack([first, second], clock)
    rack.start()
    second.say(0, np.full(1600, 500, np.int16))
    got = []
    for ahead in [1, 1, 0, 2, 1]:
        second.ahead = ahead
        got.append(int(rack.exchange(np.zeros((2, 160), np.int16))[1, 0]))
    assert got == [0, 500, 500, 500, 500]
    assert rack.slips == 0
    assert len(first.given) == len(second.given) == 5


def test_without_any_card_the_clock_times_the_tick() -> None:
    clock = HandClock()
    rack = Rack([], clock)
    rack.start()
    times = []
    for _ in range(3):
        rack.exchange(np.zeros((0, 160), np.int16))
        times.append(clock.now_us())
    assert times == [1_020_000, 1_040_000, 1_060_000]
