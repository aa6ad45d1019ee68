"""Who serves whom: the automatic call distributor. Pure: it is told what happened and asked what to do.

For the engine. `Acd(config, state)` wraps `state: AcdState`, which is plain data and part of the engine's
snapshot; the indices beside it are rebuilt by the constructor (also for a new configuration).

Told, when facts are applied (each keeps `state` and the indices in step):

    agent_changed(agent, state, at_us)   AgentChanged, any state; READY after RINGING keeps the idle time
    agent_ready(agent, at_us)            the same for READY
    agent_gone(agent)                    the same for NOT_READY
    enqueue(call, queue, priority, at_us)   Enqueued (`at_us` older than now keeps a place)
    offered(call, agent)                 AgentOffered: call and agent are taken from choosing; cursor moves
    withdrawn(call, agent)               AgentMissed, whatever the reason; ringing nowhere, the call is open
    rest(agent, queue, until_us)         a missed call's pause: that queue leaves the agent alone till then
    dequeue(call)                        Dequeued, whatever the reason
    talked(agent, talk_us)               a conversation ended, for `least-talk`
    reset_talk(agent)                    sign-in, a new day
    handled(queue, handle_us)            talk, hold and wrap-up of an answered call, for the expected wait

Asked, when deciding (nothing changes):

    next_offer(at_us) -> Offer | None    the one thing to do now; ask again after `offered` until None
    agents_for_call(call, at_us) -> Choice
    call_for_agent(agent, at_us) -> Choice
    next_due_us() -> int | None          when a pause ends that may make a new offer possible
    position(call) -> int                from 1; 0 when it does not wait
    expected_wait_s(queue, position) -> int     0 when there is nothing to go by
    waiting(queue) -> int ; ready(queue, at_us) -> int ; staffed(queue) -> int ; signed_in(queue) -> int
    members(queue) -> tuple[str, ...]    who may serve it (queue and skills), in the configuration's order

The most urgent call of all that can be served is served first (priority, then longest wait); its queue's
strategy picks the agent. What is asked costs the same with ten calls waiting and with ten thousand.
"""

from __future__ import annotations

import heapq

from firmware.config.schema import Config, Queue
from firmware.engine.acd_index import QueueIndex, may_serve
from firmware.engine.acd_state import AcdState, Choice, Offer, Standing, Waiting
from firmware.engine.acd_why import why_agent, why_nobody
from firmware.protocol.names import AgentState

__all__ = ["Acd", "AcdState", "Choice", "Offer", "Standing", "Waiting"]

HANDLE_TIMES_KEPT = 20
_SIGNED_IN = frozenset(AgentState) - {AgentState.SIGNED_OUT}
_RINGS_NO_MORE = frozenset({AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT})
_STAFFED = _SIGNED_IN - {AgentState.NOT_READY}


class Acd:
    """Queues, agents and the choice between them. Unknown calls and agents are let pass, not raised upon."""

    def __init__(self, config: Config, state: AcdState | None = None) -> None:
        self.state = AcdState() if state is None else state
        self._agents = {agent.id: agent for agent in config.agents}
        self._queues = {queue.id: _index(queue, config) for queue in config.queues}
        self._serves = {
            agent.id: tuple(index for index in self._queues.values() if agent.id in index.members)
            for agent in config.agents
        }
        self._matchable: dict[str, QueueIndex] = {}
        self._resting: list[tuple[int, str, str]] = []
        for call in self.state.calls.values():
            self._queue_of(call.queue).add(call)
        for name, standing in self.state.agents.items():
            self._seat(name, standing)
        for index in self._queues.values():
            self._touch(index)

    # -- told ---------------------------------------------------------------------------------------

    def agent_ready(self, agent: str, at_us: int) -> None:
        self.agent_changed(agent, AgentState.READY, at_us)

    def agent_gone(self, agent: str) -> None:
        self.agent_changed(agent, AgentState.NOT_READY, 0)

    def agent_changed(self, agent: str, state: AgentState, at_us: int) -> None:
        standing = self.state.agents.setdefault(agent, Standing())
        if state is AgentState.READY and standing.state not in (AgentState.READY, AgentState.RINGING):
            standing.idle_since_us = at_us
        if standing.offered and state is not standing.state and state in _RINGS_NO_MORE:
            self.withdrawn(standing.offered, agent)
        standing.state = state
        self._reseat(agent, standing)

    def enqueue(self, call: int, queue: str, priority: int, at_us: int) -> None:
        self.dequeue(call)
        self.state.sequence += 1
        waiting = Waiting(call, queue, priority, at_us, self.state.sequence)
        self.state.calls[call] = waiting
        index = self._queue_of(queue)
        index.add(waiting)
        self._touch(index)

    def dequeue(self, call: int) -> None:
        waiting = self.state.calls.pop(call, None)
        if waiting is None:
            return
        index = self._queue_of(waiting.queue)
        index.remove(waiting)
        self._touch(index)
        for agent in waiting.offered:
            self._free(agent, call)

    def offered(self, call: int, agent: str) -> None:
        waiting = self.state.calls.get(call)
        standing = self.state.agents.setdefault(agent, Standing())
        standing.offered = call
        self._reseat(agent, standing)
        if waiting is None:
            return
        self.state.cursors[waiting.queue] = agent
        if agent not in waiting.offered:
            waiting.offered.append(agent)
        index = self._queue_of(waiting.queue)
        index.close(waiting)
        self._touch(index)

    def withdrawn(self, call: int, agent: str) -> None:
        self._free(agent, call)
        waiting = self.state.calls.get(call)
        if waiting is None or agent not in waiting.offered:
            return
        waiting.offered.remove(agent)
        if not waiting.offered:
            index = self._queue_of(waiting.queue)
            index.reopen(waiting)
            self._touch(index)

    def rest(self, agent: str, queue: str, until_us: int) -> None:
        standing = self.state.agents.setdefault(agent, Standing())
        standing.not_before_us[queue] = until_us
        self._reseat(agent, standing)

    def talked(self, agent: str, talk_us: int) -> None:
        standing = self.state.agents.setdefault(agent, Standing())
        standing.talk_us += talk_us
        self._reseat(agent, standing)

    def reset_talk(self, agent: str) -> None:
        self.talked(agent, -self.state.agents.get(agent, Standing()).talk_us)

    def handled(self, queue: str, handle_us: int) -> None:
        times = self.state.handled_us.setdefault(queue, [])
        times.append(handle_us)
        del times[:-HANDLE_TIMES_KEPT]

    # -- asked --------------------------------------------------------------------------------------

    def next_offer(self, at_us: int) -> Offer | None:
        self._wake(at_us)
        if not self._matchable:
            return None
        index = min(self._matchable.values(), key=lambda one: one.open[0])
        return self._choice(index, self.state.calls[index.open[0][3]], at_us)

    def agents_for_call(self, call: int, at_us: int) -> Choice:
        self._wake(at_us)
        waiting = self.state.calls.get(call)
        if waiting is None:
            return Choice(0, "", (), ("call does not wait",))
        return self._choice(self._queue_of(waiting.queue), waiting, at_us)

    def call_for_agent(self, agent: str, at_us: int) -> Choice:
        self._wake(at_us)
        served = [one for one in self._serves.get(agent, ()) if one.open and one.has_ready(agent)]
        if not served:
            return Choice(0, "", (), ("no call waits that this agent may be offered",))
        index = min(served, key=lambda one: one.open[0])
        waiting = self.state.calls[index.open[0][3]]
        return Choice(waiting.call, waiting.queue, (agent,), (self._why(index, waiting, agent, at_us),))

    def next_due_us(self) -> int | None:
        while self._resting and not self._rests(*self._resting[0]):
            heapq.heappop(self._resting)
        return self._resting[0][0] if self._resting else None

    def position(self, call: int) -> int:
        waiting = self.state.calls.get(call)
        return 0 if waiting is None else self._queue_of(waiting.queue).position(waiting)

    def expected_wait_s(self, queue: str, position: int) -> int:
        """Each agent at work takes a call every mean handle time; `position` of them must come free."""
        times, staffed = self.state.handled_us.get(queue), self.staffed(queue)
        if not times or not staffed:
            return 0
        return max(1, round(position * sum(times) / len(times) / staffed / 1e6))

    def waiting(self, queue: str) -> int:
        return len(self._queue_of(queue).order)

    def ready(self, queue: str, at_us: int | None = None) -> int:
        """Agents with nothing to do; with `at_us` without those this queue leaves alone then."""
        standings = (self.state.agents.get(one) for one in self._queue_of(queue).members)
        return sum(
            one is not None
            and one.state is AgentState.READY
            and not one.offered
            and (at_us is None or one.not_before_us.get(queue, 0) <= at_us)
            for one in standings
        )

    def staffed(self, queue: str) -> int:
        """Agents at work for it: signed in and not not-ready."""
        return self._count(queue, _STAFFED)

    def signed_in(self, queue: str) -> int:
        return self._count(queue, _SIGNED_IN)

    def members(self, queue: str) -> tuple[str, ...]:
        return tuple(self._queue_of(queue).members)

    # -- within -------------------------------------------------------------------------------------

    def _choice(self, index: QueueIndex, waiting: Waiting, at_us: int) -> Choice:
        agents = index.choose(self.state.cursors.get(waiting.queue, ""))
        if not agents:
            why = why_nobody(len(index.members), self.signed_in(waiting.queue), self.staffed(waiting.queue))
            return Choice(waiting.call, waiting.queue, (), (why,))
        return Choice(
            waiting.call,
            waiting.queue,
            agents,
            tuple(self._why(index, waiting, one, at_us) for one in agents),
        )

    def _why(self, index: QueueIndex, waiting: Waiting, agent: str, at_us: int) -> str:
        return why_agent(
            index.queue,
            self._agents[agent],
            self.state.agents[agent],
            waiting,
            ready=len(index.ready),
            last=self.state.cursors.get(waiting.queue, ""),
            at_us=at_us,
        )

    def _queue_of(self, queue: str) -> QueueIndex:
        """Calls of a queue that left the configuration still wait, for nobody."""
        if queue not in self._queues:
            self._queues[queue] = QueueIndex(Queue(id=queue), {})
        return self._queues[queue]

    def _count(self, queue: str, states: frozenset[AgentState]) -> int:
        agents = self.state.agents
        return sum(one in agents and agents[one].state in states for one in self._queue_of(queue).members)

    def _free(self, agent: str, call: int) -> None:
        standing = self.state.agents.get(agent)
        if standing is not None and standing.offered == call:
            standing.offered = 0
            self._reseat(agent, standing)

    def _reseat(self, agent: str, standing: Standing) -> None:
        for index in self._serves.get(agent, ()):
            index.agent_out(agent)
        self._seat(agent, standing)
        for index in self._serves.get(agent, ()):
            self._touch(index)

    def _seat(self, agent: str, standing: Standing) -> None:
        """Into each queue he may serve, or, where it must leave him alone yet, into the list of pauses."""
        if standing.state is not AgentState.READY or standing.offered:
            return
        for index in self._serves.get(agent, ()):
            until_us = standing.not_before_us.get(index.queue.id)
            if until_us is None:
                index.agent_in(agent, standing)
            else:
                heapq.heappush(self._resting, (until_us, index.queue.id, agent))

    def _rests(self, until_us: int, queue: str, agent: str) -> bool:
        standing = self.state.agents.get(agent)
        return (
            standing is not None
            and standing.state is AgentState.READY
            and not standing.offered
            and standing.not_before_us.get(queue) == until_us
            and not self._queue_of(queue).has_ready(agent)
        )

    def _wake(self, at_us: int) -> None:
        while self._resting and self._resting[0][0] <= at_us:
            until_us, queue, agent = heapq.heappop(self._resting)
            if self._rests(until_us, queue, agent):
                index = self._queue_of(queue)
                index.agent_in(agent, self.state.agents[agent])
                self._touch(index)

    def _touch(self, index: QueueIndex) -> None:
        if index.matchable:
            self._matchable[index.queue.id] = index
        else:
            self._matchable.pop(index.queue.id, None)


def _index(queue: Queue, config: Config) -> QueueIndex:
    members = {agent.id: place for place, agent in enumerate(config.agents) if may_serve(agent, queue)}
    return QueueIndex(queue, members)
