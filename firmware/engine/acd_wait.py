"""How long a caller will wait: recent handle times, and how much of the agents at work a queue has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from firmware.engine.acd_state import AcdState
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
