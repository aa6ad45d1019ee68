"""One rule at a time: steps that relax, ageing, weights, orders, kinds, preferred agents, what is said of it all."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.config.schema import Agent, Config, Queue, RelaxStep
from firmware.engine.acd.distributor import Acd
from firmware.protocol.choice import Need, Other
from firmware.protocol.names import AgentState

S = 1_000_000


def house(agents: dict[str, dict[str, Any]], *queues: Queue) -> Acd:
    """Agents come ready one second after the other."""
    config = Config(agents=tuple(Agent(id=name, **keys) for name, keys in agents.items()), queues=queues)
    acd = Acd(config)
    for place, name in enumerate(agents):
        acd.agent_ready(name, place * S)
    return acd


def rung(acd: Acd, at_s: float) -> tuple[int, tuple[str, ...]]:
    """The offer of this instant, carried out; (0, ()) when there is none."""
    offer = acd.next_offer(round(at_s * S))
    if offer is None:
        return 0, ()
    for agent in offer.agents:
        acd.offered(offer.call, agent)
        acd.agent_changed(agent, AgentState.RINGING, round(at_s * S))
    return offer.call, offer.agents


def busy(acd: Acd, *agents: str) -> None:
    for agent in agents:
        acd.agent_changed(agent, AgentState.TALKING, 0)


Q = {"queues": ("q",)}


# -- steps ------------------------------------------------------------------------------------------

STEPS = (
    RelaxStep(after_s=30, skills={"zh": 50}),
    RelaxStep(after_s=60, skills={"zh": 0}, also_queues=("other",), agents=("boss",)),
)


def test_less_is_asked_step_by_step_and_it_is_said_which_step_it_was() -> None:
    acd = house(
        {"low": Q | {"skills": {"zh": 10}}, "mid": Q | {"skills": {"zh": 55}}},
        Queue(id="q", skills={"zh": 80}, relax=STEPS),
    )
    acd.enqueue(1, "q", 0, 10 * S)
    acd.enqueue(2, "q", 0, 11 * S)
    assert acd.next_offer(39 * S) is None
    assert acd.next_due_us() == 40 * S
    offer = acd.next_offer(40 * S)
    assert offer is not None
    assert (offer.call, offer.agents) == (1, ("mid",))
    assert "step 1 of 2 after 30 s; skills zh 55≥50; waited 30 s" in offer.why[0]
    assert offer.others == (Other("low", "skill", "zh 10<50"),)
    assert rung(acd, 40) == (1, ("mid",))
    assert rung(acd, 70) == (0, ())
    assert rung(acd, 71) == (2, ("low",))


def test_a_step_lets_other_agents_in() -> None:
    acd = house({"boss": {}, "helper": {"queues": ("other",)}}, Queue(id="q", relax=STEPS), Queue(id="other"))
    assert acd.members("q") == ()
    acd.enqueue(1, "q", 0, 0)
    acd.enqueue(2, "q", 0, 0)
    assert rung(acd, 59) == (0, ())
    assert acd.next_due_us() == 60 * S
    assert {rung(acd, 60), rung(acd, 60)} == {(1, ("boss",)), (2, ("helper",))}


def test_a_long_expected_wait_relaxes_for_all_until_it_is_short_again() -> None:
    step = RelaxStep(when_expected_wait_s=120, skills={"zh": 0})
    acd = house({"a": Q | {"skills": {"zh": 9}}, "b": Q}, Queue(id="q", skills={"zh": 5}, relax=(step,)))
    busy(acd, "a")
    for _ in range(3):
        acd.handled("q", 50 * S)
    acd.enqueue(1, "q", 0, 0)
    assert rung(acd, 1) == (0, ())  # who joins now is second: 100 s
    acd.enqueue(2, "q", 0, 2 * S)
    offer = acd.next_offer(2 * S)
    assert offer is not None
    assert (offer.call, offer.agents) == (1, ("b",))
    assert "step 1 of 1 for an expected wait of 120 s" in offer.why[0]
    acd.dequeue(2)
    assert acd.next_offer(3 * S) is None


def test_an_agent_who_is_free_for_the_next_caller_is_no_expected_wait() -> None:
    step = RelaxStep(when_expected_wait_s=20, skills={"zh": 0})
    acd = house({"a": Q | {"skills": {"zh": 9}}, "b": Q}, Queue(id="q", skills={"zh": 5}, relax=(step,)))
    acd.handled("q", 50 * S)
    assert acd.next_wait_s("q") == 0
    acd.enqueue(1, "q", 0, 0)
    acd.offered(1, "a")
    assert acd.next_wait_s("q") == 100  # b is free, and knows no Chinese
    assert acd.state.pressed["q"] == 1
    acd.agent_changed("a", AgentState.READY, S)
    acd.dequeue(1)
    assert acd.next_wait_s("q") == 0
    assert acd.state.pressed["q"] == 0


def test_an_agent_nobody_who_waits_can_have_shortens_no_wait() -> None:
    step = RelaxStep(when_expected_wait_s=20, skills={"zh": 0})
    acd = house({"a": Q}, Queue(id="q", relax=(step,)))
    acd.handled("q", 50 * S)
    acd.enqueue(1, "q", 0, 0, Need(skills={"zh": 5}))
    assert acd.state.pressed["q"] == 1
    assert rung(acd, 1) == (1, ("a",))


def test_what_a_call_asks_for_by_itself_relaxes_too() -> None:
    acd = house(
        {"a": Q | {"skills": {"en": 20}}}, Queue(id="q", relax=(RelaxStep(after_s=10, skills={"en": 20}),))
    )
    acd.enqueue(1, "q", 0, 0, Need(skills={"en": 60, "fr": 0}))
    assert rung(acd, 9) == (0, ())
    assert rung(acd, 10) == (1, ("a",))


def test_a_place_that_was_kept_counts_for_the_steps() -> None:
    acd = house({"a": Q}, Queue(id="q", skills={"zh": 80}, relax=(RelaxStep(after_s=30, skills={"zh": 0}),)))
    acd.enqueue(1, "q", 0, 100 * S)
    acd.enqueue(2, "q", 0, 80 * S)
    assert rung(acd, 110) == (2, ("a",))


# -- whose turn -------------------------------------------------------------------------------------


def test_priority_counts_as_waiting_and_nobody_starves() -> None:
    acd = house({"a": Q}, Queue(id="q", ageing_s=60))
    busy(acd, "a")
    acd.enqueue(1, "q", 0, 0)
    acd.enqueue(2, "q", 1, 59 * S)
    acd.enqueue(3, "q", 1, 61 * S)
    assert [acd.position(call) for call in (1, 2, 3)] == [2, 1, 3]
    acd.agent_ready("a", 100 * S)
    assert rung(acd, 100) == (2, ("a",))


def test_a_queue_of_weight_two_counts_waiting_twice() -> None:
    acd = house({"a": {"queues": ("q", "w")}}, Queue(id="q"), Queue(id="w", weight=2))
    busy(acd, "a")
    acd.enqueue(1, "q", 0, 0)
    acd.enqueue(2, "w", 0, 40 * S)
    acd.agent_ready("a", 79 * S)
    assert acd.call_for_agent("a", 79 * S).call == 1
    choice = acd.call_for_agent("a", 81 * S)
    assert choice.call == 2
    assert "waiting counts ×2" in choice.why[0]


def test_an_agents_own_weights_decide_what_he_takes_when_he_comes_free() -> None:
    agents = {
        "a": {"queues": ("p", "q"), "weights": {"p": 3}},
        "b": {"queues": ("p", "q"), "weights": {"q": 3}},
    }
    acd = house(agents, Queue(id="p"), Queue(id="q"))
    busy(acd, "a", "b")
    acd.enqueue(1, "p", 0, 10 * S)
    acd.enqueue(2, "q", 0, 10 * S)
    acd.agent_ready("b", 20 * S)
    assert rung(acd, 20) == (2, ("b",))
    acd.agent_ready("a", 21 * S)
    assert rung(acd, 21) == (1, ("a",))


# -- which agent ------------------------------------------------------------------------------------


def test_a_later_order_is_rung_only_when_nobody_earlier_can_be() -> None:
    acd = house({"second": Q | {"order": {"q": 2}}, "first": Q}, Queue(id="q"))
    acd.enqueue(1, "q", 0, 9 * S)
    offer = acd.next_offer(10 * S)
    assert offer is not None
    assert offer.agents == ("first",)
    assert offer.others == (Other("second", "level", "2>1"),)
    assert rung(acd, 10) == (1, ("first",))
    acd.enqueue(2, "q", 0, 11 * S)
    assert rung(acd, 11) == (2, ("second",))


def test_supervisors_help_only_calls_that_have_waited_and_only_when_nobody_else_can() -> None:
    acd = house({"boss": Q | {"kind": "supervisor"}, "a": Q}, Queue(id="q", supervisors_after_s=20))
    for call in (1, 2):
        acd.enqueue(call, "q", 0, 10 * S)
    offer = acd.next_offer(10 * S)
    assert offer is not None
    assert offer.others == (Other("boss", "kind", "supervisor"),)
    assert rung(acd, 10) == (1, ("a",))
    assert rung(acd, 29) == (0, ())
    assert acd.next_due_us() == 30 * S
    assert rung(acd, 30) == (2, ("boss",))


@pytest.mark.parametrize(
    ("caller", "order"),
    [
        ("plain", ["normal", "vip", "foreign-language"]),
        ("vip", ["vip", "normal", "foreign-language"]),
        ("foreign", ["foreign-language", "vip", "normal"]),
        ("vip-foreign", ["vip", "foreign-language", "normal"]),
    ],
)
def test_kinds_of_agents_are_for_kinds_of_callers(caller: Any, order: list[str]) -> None:
    """Among equal kinds the longest idle: here in the order vip, foreign-language, normal."""
    acd = house({kind: Q | {"kind": kind} for kind in ("vip", "normal", "foreign-language")}, Queue(id="q"))
    found: list[str] = []
    for call in range(3):
        acd.enqueue(call + 1, "q", 0, 9 * S, Need(caller=caller))
        found += rung(acd, 10)[1]
    assert found == order


def test_an_agent_for_vips_takes_them_before_others_who_waited_longer() -> None:
    acd = house({"v": Q | {"kind": "vip"}}, Queue(id="q"))
    busy(acd, "v")
    acd.enqueue(1, "q", 0, 0)
    acd.enqueue(2, "q", 0, 50 * S, Need(caller="vip"))
    assert acd.position(2) == 2
    acd.agent_ready("v", 52 * S)
    assert acd.call_for_agent("v", 52 * S).call == 1  # 52 s against ten times 2 s
    assert rung(acd, 60) == (2, ("v",))


@pytest.mark.parametrize(("strategy", "order"), [("highest-skill", "bac"), ("lowest-skill", "cab")])
def test_skill_strategies_compare_the_levels_of_what_is_asked(strategy: Any, order: str) -> None:
    levels = {"a": {"zh": 60, "en": 99}, "b": {"zh": 90}, "c": {"zh": 55}}
    acd = house(
        {name: Q | {"skills": one} for name, one in levels.items()},
        Queue(id="q", strategy=strategy, skills={"zh": 50}),
    )
    found = ""
    for call in range(3):
        acd.enqueue(call + 1, "q", 0, 9 * S)
        found += "".join(rung(acd, 10)[1])
    assert found == order


# -- the preferred agent ----------------------------------------------------------------------------

MINE = Need(agent="b", wait_us=20 * S)


def test_a_call_waits_for_its_agent_as_long_as_it_may_and_then_for_anybody() -> None:
    acd = house({"a": Q, "b": Q}, Queue(id="q"))
    busy(acd, "b")
    acd.enqueue(1, "q", 0, 10 * S, MINE)
    assert rung(acd, 29) == (0, ())
    assert acd.next_due_us() == 30 * S
    assert rung(acd, 30) == (1, ("a",))


def test_its_agent_gets_it_though_others_are_idle_longer_or_waited_longer() -> None:
    acd = house({"a": Q, "b": Q, "c": Q}, Queue(id="q"))
    acd.enqueue(1, "q", 0, 10 * S, MINE)
    offer = acd.next_offer(10 * S)
    assert offer is not None
    assert offer.agents == ("b",)
    assert offer.others == (Other("a", "preferred", "b"), Other("c", "preferred", "b"))
    acd.enqueue(2, "q", 0, 11 * S, Need(agent="c"))
    assert rung(acd, 11) == (1, ("b",))
    assert rung(acd, 11) == (2, ("c",))


@pytest.mark.parametrize("how", ["not-at-work", "leaves", "misses", "unfit", "unknown"])
def test_nobody_waits_for_an_agent_who_will_not_come(how: str) -> None:
    acd = house({"a": Q, "b": Q if how != "unfit" else {}}, Queue(id="q"))
    if how == "misses":
        acd.enqueue(1, "q", 0, 10 * S, MINE)
        assert rung(acd, 10) == (1, ("b",))
        acd.withdrawn(1, "b")
        acd.rest("b", "q", 60 * S)
        acd.agent_ready("b", 12 * S)
    else:
        busy(acd, "b")
        if how == "not-at-work":
            acd.agent_gone("b")
        acd.enqueue(1, "q", 0, 10 * S, MINE if how != "unknown" else Need(agent="z", wait_us=20 * S))
        if how == "leaves":
            assert rung(acd, 11) == (0, ())
            acd.agent_gone("b")
    assert rung(acd, 12) == (1, ("a",))


# -- what is said -----------------------------------------------------------------------------------


def test_the_others_are_told_with_what_kept_them_from_it_and_never_more_than_ten() -> None:
    agents = {name: Q for name in ("chosen", "later", "talks", "rests", "gone", "out")}
    acd = house(agents, Queue(id="q"))
    busy(acd, "talks")
    acd.agent_gone("gone")
    acd.agent_changed("out", AgentState.SIGNED_OUT, 0)
    acd.rest("rests", "q", 42 * S)
    acd.enqueue(1, "q", 0, 9 * S)
    offer = acd.next_offer(12 * S)
    assert offer is not None
    assert offer.others == (
        Other("later", "order", "11 s idle"),
        Other("talks", "talking"),
        Other("rests", "resting", "30 s"),
        Other("gone", "not-ready"),
    )
    many = house({f"a{place}": Q for place in range(30)}, Queue(id="q"))
    many.enqueue(1, "q", 0, 99 * S)
    offer = many.next_offer(99 * S)
    assert offer is not None
    assert [one.agent for one in offer.others] == [f"a{place}" for place in range(1, 11)]


# -- the expected wait ------------------------------------------------------------------------------


def test_an_agent_of_two_queues_with_callers_is_shared_between_them() -> None:
    acd = house({"a": {"queues": ("p", "q")}, "b": Q}, Queue(id="p"), Queue(id="q"))
    busy(acd, "a", "b")
    acd.handled("q", 90 * S)
    acd.enqueue(1, "q", 0, 0)
    assert acd.expected_wait_s("q", 1) == 45
    acd.enqueue(2, "p", 0, 0)
    assert acd.expected_wait_s("q", 1) == 60
    acd.dequeue(2)
    assert acd.expected_wait_s("q", 1) == 45
