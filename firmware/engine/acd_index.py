"""The order of one queue: its calls by priority and age, its ready agents by the strategy's own measure.

Both are sorted lists found by bisection, so neither choosing nor telling a position walks through them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from typing import TypeVar

from firmware.config.schema import Agent, Queue
from firmware.engine.acd_state import Standing, Waiting

CallKey = tuple[int, int, int, int]
"""(-priority, waiting since, sequence, call): the smallest is served first."""
AgentKey = tuple[int, int, str]
"""(the strategy's measure, place in the configuration, agent): the smallest is rung first."""

_Key = TypeVar("_Key", CallKey, AgentKey)

BY_MEASURE = {"longest-idle": "idle_since_us", "least-talk": "talk_us"}
"""Strategies that compare agents by a field of `Standing`; the others go by place."""


def call_key(call: Waiting) -> CallKey:
    return (-call.priority, call.at_us, call.sequence, call.call)


def may_serve(agent: Agent, queue: Queue) -> bool:
    """Whether the agent belongs to the queue and has each of its skills at least at its level."""
    return queue.id in agent.queues and all(
        agent.skills.get(skill, 0) >= least for skill, least in queue.skills.items()
    )


class QueueIndex:
    """Calls and ready agents of one queue, kept sorted."""

    def __init__(self, queue: Queue, members: Mapping[str, int]) -> None:
        self.queue = queue
        self.members = members
        """Agents who may serve it, with their place in the configuration."""
        self.order: list[CallKey] = []
        """All that wait, ringing somewhere or not."""
        self.open: list[CallKey] = []
        """Those that ring nowhere."""
        self.ready: list[AgentKey] = []
        self._measure = BY_MEASURE.get(queue.strategy, "")
        self._keys: dict[str, AgentKey] = {}

    @property
    def matchable(self) -> bool:
        return bool(self.open and self.ready)

    def add(self, call: Waiting) -> None:
        insort(self.order, call_key(call))
        if not call.offered:
            insort(self.open, call_key(call))

    def remove(self, call: Waiting) -> None:
        _drop(self.order, call_key(call))
        self.close(call)

    def reopen(self, call: Waiting) -> None:
        insort(self.open, call_key(call))

    def close(self, call: Waiting) -> None:
        _drop(self.open, call_key(call))

    def position(self, call: Waiting) -> int:
        return bisect_left(self.order, call_key(call)) + 1

    def agent_in(self, agent: str, standing: Standing) -> None:
        self.agent_out(agent)
        measure = getattr(standing, self._measure) if self._measure else 0
        key = (measure, self.members[agent], agent)
        self._keys[agent] = key
        insort(self.ready, key)

    def agent_out(self, agent: str) -> None:
        key = self._keys.pop(agent, None)
        if key is not None:
            _drop(self.ready, key)

    def has_ready(self, agent: str) -> bool:
        return agent in self._keys

    def choose(self, last: str) -> tuple[str, ...]:
        """Whom to ring now; `last` is who was rung before (round robin)."""
        if not self.ready:
            return ()
        if self.queue.strategy == "ring-all":
            return tuple(agent for _, _, agent in self.ready)
        place = 0
        if self.queue.strategy == "round-robin":
            place = bisect_left(self.ready, (0, self.members.get(last, -1) + 1, ""))
        return (self.ready[place % len(self.ready)][2],)


def _drop(keys: list[_Key], key: _Key) -> None:
    place = bisect_left(keys, key)
    if place < len(keys) and keys[place] == key:
        del keys[place]
