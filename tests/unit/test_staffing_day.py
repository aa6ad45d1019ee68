"""The day's curve of calls and people: sums, the busiest hour, and figures that move the way they must."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.staffing.day import (
    Target,
    agents_wanted,
    busiest_hour,
    curve,
    level_of,
    open_quarters,
    reached,
    shape,
)
from firmware.staffing.erlang import ErlangA, ErlangC, erlang_b, lines_for

OFFICE = open_quarters(["08:30-12:00", "13:00-18:00"])
TARGET = Target(0.8, 20.0, 200.0, 120.0)


def test_open_quarters_are_those_of_the_spans() -> None:
    assert len(OFFICE) == 34
    assert (OFFICE[0], OFFICE[13], OFFICE[14], OFFICE[-1]) == (34, 47, 52, 71)
    assert open_quarters(["22:00-02:00"]) == (0, 1, 2, 3, 4, 5, 6, 7, *range(88, 96))
    assert open_quarters(["00:00-24:00"]) == tuple(range(96))


@given(st.integers(1, 96), st.floats(0.0, 1.0))
def test_a_day_has_all_its_calls_and_its_busiest_hour(count: int, peak: float) -> None:
    shares = shape(range(count), peak)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) >= 0
    least = min(1.0, 4 / count)
    assert busiest_hour(shares) == pytest.approx(max(least, peak) if count > 4 else 1.0, abs=1e-6)


def test_the_classical_hour_of_a_call_centre() -> None:
    """100 calls in half an hour of 180 s: 10 Erlang want 14 agents for 80 % in 20 s, and answer 88.8 %."""
    for agents, share in ((13, 0.8), (14, 0.888)):
        assert ErlangC(agents, 100 / 1800, 180.0).answered_within(20) == pytest.approx(share, abs=0.01)
    assert ErlangC(14, 100 / 1800, 180.0).occupancy == pytest.approx(10 / 14)


def test_lines_of_the_traffic_table() -> None:
    """At 1 % blocking 10 lines carry 4.46 Erlang, 20 carry 12.03."""
    assert (lines_for(4.46, 0.0101), lines_for(12.03, 0.0101)) == (10, 20)
    assert lines_for(4.6, 0.0101) == 11
    assert erlang_b(lines_for(7.0, 0.01), 7.0) <= 0.01 < erlang_b(lines_for(7.0, 0.01) - 1, 7.0)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.5, 200), st.integers(1, 60))
def test_another_agent_makes_all_of_it_better(calls: float, agents: int) -> None:
    few, more = reached(calls, agents, TARGET), reached(calls, agents + 1, TARGET)
    assert more[0] >= few[0] - 1e-9
    assert more[1] <= few[1] + 1e-9
    assert more[2] <= few[2] + 1e-9
    assert more[3] <= few[3] + 1e-9


@settings(deadline=None, max_examples=40)
@given(st.floats(0.5, 100), st.floats(1.0, 2.0))
def test_more_calls_never_want_fewer_agents(calls: float, times: float) -> None:
    assert agents_wanted(calls * times, TARGET) >= agents_wanted(calls, TARGET)


@pytest.mark.parametrize("calls", [1.0, 10.0, 60.0])
def test_wanted_agents_reach_the_target_and_one_fewer_does_not(calls: float) -> None:
    agents = agents_wanted(calls, TARGET)
    assert reached(calls, agents, TARGET)[0] >= 0.8
    assert agents == 1 or reached(calls, agents - 1, TARGET)[0] < 0.8


def test_a_day_of_people_wanted_reaches_the_target() -> None:
    day = curve(OFFICE, 120, 0.16, TARGET)
    assert sum(one.calls for one in day) == pytest.approx(120, abs=0.01)
    assert all(one.service_level >= 0.8 for one in day)
    assert level_of(day) >= 0.8
    assert (day[0].begins, day[-1].begins) == ("08:30", "17:45")
    busy = max(day, key=lambda one: one.calls)
    assert "09:30" <= busy.begins <= "12:00"


def test_too_few_people_are_told_by_the_figures() -> None:
    wanted, staffed = curve(OFFICE, 400, 0.16, TARGET), curve(OFFICE, 400, 0.16, TARGET, staffed=2)
    assert [one.agents for one in wanted] == [one.agents for one in staffed]
    assert level_of(staffed) < 0.5 < level_of(wanted)


def test_who_is_answered_waited_as_simulated_states_say() -> None:
    """Chance of being served next from each place in the queue, step by step: agents 3, patience 60 s."""
    agents, arrivals, handle, patience = 3, 0.03, 100.0, 60.0
    weights = [1.0]
    for number in range(1, 400):
        out = min(number, agents) / handle + max(0, number - agents) / patience
        weights.append(weights[-1] * arrivals / out)
    whole, served, waited = sum(weights), sum(weights[:agents]), 0.0
    for number in range(agents, 400):
        ahead, chance, time_s = number - agents + 1, 1.0, 0.0
        for place in range(ahead, 0, -1):
            rate = agents / handle + place / patience
            chance *= 1 - (1 / patience) / rate
            time_s += 1 / rate
        served += weights[number] * chance
        waited += weights[number] * chance * time_s
    theory = ErlangA(agents, arrivals, handle, patience)
    assert theory.mean_wait_of_answered == pytest.approx(waited / served, rel=1e-6)
    assert theory.abandons == pytest.approx(1 - served / whole, rel=1e-6)


def test_nobody_is_wanted_where_nobody_calls() -> None:
    assert [one.agents for one in curve(OFFICE, 0, 0.1, TARGET)] == [0] * 34
    assert level_of(curve(OFFICE, 0, 0.1, TARGET)) == 1.0
