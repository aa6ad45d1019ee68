"""Random days in a small call centre, held against a distributor that looks at everything every time."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.config.schema import Agent, Config, Queue, RelaxStep
from firmware.engine.acd import desk as acd_desk
from firmware.engine.acd import index as acd_index
from firmware.engine.acd.distributor import Acd, AcdState
from firmware.engine.acd.stream import Stream
from firmware.protocol.choice import Need
from firmware.protocol.names import AgentState
from tests.property.slow_distributor import S, SlowDistributor

AGENTS = ("a", "b", "c", "d")
QUEUES = ("p", "q", "r")
SKILLS = ("zh", "en")
CALLERS = ("plain", "vip", "foreign", "vip-foreign")
STRATEGIES = (
    "longest-idle",
    "round-robin",
    "least-talk",
    "ring-all",
    "linear",
    "highest-skill",
    "lowest-skill",
)

KINDS = (
    "arrive",
    "arrive",
    "arrive",
    "ready",
    "ready",
    "away",
    "answer",
    "answer",
    "miss",
    "leave",
    "wait",
    "back",
)
Steps = list[tuple[str, int, int, int, Need]]


class Draw:
    """A house and a day in it, all from one seed (hypothesis would spend its time on drawing)."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.plain = self.rng.random()
        """How much of everything is at its default: only calls that ask for the same come one after the other."""
        self.config = Config(
            agents=tuple(self.agent(name) for name in AGENTS),
            queues=tuple(self.queue(name) for name in QUEUES),
        )

    def rarely(self, other: Any, usual: Any) -> Any:
        return usual if self.rng.random() < self.plain else other()

    def some(self, names: tuple[str, ...], least: int, most: int) -> dict[str, int]:
        return {
            name: self.rng.randint(least, most)
            for name in names
            if self.rng.random() > 0.2 + self.plain * 0.6
        }

    def agent(self, name: str) -> Agent:
        kinds = ("normal", "supervisor", "vip", "foreign-language")
        return Agent(
            id=name,
            queues=tuple(queue for queue in QUEUES if self.rng.random() < 0.6),
            skills={name: self.rng.randint(0, 3) for name in SKILLS},
            kind=self.rarely(lambda: self.rng.choice(kinds), "normal"),
            order=self.some(QUEUES, 1, 3),
            weights=self.some(QUEUES, 1, 4),
        )

    def queue(self, name: str) -> Queue:
        return Queue(
            id=name,
            strategy=self.rng.choice(STRATEGIES),
            skills=self.some(SKILLS, 0, 3),
            relax=self.relax(),
            ageing_s=self.rng.randint(1, 5),
            weight=self.rarely(lambda: self.rng.randint(1, 3), 1),
            supervisors_after_s=self.rng.randint(0, 4),
        )

    def relax(self) -> tuple[RelaxStep, ...]:
        """Steps that follow one another, as the check of a configuration wants them."""
        steps, after_s, expected_s, priority = [], 0, 0, 0
        for _ in range(self.rng.choice((0, 1, 2, 3))):
            by = self.rng.choice(("time", "wait", "both"))
            after_s += self.rng.randint(1, 4)
            expected_s += self.rng.randint(1, 20)
            priority += self.rng.randint(0, 2)
            steps.append(
                RelaxStep(
                    after_s=after_s if by != "wait" else 0,
                    when_expected_wait_s=expected_s if by != "time" else 0,
                    skills=self.some(SKILLS, 0, 2),
                    agents=tuple(self.some(AGENTS, 0, 0))[:1],
                    also_queues=tuple(self.some(QUEUES, 0, 0))[:1],
                    priority=priority,
                )
            )
        return tuple(steps)

    def need(self) -> Need:
        return Need(
            skills=self.some(SKILLS, 0, 3),
            caller=self.rarely(lambda: self.rng.choice(CALLERS), "plain"),
            agent=self.rarely(lambda: self.rng.choice((*AGENTS, "gone")), ""),
            wait_us=self.rng.randint(0, 5) * S,
        )

    def day(self, length: int = 50) -> Steps:
        rng = self.rng
        return [
            (
                rng.choice(KINDS),
                rng.randrange(4),
                rng.randrange(3),
                self.rarely(lambda: rng.randint(-2, 3), 0),
                self.need(),
            )
            for _ in range(length)
        ]


seeds = st.integers(0, 2**32)


class Day:
    """Carries steps out and everything the distributor asks for."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.acd = Acd(config)
        self.slow = SlowDistributor(config, self.acd.state)
        self.at_us = 0
        self.calls = 0

    def step(self, kind: str, who: int, queue: int, priority: int, need: Need) -> None:
        self.at_us += S
        agent = AGENTS[who]
        standing = self.acd.state.agents.get(agent)
        offered = standing.offered if standing else 0
        if kind in ("arrive", "back"):
            self.calls += 1
            since_us = self.at_us if kind == "arrive" else max(0, self.at_us - 3 * S)
            self.acd.enqueue(self.calls, QUEUES[queue], priority, since_us, need)
        elif kind == "ready" and not offered:
            self.acd.agent_ready(agent, self.at_us)
        elif kind == "away":
            self.acd.agent_gone(agent)
        elif kind == "answer" and offered:
            self.answer(agent, offered)
        elif kind == "miss" and offered:
            queue_id = self.acd.state.calls[offered].queue
            self.acd.withdrawn(offered, agent)
            self.acd.rest(agent, queue_id, self.at_us + 4 * S)
            self.acd.agent_changed(agent, AgentState.READY, self.at_us)
        elif kind == "leave" and self.acd.state.calls:
            waiting = sorted(self.acd.state.calls)
            self.acd.dequeue(waiting[who % len(waiting)])
        elif kind == "wait":
            self.at_us += 3 * S

    def answer(self, agent: str, call: int) -> None:
        waiting = self.acd.state.calls[call]
        others = [one for one in waiting.offered if one != agent]
        self.acd.dequeue(call)
        self.acd.agent_changed(agent, AgentState.TALKING, self.at_us)
        self.acd.talked(agent, 7 * S)
        self.acd.handled(waiting.queue, 9 * S)
        for other in others:
            self.acd.withdrawn(call, other)
            self.acd.agent_changed(other, AgentState.READY, self.at_us)

    def drain(self) -> None:
        """Carries all offers out, each held against the rules first."""
        while (offer := self.acd.next_offer(self.at_us)) is not None:
            takeable = self.slow.takeable(self.at_us)
            assert takeable, "nobody may be rung for it"
            assert offer.call == takeable[0].call, "not the most urgent call that can be served"
            assert offer.agents == self.slow.rung(takeable[0], self.at_us), "not the agent whose turn it is"
            assert len(offer.why) == len(offer.agents)
            assert not {one.agent for one in offer.others} & set(offer.agents)
            for agent in offer.agents:
                assert not self.acd.state.agents[agent].offered, "double-booked"
                self.acd.offered(offer.call, agent)
                self.acd.agent_changed(agent, AgentState.RINGING, self.at_us)

    def judge(self) -> None:
        assert self.slow.takeable(self.at_us) == [], "an agent sits idle while a call he could take waits"
        offered = [agent for call in self.acd.state.calls.values() for agent in call.offered]
        assert len(offered) == len(set(offered)), "one agent is rung by two calls"
        for queue in QUEUES:
            order = self.slow.order(queue, self.at_us)
            assert [self.acd.position(call, self.at_us) for call in order] == list(range(1, len(order) + 1))
        soon = next(self.slow.soon(self.at_us, 12), None)
        due_us = self.acd.next_due_us()
        assert soon is None or (due_us is not None and due_us <= soon), "nobody would look when it is due"


def live(config: Config, day: Steps) -> None:
    house = Day(config)
    for step in day:
        house.step(*step)
        house.drain()
        house.judge()


@settings(deadline=None, max_examples=200)
@given(seeds)
def test_the_rules_hold_whatever_happens(seed: int) -> None:
    drawn = Draw(seed)
    live(drawn.config, drawn.day())


@settings(deadline=None, max_examples=60)
@given(seeds, st.integers(0, 50))
def test_a_rebuilt_distributor_goes_on_like_the_first(seed: int, cut: int) -> None:
    drawn = Draw(seed)
    config, day = drawn.config, drawn.day()
    lived, rebuilt = Day(config), Day(config)
    for place, step in enumerate(day):
        if place == cut:
            copied = msgspec.msgpack.decode(msgspec.msgpack.encode(rebuilt.acd.state), type=AcdState)
            rebuilt.acd = Acd(config, copied)
            rebuilt.slow = SlowDistributor(config, copied)
        for one in (lived, rebuilt):
            one.step(*step)
            one.drain()
        assert rebuilt.acd.state == lived.acd.state
        assert rebuilt.acd.next_due_us() == lived.acd.next_due_us()
        for queue in QUEUES:
            assert rebuilt.acd.ready(queue, rebuilt.at_us) == lived.acd.ready(queue, lived.at_us)


# -- planted faults ---------------------------------------------------------------------------------


def _newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def head(desk: acd_desk.Desk, stream: Stream, at_us: int) -> acd_desk.Found:
        return acd_desk.Found(stream.queue, desk.state.calls[stream.open[-1][2]], desk.fit(stream, at_us))

    monkeypatch.setattr(acd_desk.Desk, "head", head)


def _no_ageing(monkeypatch: pytest.MonkeyPatch) -> None:
    def age_us(index: acd_index.QueueIndex, since_us: int, priority: int, at_us: int) -> int:
        return at_us - since_us + priority * 100 * S

    monkeypatch.setattr(acd_index.QueueIndex, "age_us", age_us)


def _idle_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    come = acd_desk.Desk._come_ready

    def come_ready(desk: acd_desk.Desk, index: Any, agent: str, standing: Any) -> None:
        if agent != "c":
            come(desk, index, agent, standing)

    monkeypatch.setattr(acd_desk.Desk, "_come_ready", come_ready)


def _never_relaxed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acd_desk.Desk, "_step_due", lambda *_: None)


@pytest.mark.parametrize("plant", [_newest_first, _no_ageing, _idle_agent, _never_relaxed])
def test_a_planted_fault_is_found(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        for seed in range(200):
            drawn = Draw(seed)
            live(drawn.config, drawn.day())
