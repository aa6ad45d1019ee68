"""The formulas against tables anybody can look up, and against the balance of states they are solved from."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from firmware.staffing.erlang import ErlangA, ErlangC, Overloaded, agents_for, erlang_b


@pytest.mark.parametrize(
    ("agents", "load", "blocked"),
    [
        (10, 4.46, 0.01),
        (20, 12.03, 0.01),
        (100, 84.06, 0.01),
        (10, 6.22, 0.05),
        (5, 2.22, 0.05),
        (2, 0.153, 0.01),
    ],
)
def test_erlang_b_is_as_in_the_table(agents: int, load: float, blocked: float) -> None:
    """Rows of the traffic table that is printed everywhere (ITU-T's, for instance), to its three digits."""
    assert erlang_b(agents, load) == pytest.approx(blocked, rel=6e-3)


def test_erlang_c_of_one_agent_is_m_m_1() -> None:
    one = ErlangC(1, 0.8, 1.0)
    assert one.waits == pytest.approx(0.8)
    assert one.mean_wait == pytest.approx(0.8 / 0.2)
    assert one.answered_within(2) == pytest.approx(1 - 0.8 * math.exp(-0.4))


def test_fifty_agents_wait_as_published() -> None:
    """48 calls a minute of a minute, patience 2 minutes: Garnett, Mandelbaum, Reiman 2002, their first table."""
    patient, impatient = ErlangC(50, 48, 1), ErlangA(50, 48, 1, 2)
    assert round(patient.mean_wait * 60, 1) == 20.8
    assert round(impatient.abandons, 3) == 0.031
    assert round(impatient.mean_wait * 60, 1) == 3.7
    assert round(48 * (1 - impatient.abandons) / 50, 2) == 0.93


@pytest.mark.parametrize(
    ("agents", "arrivals", "handle", "patience"),
    [(5, 2.0, 3.0, 1.5), (1, 2.0, 3.0, 1.5), (50, 48, 1.0, 2.0), (10, 12.0, 1.0, 0.5), (3, 2.0, 1.0, 200.0)],
)
def test_erlang_a_is_the_balance_of_its_states(
    agents: int, arrivals: float, handle: float, patience: float
) -> None:
    weights = [1.0]
    for number in range(1, 1500):
        out = min(number, agents) / handle + max(0, number - agents) / patience
        weights.append(weights[-1] * arrivals / out)
    whole = sum(weights)
    queue = sum((number - agents) * one for number, one in enumerate(weights) if number > agents) / whole
    theory = ErlangA(agents, arrivals, handle, patience)
    assert theory.waits == pytest.approx(sum(weights[agents:]) / whole, rel=1e-6)
    assert theory.mean_wait == pytest.approx(queue / arrivals, rel=1e-6)
    assert theory.abandons == pytest.approx(queue / patience / arrivals, rel=1e-6)


def test_who_is_very_patient_waits_as_erlang_c_says() -> None:
    patient, endless = ErlangA(10, 8, 1, 1e4), ErlangC(10, 8, 1)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-3)
    assert patient.answered_within(0.3) == pytest.approx(endless.answered_within(0.3), rel=1e-3)


def test_a_hopeless_overload_is_counted_and_not_overflown() -> None:
    assert ErlangA(200, 1000, 1, 10).abandons == pytest.approx(0.8, rel=1e-6)
    with pytest.raises(Overloaded):
        ErlangC(10, 10, 1)


def test_the_fewest_agents_who_keep_a_service_level() -> None:
    """80 % in 20 s."""
    queue = ErlangA(50, 48, 1, 2)
    agents = agents_for(queue, 1 / 3, 0.8)
    assert replace(queue, agents=agents).answered_within(1 / 3) >= 0.8
    assert replace(queue, agents=agents - 1).answered_within(1 / 3) < 0.8
