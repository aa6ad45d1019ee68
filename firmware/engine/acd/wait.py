"""How long a caller will wait: recent handle times, and how much of the agents at work a queue has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from firmware.engine.acd.index import QueueIndex
from firmware.engine.acd.state import AcdState
from firmware.engine.acd.stream import Kind
from firmware.protocol.names import AgentState

SIGNED_IN = frozenset(AgentState) - {AgentState.SIGNED_OUT}
AT_WORK = SIGNED_IN - {AgentState.NOT_READY}
WHOLE = 27_720
"""Parts of an agent: divisible by every number up to 12."""


class Staffing:
    """Who of the agents at work has how many queues with callers to look after."""

    def __init__(self, members: Mapping[str, Iterable[str]], state: AcdState) -> None:
        self._state = state
        self._bits = {queue: 1 << place for place, queue in enumerate(members)}
        self._members = {queue: tuple(agents) for queue, agents in members.items()}
        self._masks: dict[str, int] = {}
        for queue, agents in self._members.items():
            for agent in agents:
                self._masks[agent] = self._masks.get(agent, 0) | self._bits[queue]
        self._crowded = 0

    def crowded(self, queue: str, waiting: int) -> None:
        """So many wait there now."""
        bit = self._bits.get(queue, 0)
        self._crowded = self._crowded | bit if waiting else self._crowded & ~bit

    def count(self, queue: str, states: frozenset[AgentState]) -> int:
        agents = self._state.agents
        return sum(one in agents and agents[one].state in states for one in self._members.get(queue, ()))

    def parts(self, queue: str) -> int:
        """Agents at work for it, in parts: who serves several queues with callers is shared between them."""
        agents, present = self._state.agents, self._crowded | self._bits.get(queue, 0)
        return sum(
            WHOLE // (self._masks[one] & present).bit_count()
            for one in self._members.get(queue, ())
            if one in agents and agents[one].state in AT_WORK
        )

    def expected_us(self, queue: str, position: int) -> int:
        """`position` agents must come free, and each does every mean handle time; 0: nothing to go by."""
        times, parts = self._state.handled_us.get(queue), self.parts(queue)
        if not times or not parts:
            return 0
        return position * sum(times) * WHOLE // (len(times) * parts)


def idle_agents(state: AcdState) -> list[str]:
    """Ready and rung for nobody."""
    return [name for name, one in state.agents.items() if one.state is AgentState.READY and not one.offered]


def somebody_spare(index: QueueIndex, idle: Sequence[str]) -> bool:
    """Whether an agent with nothing to do is left for the next caller, once each who waits has one.

    By facts alone, so that a replay finds the same: at the queue's strictest step; pauses and calls kept for one
    agent, which end with time, do not count.
    """
    streams, ranks = index.streams.values(), index.fit(Kind(), 0, False).ranks
    open_calls = sum(len(stream.open) for stream in streams)
    if len(idle) <= open_calls or sum(one in ranks for one in idle) <= open_calls:
        return False
    fits = (index.fit(stream.asks.kind, 0, False).ranks for stream in streams)
    return all(any(one in fit for one in idle) for fit in fits)
