"""The distributor against queueing theory: means within the 99 % band, every single call in its turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from firmware.engine.acd import desk as acd_desk
from firmware.engine.acd import index as acd_index
from firmware.staffing.erlang import ErlangA, ErlangC
from tests.property.theory_house import Alone, Box, House, Load, Outcome, band, live

PATIENT = Load(agents=5, between_s=37.5, handle_s=150.0)
"""4 Erlang on 5 agents."""
IMPATIENT = Load(agents=5, between_s=28.0, handle_s=150.0, patience_s=90.0)
"""5.4 Erlang on 5 agents: only those who give up keep the queue short."""
MIXED = Load(agents=5, between_s=37.5, handle_s=150.0, urgent=0.3, ageing_s=120.0)
WITHIN_S = 20.0


def theory(load: Load) -> Mapping[str, float]:
    arrivals = 1 / load.between_s
    if load.patience_s:
        queue = ErlangA(load.agents, arrivals, load.handle_s, load.patience_s)
        return {
            "wait": queue.mean_wait,
            "answered within": queue.answered_within(WITHIN_S),
            "abandoned": queue.abandons,
        }
    endless = ErlangC(load.agents, arrivals, load.handle_s)
    if load.urgent:
        return {"wait": endless.mean_wait}
    return {"wait": endless.mean_wait, "answered within": endless.answered_within(WITHIN_S)}


def check(load: Load, found: Outcome) -> list[str]:
    """What is wrong, in words: every call out of its turn, and every mean outside its band."""
    values = found.shares(WITHIN_S)
    bands = {name: band(values[name]) for name in theory(load)}
    return found.faults[:3] + [
        f"{name}: {bands[name].mean:.4f} ± {bands[name].half:.4f} and not {wanted:.4f}"
        for name, wanted in theory(load).items()
        if not bands[name].holds(wanted)
    ]


@pytest.mark.parametrize("load", [PATIENT, IMPATIENT], ids=["erlang-c", "erlang-a"])
def test_ten_thousand_calls_wait_as_theory_says(load: Load) -> None:
    assert check(load, live(load, Alone, 10_000, seed=1)) == []


def test_a_thousand_calls_through_the_whole_engine_wait_alike() -> None:
    for load in (PATIENT, IMPATIENT):
        alone, box = (live(load, make, 1_000, seed=2) for make in (Alone, Box))
        assert box == alone
        assert box.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("load", [PATIENT, IMPATIENT], ids=["erlang-c", "erlang-a"])
@pytest.mark.parametrize("make", [Alone, Box])
def test_a_hundred_thousand_calls_wait_as_theory_says(make: type[House], load: Load) -> None:
    assert check(load, live(load, make, 100_000, seed=3)) == []


def test_urgent_calls_come_first_by_what_their_priority_counts_and_no_more() -> None:
    """Whoever is served in whatever order, the mean wait of all is that of Erlang C."""
    assert check(MIXED, live(MIXED, Alone, 10_000, seed=4)) == []


# -- planted faults ---------------------------------------------------------------------------------


def _newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def head(desk: acd_desk.Desk, stream: Any, at_us: int) -> acd_desk.Found:
        return acd_desk.Found(stream.queue, desk.state.calls[stream.open[-1][2]], desk.fit(stream, at_us))

    monkeypatch.setattr(acd_desk.Desk, "head", head)


def _idle_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    come = acd_desk.Desk._come_ready

    def come_ready(desk: acd_desk.Desk, index: Any, agent: str, standing: Any) -> None:
        if agent != "803":
            come(desk, index, agent, standing)

    monkeypatch.setattr(acd_desk.Desk, "_come_ready", come_ready)


def _wrong_ageing(monkeypatch: pytest.MonkeyPatch) -> None:
    def age_us(index: acd_index.QueueIndex, since_us: int, priority: int, at_us: int) -> int:
        return at_us - since_us + priority * index.ageing_us // 2

    monkeypatch.setattr(acd_index.QueueIndex, "age_us", age_us)


@pytest.mark.parametrize(
    ("plant", "load", "by_means"),
    [(_newest_first, IMPATIENT, True), (_idle_agent, PATIENT, True), (_wrong_ageing, MIXED, False)],
)
def test_a_planted_fault_is_found(
    plant: Any, load: Load, by_means: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the turn of single calls; and where theory can tell at all, by the means alone."""
    plant(monkeypatch)
    found = live(load, Alone, 10_000, seed=1)
    assert found.faults
    assert bool(check(load, found._replace(faults=[]))) is by_means
