"""The fabric: who hears whom, at what level, at what cost."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from firmware.switch.fabric import SILENCE, Fabric
from firmware.switch.players import Players
from firmware.switch.shelf import Shelf


def fabric(ports: int = 4) -> Fabric:
    shelf = Shelf(80_000)
    shelf.name("tone", np.arange(1, 801, dtype=np.int16))
    return Fabric(ports, Players(shelf, 2 * ports))


def levels(*values: int) -> np.ndarray:
    return np.repeat(np.array(values, np.int16)[:, None], 160, axis=1)


def test_a_new_fabric_carries_silence() -> None:
    assert not fabric().tick(levels(1, 2, 3, 4)).any()


def test_two_indices_are_a_conversation() -> None:
    switch = fabric()
    switch.hear(0, 1)
    switch.hear(1, 0)
    assert switch.tick(levels(10, 20, 30, 40))[:, 0].tolist() == [20, 10, 0, 0]
    switch.hear(0, SILENCE)
    assert switch.tick(levels(10, 20, 30, 40))[:, 0].tolist() == [0, 10, 0, 0]


def test_each_member_of_a_conference_hears_the_others() -> None:
    switch = fabric()
    switch.confer([0, 1, 3])
    assert switch.tick(levels(10, 20, 30, 40))[:, 159].tolist() == [60, 50, 0, 30]


def test_a_conference_saturates() -> None:
    switch = fabric()
    switch.confer([0, 1, 2])
    heard = switch.tick(levels(30_000, 30_000, -32_768, 0))
    assert heard[:, 0].tolist() == [-2768, -2768, 32_767, 0]


def test_who_leaves_a_conference_is_no_longer_heard_in_it() -> None:
    switch = fabric()
    switch.confer([0, 1, 2])
    switch.hear(2, SILENCE)
    assert switch.tick(levels(10, 20, 40, 0))[:, 0].tolist() == [20, 10, 0, 0]


def test_a_mix_is_heard_by_its_port_alone() -> None:
    switch = fabric()
    switch.hear(0, 1)
    switch.hear(1, 0)
    switch.mix(2, [0, 1])
    assert switch.tick(levels(10, 20, 30, 40))[:, 0].tolist() == [20, 10, 30, 0]


def test_a_whisper_is_heard_by_one_of_two() -> None:
    switch = fabric()
    switch.hear(0, 1)
    switch.mix(1, [0, 2])
    switch.mix(2, [0, 1])
    assert switch.tick(levels(10, 20, 30, 40))[:, 0].tolist() == [20, 40, 30, 0]
    switch.hear(1, 0)
    assert switch.tick(levels(10, 20, 30, 40))[:, 0].tolist() == [20, 10, 30, 0]


def test_a_mix_saturates_and_a_mix_of_nothing_is_silence() -> None:
    switch = fabric()
    switch.mix(3, [0, 1])
    assert switch.tick(levels(30_000, 30_000, 1, 0))[3, 0] == 32_767
    switch.mix(3, [])
    assert switch.tick(levels(30_000, 30_000, 1, 0))[3, 0] == 0


def test_who_gets_a_mix_of_his_own_leaves_the_conference() -> None:
    switch = fabric()
    switch.confer([0, 1, 2])
    switch.mix(2, [0])
    assert switch.tick(levels(10, 20, 40, 0))[:, 0].tolist() == [20, 10, 10, 0]


def test_two_conferences_do_not_hear_each_other() -> None:
    switch = fabric(6)
    switch.confer([4, 0])
    switch.confer([1, 2, 5])
    assert switch.tick(levels(1, 2, 4, 8, 16, 32))[:, 0].tolist() == [16, 36, 34, 0, 1, 6]


def test_a_port_moves_from_one_conference_to_another() -> None:
    switch = fabric()
    switch.confer([0, 1, 2])
    switch.confer([2, 3])
    assert switch.tick(levels(1, 2, 4, 8))[:, 0].tolist() == [2, 1, 8, 4]


def test_gains_are_applied_before_and_after_the_gather_and_saturate() -> None:
    switch = fabric()
    switch.hear(0, 1)
    switch.hear(2, 1)
    switch.gain_from.set_db(1, 20.0)
    switch.gain_to.set_db(2, -20.0)
    assert switch.tick(levels(0, 100, 0, 0))[:, 0].tolist() == [1000, 0, 100, 0]
    assert switch.tick(levels(0, 32_000, 0, 0))[0, 0] == 32_767
    switch.gain_from.set_db(1, 0.0)
    assert switch.tick(levels(0, 100, 0, 0))[0, 0] == 100


def test_a_held_port_hears_its_signal_until_it_is_freed() -> None:
    switch = fabric()
    switch.hear(0, 1)
    switch.hold(0)
    assert switch.tick(levels(1, 2, 3, 4))[0, 0] == 0
    switch.hear(0, 2)
    assert switch.tick(levels(1, 2, 3, 4))[0, 0] == 0
    switch.free(0)
    assert switch.tick(levels(1, 2, 3, 4))[0, 0] == 3


def busy(ports: int) -> Fabric:
    """Pairs, a conference and players in the same share at every size."""
    switch = fabric(ports)
    span = switch.players._shelf.find("tone")
    assert span
    for port in range(0, ports // 2, 2):
        switch.hear(port, port + 1)
        switch.hear(port + 1, port)
    switch.confer(range(ports // 2, ports // 2 + ports // 4))
    for port in range(3 * ports // 4, ports):
        switch.players.start(port, [span], loop_from=0)
        switch.hear(port, switch.player_row(port))
        switch.gain_to.set_db(port, -3.0)
    return switch


def calls_of_ticks(ports: int, ticks: int) -> list[int]:
    switch, said = busy(ports), np.ones((ports, 160), np.int16)
    switch.tick(said)
    counts = []
    for _ in range(ticks):
        calls = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += event in {"call", "c_call"}

        sys.setprofile(count)
        try:
            switch.tick(said)
        finally:
            sys.setprofile(None)
        counts.append(calls)
    return counts


@pytest.mark.parametrize("ports", [16, 480])
def test_a_tick_makes_as_many_python_calls_at_any_number_of_ports(ports: int) -> None:
    assert calls_of_ticks(ports, 6) == calls_of_ticks(8, 6)


def test_a_signal_beside_a_talk_is_added_and_saturates_and_ends() -> None:
    switch = fabric()
    switch.hear(0, 1)
    switch.hear(1, 0)
    tone = switch.players._shelf.find("tone")
    assert tone is not None
    switch.players.start(switch.signal_slot(0), [tone])
    switch.add_signals([0])
    assert switch.tick(levels(10, 20, 0, 0))[:2, 0].tolist() == [21, 10]
    assert switch.tick(levels(10, 32_700, 0, 0))[0, 0] == 32_767
    switch.add_signals([])
    assert switch.tick(levels(10, 20, 0, 0))[:2, 0].tolist() == [20, 10]
