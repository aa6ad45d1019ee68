"""`tipring bench acd`: how long one routing decision takes, with few and with many calls waiting.

Two decisions are measured. *Free*: an agent comes free where calls wait: the news is taken, the most
urgent call is found, the agent chosen, the choice explained, both taken from the lists. *Arrival*: a
call arrives where agents are ready, and one of them is chosen. Half of the queues are overrun and half
are calm, so both happen in one house; after each decision it is put back as it was, unmeasured, and the
number waiting stays as asked.

All rules are in force: queues ask for less after 30 and 120 s and under a long expected wait, have weights and
ageing; agents have orders, weights and kinds; routing rules give a third of the callers priority, skills, an agent
or VIP rank. Looking these up is part of an arrival. Processor time is measured, not what others take of it.

With few waiting there are fewer *kinds* of calls than the rules can tell apart (here about 500 in the queues that
are overrun), and only the oldest of each kind is looked at: from some thousands on the figures stay as they are.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from firmware.config.schema import Agent, Config, Queue, RelaxStep, RoutingRule
from firmware.engine.acd.distributor import Acd, Offer
from firmware.engine.acd.routing import Routing
from firmware.engine.state import Call
from firmware.protocol.names import AgentState, Direction

BUDGET_P99_US = 2_000
_STRATEGIES = ("longest-idle", "round-robin", "least-talk", "linear", "highest-skill")
_KINDS_OF_AGENTS = ("normal",) * 17 + ("supervisor", "vip", "foreign-language")
CALLERS = 60


def run(
    agents: int = 500,
    skills: int = 50,
    waiting: Sequence[int] = (10, 1_000, 10_000),
    decisions: int = 5_000,
    seed: int = 1,
) -> dict[str, Any]:
    """Figures in µs for each number waiting; `within_budget` is DESIGN.md's p99 of 2 ms."""
    config = _config(agents, skills, seed)
    runs = [_measure(config, count, decisions, seed) for count in waiting]
    return {
        "agents": agents,
        "skills": skills,
        "queues": len(config.queues),
        "decisions": decisions,
        "runs": runs,
        "budget_us_p99": BUDGET_P99_US,
        "growth_p50": _growth(runs),
        "within_budget": all(one[kind]["p99"] <= BUDGET_P99_US for one in runs for kind in _KINDS),
    }


def text(result: dict[str, Any]) -> str:
    lines = [
        f"{result['agents']} agents, {result['skills']} skills, {result['queues']} queues, "
        f"{result['decisions']} decisions each; budget p99 {result['budget_us_p99']} µs",
        f"{'waiting':>9} {'free p50':>10} {'p99':>8} {'arrival p50':>13} {'p99':>8}   (µs)",
    ]
    for one in result["runs"]:
        free, arrival = one["free_us"], one["arrival_us"]
        lines.append(
            f"{one['waiting']:>9} {free['p50']:>10} {free['p99']:>8} {arrival['p50']:>13} {arrival['p99']:>8}"
        )
    few, many = result["runs"][-2:][0]["waiting"], result["runs"][-1]["waiting"]
    grown = ", ".join(f"{kind.removesuffix('_us')} ×{times}" for kind, times in result["growth_p50"].items())
    lines.append(f"growth of p50 from {few} to {many} waiting: {grown}")
    lines.append("within the budget" if result["within_budget"] else "OVER THE BUDGET")
    return "\n".join(lines)


def _growth(runs: Sequence[dict[str, Any]]) -> dict[str, float]:
    """From the last but one to the last."""
    few, many = runs[-2:] if len(runs) > 1 else (runs[-1], runs[-1])
    return {kind: round(many[kind]["p50"] / max(few[kind]["p50"], 1.0), 2) for kind in _KINDS}


def _config(agents: int, skills: int, seed: int) -> Config:
    """One queue for each skill, a third of them asking for two; each agent has a fifth of the skills."""
    rng = random.Random(seed)  # noqa: S311 - a load, not a secret
    names = [f"skill-{place}" for place in range(skills)]
    queues = tuple(_queue(place, name, names[place - 1]) for place, name in enumerate(names))
    staff = tuple(
        Agent(
            id=str(1000 + place),
            queues=tuple(queue.id for queue in queues[place % 2 :: 2]),
            skills={name: rng.randrange(0, 101) for name in rng.sample(names, max(1, skills // 5))},
            kind=_KINDS_OF_AGENTS[place // 2 % len(_KINDS_OF_AGENTS)],
            order={queue.id: 2 for queue in queues[place % 7 :: 7]},
            weights={queue.id: 1 + place % 3 for queue in queues[place % 5 :: 5]},
        )
        for place in range(agents)
    )
    routing = tuple(_rule(place, names, staff) for place in range(20))
    return Config(agents=staff, queues=queues, routing=routing)


def _queue(place: int, skill: str, other: str) -> Queue:
    return Queue(
        id=f"queue-{place}",
        strategy=_STRATEGIES[place // 2 % len(_STRATEGIES)],
        skills={skill: 50, other: 20} if place % 3 == 0 else {skill: 50},
        priority=place % 5,
        weight=1 + place % 3,
        relax=(
            RelaxStep(after_s=30, skills={skill: 35, other: 10}),
            RelaxStep(after_s=120, when_expected_wait_s=600, skills={skill: 20, other: 0}, priority=1),
        ),
    )


def _rule(place: int, names: Sequence[str], staff: Sequence[Agent]) -> RoutingRule:
    """For one of the callers."""
    return RoutingRule(
        id=f"rule-{place}",
        numbers=(_caller(place),),
        priority=place % 4,
        skills={names[place % len(names)]: 30} if place % 2 else {},
        vip=place % 5 == 0,
        agent=staff[place * 7 % len(staff)].id if place % 3 == 0 else "",
        agent_wait_s=20,
    )


def _caller(place: int) -> str:
    return f"+86139{place:08d}"


class _House:
    """Agents of even queues are ready (calm); those of odd queues talk while calls wait (overrun)."""

    def __init__(self, config: Config, waiting: int, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311
        self.acd = Acd(config)
        self.routing = Routing(config)
        staffed = [self.acd.members(queue.id) and queue for queue in config.queues]
        self.calm = [queue for queue in staffed[0::2] if queue]
        self.overrun = [queue for queue in staffed[1::2] if queue]
        self.at_us = 0
        self.call = 0
        for place, agent in enumerate(config.agents):
            self.acd.agent_changed(agent.id, AgentState.TALKING if place % 2 else AgentState.READY, place)
        for _ in range(waiting):
            self.at_us += 300_000_000 // waiting
            self.join(self.rng.choice(self.overrun))

    def arrive(self, queue: Queue) -> Offer | None:
        self.join(queue)
        return self.serve()

    def join(self, queue: Queue) -> None:
        self.call += 1
        caller = Call(self.call, Direction.INBOUND, 0, "", self.at_us, e164=_caller(self.call % CALLERS))
        priority, need = self.routing.need(caller, queue, None)
        self.acd.enqueue(self.call, queue.id, priority, self.at_us, need)

    def come_free(self, agent: str) -> Offer | None:
        self.acd.agent_changed(agent, AgentState.READY, self.at_us)
        return self.serve()

    def serve(self) -> Offer | None:
        offer = self.acd.next_offer(self.at_us)
        if offer is not None:
            self.acd.offered(offer.call, offer.agents[0])
            self.acd.dequeue(offer.call)
            self.acd.agent_changed(offer.agents[0], AgentState.TALKING, self.at_us)
        return offer

    def busy_again(self, agent: str, offer: Offer | None) -> None:
        """As before: whoever found nothing talks on, and for a call that was served another one waits."""
        if offer is None:
            self.acd.agent_changed(agent, AgentState.TALKING, self.at_us)
        else:
            self.join(self.rng.choice(self.overrun))

    def calm_again(self, offer: Offer | None) -> None:
        """Nobody waits where it is calm, and who served there is ready."""
        if offer is None:
            self.acd.dequeue(self.call)
        else:
            self.acd.agent_changed(offer.agents[0], AgentState.READY, self.at_us)

    def busy_agent(self) -> str:
        """Somebody who can serve a call that waits."""
        queue = self.rng.choice([one for one in self.overrun if self.acd.waiting(one.id)])
        return self.rng.choice(self.acd.members(queue.id))


def _measure(config: Config, waiting: int, decisions: int, seed: int) -> dict[str, Any]:
    house = _House(config, waiting, seed)
    free_us, arrival_us, made = [], [], 0
    for _ in range(decisions):
        house.at_us += 1_000_000
        agent, queue = house.busy_agent(), house.rng.choice(house.calm)
        began_ns = time.thread_time_ns()
        freed = house.come_free(agent)
        free_us.append((time.thread_time_ns() - began_ns) / 1000)
        house.busy_again(agent, freed)
        began_ns = time.thread_time_ns()
        arrived = house.arrive(queue)
        arrival_us.append((time.thread_time_ns() - began_ns) / 1000)
        house.calm_again(arrived)
        made += (freed is not None) + (arrived is not None)
    left = sum(house.acd.waiting(queue.id) for queue in config.queues)
    if left != waiting:
        raise AssertionError(f"{left} wait instead of {waiting}")
    shares = {"waiting": left, "offers_share": round(made / 2 / decisions, 3)}
    return shares | {"free_us": _figures(free_us), "arrival_us": _figures(arrival_us)}


def _figures(values_us: list[float]) -> dict[str, float]:
    ranked = sorted(values_us)
    return {name: round(ranked[int(share * (len(ranked) - 1))], 1) for name, share in _SHARES}


_KINDS = ("free_us", "arrival_us")
_SHARES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
