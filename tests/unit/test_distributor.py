from __future__ import annotations

import msgspec
import pytest

from firmware.config.schema import Agent, Config, Queue
from firmware.engine.acd.distributor import Acd, AcdState
from firmware.protocol.names import AgentState

S = 1_000_000


def house(strategy: str = "longest-idle", agents: int = 3, **queue: object) -> Acd:
    """Agents 1, 2, 3 … of one queue; the first came ready first."""
    config = Config(
        agents=tuple(Agent(id=str(n + 1), queues=("q",)) for n in range(agents)),
        queues=(msgspec.convert({"id": "q", "strategy": strategy, **queue}, Queue),),
    )
    acd = Acd(config)
    for n in range(agents):
        acd.agent_ready(str(n + 1), n * S)
    return acd


def ring(acd: Acd, call: int, at_us: int) -> tuple[str, ...]:
    """Enqueue a call and carry out the offer it leads to."""
    acd.enqueue(call, "q", 0, at_us)
    offer = acd.next_offer(at_us)
    assert offer is not None
    assert offer.call == call
    for agent in offer.agents:
        acd.offered(call, agent)
        acd.agent_changed(agent, AgentState.RINGING, at_us)
    return offer.agents


def talk(acd: Acd, call: int, agent: str, begin_us: int, end_us: int) -> None:
    acd.agent_changed(agent, AgentState.TALKING, begin_us)
    acd.dequeue(call)
    acd.talked(agent, end_us - begin_us)
    acd.agent_ready(agent, end_us)


def test_longest_idle_rings_the_agent_who_waits_longest() -> None:
    acd = house()
    assert ring(acd, 1, 10 * S) == ("1",)
    talk(acd, 1, "1", 11 * S, 20 * S)
    assert ring(acd, 2, 21 * S) == ("2",)
    assert ring(acd, 3, 21 * S) == ("3",)
    assert ring(acd, 4, 21 * S) == ("1",)


def test_longest_idle_is_not_begun_anew_by_a_call_that_only_rang() -> None:
    acd = house(agents=2)
    assert ring(acd, 1, 10 * S) == ("1",)
    acd.withdrawn(1, "1")
    acd.agent_changed("1", AgentState.READY, 25 * S)
    offer = acd.next_offer(25 * S)
    assert offer is not None
    assert offer.agents == ("1",)


def test_round_robin_goes_round_in_the_order_of_the_configuration() -> None:
    acd = house("round-robin")
    rung = []
    for call in range(1, 8):
        (agent,) = ring(acd, call, call * 10 * S)
        rung.append(agent)
        talk(acd, call, agent, call * 10 * S + S, call * 10 * S + 2 * S)
    assert rung == ["1", "2", "3", "1", "2", "3", "1"]


def test_least_talk_rings_who_talked_least() -> None:
    acd = house("least-talk")
    for call, (agent, seconds) in enumerate([("1", 30), ("2", 10), ("3", 20)], 1):
        assert ring(acd, call, call * 100 * S) == (agent,)
        talk(acd, call, agent, call * 100 * S, (call * 100 + seconds) * S)
    assert ring(acd, 9, 900 * S) == ("2",)
    acd.reset_talk("1")
    assert ring(acd, 10, 901 * S) == ("1",)


def test_linear_always_begins_with_the_first_agent() -> None:
    acd = house("linear")
    for call in range(1, 4):
        assert ring(acd, call, call * 10 * S) == ("1",)
        talk(acd, call, "1", call * 10 * S, call * 10 * S + S)
    acd.agent_gone("1")
    assert ring(acd, 4, 50 * S) == ("2",)


def test_ring_all_rings_everybody_and_the_losers_are_free_again() -> None:
    acd = house("ring-all")
    assert ring(acd, 1, 10 * S) == ("1", "2", "3")
    acd.enqueue(2, "q", 0, 11 * S)
    assert acd.next_offer(11 * S) is None
    acd.agent_changed("2", AgentState.TALKING, 12 * S)
    acd.dequeue(1)
    for loser in ("1", "3"):
        acd.withdrawn(1, loser)
        acd.agent_changed(loser, AgentState.READY, 12 * S)
    offer = acd.next_offer(12 * S)
    assert offer is not None
    assert (offer.call, offer.agents) == (2, ("1", "3"))


def test_an_agent_without_the_skill_is_never_rung() -> None:
    config = Config(
        agents=(
            Agent(id="low", queues=("q",), skills={"zh": 49}),
            Agent(id="other", queues=(), skills={"zh": 100}),
            Agent(id="fit", queues=("q",), skills={"zh": 50}),
        ),
        queues=(Queue(id="q", skills={"zh": 50}),),
    )
    acd = Acd(config)
    for agent in config.agents:
        acd.agent_ready(agent.id, 0)
    acd.enqueue(1, "q", 0, 42 * S)
    offer = acd.next_offer(49 * S)
    assert offer is not None
    assert offer.agents == ("fit",)
    assert offer.why == ("longest-idle: 49 s idle, 1 ready; skills zh 50≥50; waited 7 s, priority 0",)
    assert acd.members("q") == ("fit",)


def test_an_agent_who_missed_a_call_is_left_alone_by_that_queue_for_a_while() -> None:
    acd = house(agents=1)
    ring(acd, 1, 10 * S)
    acd.withdrawn(1, "1")
    acd.rest("1", "q", 55 * S)
    acd.agent_changed("1", AgentState.READY, 25 * S)
    assert acd.next_offer(54 * S) is None
    assert acd.next_due_us() == 55 * S
    assert acd.ready("q") == 1
    assert acd.ready("q", 54 * S) == 0
    offer = acd.next_offer(55 * S)
    assert offer is not None
    assert offer.call == 1
    assert acd.next_due_us() is None


def test_an_agent_of_two_queues_gets_the_more_urgent_call() -> None:
    config = Config(
        agents=(Agent(id="1", queues=("a", "b")),), queues=(Queue(id="a"), Queue(id="b", priority=5))
    )
    acd = Acd(config)
    acd.enqueue(1, "a", 0, 0)
    acd.enqueue(2, "b", 5, 9 * S)
    acd.enqueue(3, "b", 5, 8 * S)
    acd.agent_ready("1", 10 * S)
    assert acd.call_for_agent("1", 10 * S).call == 3
    offer = acd.next_offer(10 * S)
    assert offer is not None
    assert offer.call == 3


def test_a_call_that_rings_keeps_its_place() -> None:
    acd = house(agents=1)
    ring(acd, 1, 10 * S)
    acd.enqueue(2, "q", 0, 11 * S)
    acd.enqueue(3, "q", 1, 12 * S)
    assert [acd.position(call) for call in (1, 2, 3)] == [2, 3, 1]
    acd.withdrawn(1, "1")
    assert acd.position(1) == 2
    acd.dequeue(3)
    assert [acd.position(call) for call in (1, 2, 3)] == [1, 2, 0]


def test_the_expected_wait_comes_from_recent_handle_times_and_agents_at_work() -> None:
    acd = house(agents=2)
    assert acd.expected_wait_s("q", 1) == 0
    for _ in range(50):
        acd.handled("q", 120 * S)
    assert acd.expected_wait_s("q", 3) == 180
    acd.agent_gone("1")
    assert acd.expected_wait_s("q", 3) == 360
    assert acd.staffed("q") == 1
    assert acd.signed_in("q") == 2
    acd.agent_changed("1", AgentState.SIGNED_OUT, 0)
    assert acd.signed_in("q") == 1


def test_a_call_nobody_can_take_is_told_why() -> None:
    acd = house(agents=2)
    acd.agent_gone("1")
    acd.agent_changed("2", AgentState.TALKING, 0)
    acd.enqueue(1, "q", 0, 0)
    choice = acd.agents_for_call(1, 0)
    assert choice.agents == ()
    assert choice.why == ("nobody ready: 2 may serve, 2 signed in, 1 at work",)
    assert acd.call_for_agent("2", 0).call == 0
    assert acd.agents_for_call(77, 0).call == 0


def test_going_away_while_it_rings_gives_the_call_to_another() -> None:
    acd = house(agents=2)
    assert ring(acd, 1, 10 * S) == ("1",)
    acd.agent_changed("1", AgentState.SIGNED_OUT, 12 * S)
    offer = acd.next_offer(12 * S)
    assert offer is not None
    assert (offer.call, offer.agents) == (1, ("2",))


def test_calls_and_agents_it_never_heard_of_do_no_harm() -> None:
    acd = house(agents=0)
    acd.withdrawn(5, "nobody")
    acd.dequeue(5)
    acd.offered(5, "nobody")
    acd.agent_ready("stranger", 0)
    acd.enqueue(1, "no-such-queue", 0, 0)
    assert acd.next_offer(0) is None
    assert acd.position(1) == 1


@pytest.mark.parametrize("strategy", ["longest-idle", "round-robin", "least-talk", "ring-all", "linear"])
def test_a_rebuilt_distributor_decides_as_the_one_that_lived(strategy: str) -> None:
    acd = house(strategy)
    ring(acd, 1, 10 * S)
    acd.withdrawn(1, "1")
    acd.rest("1", "q", 40 * S)
    acd.agent_changed("1", AgentState.READY, 25 * S)
    acd.enqueue(2, "q", 0, 26 * S)
    config = Config(
        agents=tuple(Agent(id=str(n + 1), queues=("q",)) for n in range(3)),
        queues=(Queue(id="q", strategy=strategy),),
    )
    again = Acd(config, msgspec.msgpack.decode(msgspec.msgpack.encode(acd.state), type=AcdState))
    for at_us in (30 * S, 45 * S):
        assert again.next_offer(at_us) == acd.next_offer(at_us)
        assert again.ready("q", at_us) == acd.ready("q", at_us)
