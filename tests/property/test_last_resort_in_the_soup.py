"""Calls that the switch made by itself, and stretches of lost time, thrown into any order of events."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.property import test_engine_soup as soup
from tests.unit.fake_box import FakeBox, office

Draw = random.Random


def called(box: FakeBox, draw: Draw) -> None:
    """The switch takes a line (or none) for a telephone that is off-hook."""
    phones = [port for port in range(4, 8) if port in box.off_hook]
    if not phones:
        return
    line = draw.choice([0, 1, 2, 3, -1])
    carries = box.engine.state.port(line).leg if line >= 0 else 0
    if carries and box.engine.state.calls[box.engine.state.legs[carries].call].emergency:
        return  # never taken from another emergency call
    if line >= 0:
        box.off_hook.add(line)
    number = draw.choice(["110", "119"])
    box.event(e.LastResortCalled(port=draw.choice(phones), at_us=box.now_us, number=number, line=line))


def one_thing(box: FakeBox, draw: Draw) -> None:
    chance = draw.random()
    if chance < 0.04:
        called(box, draw)
    elif chance < 0.06:
        box.give(i.FellBehind(box.now_us + draw.choice([0, 1_000_000, 60_000_000])))
    else:
        soup.one_thing(box, draw)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_the_invariants_hold_whatever_the_switch_did_alone(seed: int) -> None:
    draw = Draw(seed)
    box = FakeBox(office())
    for _ in range(100):
        one_thing(box, draw)
        soup.check(box)
    assert not box.facts(f.InputPassedOver)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_long_day_of_it(seed: int) -> None:
    draw = Draw(seed)
    box = FakeBox(office())
    for _ in range(1000):
        one_thing(box, draw)
        soup.check(box)
    assert not box.facts(f.InputPassedOver)
