"""Who may be rung for calls of one kind, and who of them comes before whom whatever the strategy says."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.config.schema import Agent, Queue
from firmware.protocol.choice import CallerKind

VIP_COUNTS = 10
"""For an agent of kind `vip`, a VIP caller's waiting counts so many times."""
_ORDER, _KIND = 1_000_000, 100_000_000
"""A kind outweighs any order, an order any sum of levels."""

KIND_ORDER: Mapping[CallerKind, Mapping[str, int]] = {
    "plain": {"normal": 0, "foreign-language": 1, "vip": 1, "supervisor": 2},
    "vip": {"vip": 0, "normal": 1, "foreign-language": 1, "supervisor": 2},
    "foreign": {"foreign-language": 0, "normal": 1, "vip": 1, "supervisor": 2},
    "vip-foreign": {"vip": 0, "foreign-language": 0, "normal": 1, "supervisor": 2},
}
"""Caller to kind of agent to place: the smallest is rung first."""


def skilled(agent: Agent, asked: Mapping[str, int]) -> bool:
    return all(agent.skills.get(skill, 0) >= least for skill, least in asked.items())


class Fit:
    """Agents who may serve one kind of call at one step: computed once, looked up at each choice."""

    def __init__(
        self,
        queue: Queue,
        agents: Mapping[str, Agent],
        asked: Mapping[str, int],
        caller: CallerKind,
        supervisors: bool,
    ) -> None:
        """`agents` are those who belong to the queue at this step."""
        self.asked = asked
        self.caller = caller
        self.ranks = {
            name: rank(agent, queue, asked, caller)
            for name, agent in agents.items()
            if skilled(agent, asked) and (supervisors or agent.kind != "supervisor")
        }
        self.least = min(self.ranks.values(), default=0)
        weights = {name: weight(agents[name], queue, caller) for name in self.ranks}
        self.weights = weights if any(one != 1 for one in weights.values()) else {}

    def kind_place(self, agent: str) -> int:
        """Which place the agent's kind has for this caller; -1: cannot be rung."""
        return self.ranks.get(agent, -_KIND) // _KIND

    def weight(self, agent: str) -> int:
        """How many times waiting counts when this agent looks for a call."""
        return self.weights.get(agent, 1)


def rank(agent: Agent, queue: Queue, asked: Mapping[str, int], caller: CallerKind) -> int:
    """The smallest is rung first; among equals the strategy decides."""
    place = KIND_ORDER[caller].get(agent.kind, 0) * _KIND + agent.order.get(queue.id, 1) * _ORDER
    levels = sum(agent.skills.get(skill, 0) for skill in asked)
    return place + {"highest-skill": 100 * len(asked) - levels, "lowest-skill": levels}.get(queue.strategy, 0)


def weight(agent: Agent, queue: Queue, caller: CallerKind) -> int:
    own = agent.weights.get(queue.id, 1)
    return own * VIP_COUNTS if agent.kind == "vip" and caller in ("vip", "vip-foreign") else own
