"""Random days in a small call centre, held against a distributor that looks at everything every time."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.config.schema import Agent, Config, Queue
from firmware.engine.acd import Acd, AcdState
from firmware.engine.acd_index import may_serve
from firmware.protocol.names import AgentState

AGENTS = ("a", "b", "c", "d")
QUEUES = ("p", "q", "r")
STRATEGIES = ("longest-idle", "round-robin", "least-talk", "ring-all", "linear")

configs = st.builds(
    Config,
    agents=st.tuples(
        *(
            st.builds(
                Agent,
                id=st.just(name),
                queues=st.sets(st.sampled_from(QUEUES)).map(sorted).map(tuple),
                skills=st.fixed_dictionaries({"zh": st.integers(0, 3)}),
            )
            for name in AGENTS
        )
    ),
    queues=st.tuples(
        *(
            st.builds(
                Queue,
                id=st.just(name),
                strategy=st.sampled_from(STRATEGIES),
                skills=st.fixed_dictionaries({"zh": st.integers(0, 2)}),
            )
            for name in QUEUES
        )
    ),
)
steps = st.lists(
    st.tuples(
        st.sampled_from(("arrive", "ready", "away", "answer", "miss", "leave", "wait")),
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=60,
)


class Day:
    """Carries steps out and everything the distributor asks for."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.acd = Acd(config)
        self.at_us = 0
        self.calls = 0

    def step(self, kind: str, who: int, queue: int, priority: int) -> None:
        self.at_us += 1_000_000
        agent = AGENTS[who]
        standing = self.acd.state.agents.get(agent)
        offered = standing.offered if standing else 0
        if kind == "arrive":
            self.calls += 1
            self.acd.enqueue(self.calls, QUEUES[queue], priority, self.at_us)
        elif kind == "ready" and not offered:
            self.acd.agent_ready(agent, self.at_us)
        elif kind == "away":
            self.acd.agent_gone(agent)
        elif kind == "answer" and offered:
            self.answer(agent, offered)
        elif kind == "miss" and offered:
            queue_id = self.acd.state.calls[offered].queue
            self.acd.withdrawn(offered, agent)
            self.acd.rest(agent, queue_id, self.at_us + 4_000_000)
            self.acd.agent_changed(agent, AgentState.READY, self.at_us)
        elif kind == "leave" and self.acd.state.calls:
            waiting = sorted(self.acd.state.calls)
            self.acd.dequeue(waiting[who % len(waiting)])
        elif kind == "wait":
            self.at_us += 3_000_000

    def answer(self, agent: str, call: int) -> None:
        others = [one for one in self.acd.state.calls[call].offered if one != agent]
        self.acd.dequeue(call)
        self.acd.agent_changed(agent, AgentState.TALKING, self.at_us)
        self.acd.talked(agent, 7_000_000)
        for other in others:
            self.acd.withdrawn(call, other)
            self.acd.agent_changed(other, AgentState.READY, self.at_us)

    def drain(self) -> None:
        """Carries all offers out, each held against the rules first."""
        while (offer := self.acd.next_offer(self.at_us)) is not None:
            open_calls = self.takeable()
            assert offer.call == min(open_calls)[3], "not the most urgent call that can be served"
            queue = next(one for one in self.config.queues if one.id == offer.queue)
            free = self.free(queue)
            assert offer.agents == self.by_the_book(queue, free)
            assert len(offer.why) == len(offer.agents)
            for agent in offer.agents:
                assert not self.acd.state.agents[agent].offered, "double-booked"
                self.acd.offered(offer.call, agent)
                self.acd.agent_changed(agent, AgentState.RINGING, self.at_us)

    def free(self, queue: Queue) -> list[str]:
        found = []
        for agent in self.config.agents:
            now = self.acd.state.agents.get(agent.id)
            rests = now is not None and now.not_before_us.get(queue.id, 0) > self.at_us
            if (
                now
                and now.state is AgentState.READY
                and not now.offered
                and not rests
                and may_serve(agent, queue)
            ):
                found.append(agent.id)
        return found

    def takeable(self) -> list[tuple[int, int, int, int]]:
        queues = {queue.id: queue for queue in self.config.queues}
        return [
            (-one.priority, one.at_us, one.sequence, one.call)
            for one in self.acd.state.calls.values()
            if not one.offered and self.free(queues[one.queue])
        ]

    def by_the_book(self, queue: Queue, free: list[str]) -> tuple[str, ...]:
        standings = self.acd.state.agents
        if queue.strategy == "ring-all":
            return tuple(free)
        if queue.strategy == "longest-idle":
            return (min(free, key=lambda one: (standings[one].idle_since_us, one)),)
        if queue.strategy == "least-talk":
            return (min(free, key=lambda one: (standings[one].talk_us, one)),)
        if queue.strategy == "round-robin":
            last = self.acd.state.cursors.get(queue.id, "")
            return (next((one for one in free if one > last), free[0]),)
        return (free[0],)


@settings(deadline=None, max_examples=150)
@given(configs, steps)
def test_the_rules_hold_whatever_happens(config: Config, day: list[tuple[str, int, int, int]]) -> None:
    house = Day(config)
    for step in day:
        house.step(*step)
        house.drain()
        assert house.takeable() == [], "an agent sits idle while a call he could take waits"
        offered = [agent for call in house.acd.state.calls.values() for agent in call.offered]
        assert len(offered) == len(set(offered)), "one agent is rung by two calls"
        for queue in QUEUES:
            waiting = [one for one in house.acd.state.calls.values() if one.queue == queue]
            waiting.sort(key=lambda one: (-one.priority, one.at_us, one.sequence))
            places = [house.acd.position(one.call) for one in waiting]
            assert places == list(range(1, len(waiting) + 1))


@settings(deadline=None, max_examples=100)
@given(configs, steps, st.data())
def test_a_rebuilt_distributor_goes_on_like_the_first(
    config: Config, day: list[tuple[str, int, int, int]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(day)))
    lived, rebuilt = Day(config), Day(config)
    for place, step in enumerate(day):
        if place == cut:
            copied = msgspec.msgpack.decode(msgspec.msgpack.encode(rebuilt.acd.state), type=AcdState)
            rebuilt.acd = Acd(config, copied)
        for one in (lived, rebuilt):
            one.step(*step)
            one.drain()
        assert rebuilt.acd.state == lived.acd.state
        for queue in QUEUES:
            assert rebuilt.acd.ready(queue, rebuilt.at_us) == lived.acd.ready(queue, lived.at_us)
