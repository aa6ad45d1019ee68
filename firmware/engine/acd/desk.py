"""All queues side by side: which streams may have found somebody, what becomes possible when, who is most urgent.

A stream is looked at when something may have changed for it: a call at its head, an agent who came ready, a step
reached. Otherwise it costs nothing, however many streams and calls there are.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

from firmware.config.schema import Config, Queue
from firmware.engine.acd.fit import Fit
from firmware.engine.acd.index import QueueIndex
from firmware.engine.acd.members import belonging
from firmware.engine.acd.state import AcdState, Standing, Waiting
from firmware.engine.acd.stream import Stream, asks, call_key
from firmware.protocol.names import AgentState

_REST, _STEP, _HOLD = 0, 1, 2


class Found(NamedTuple):
    """A call that somebody ready may be offered, and who may."""

    queue: QueueIndex
    call: Waiting
    fit: Fit


class Desk:
    """Derived from configuration and state; `state` is only read."""

    def __init__(self, config: Config, state: AcdState) -> None:
        self.state = state
        self.agents = {agent.id: agent for agent in config.agents}
        belong = belonging(config)
        self.queues = {queue.id: QueueIndex(queue, self.agents, belong[queue.id]) for queue in config.queues}
        self.serves = {
            agent.id: tuple(index for index in self.queues.values() if agent.id in index.reach)
            for agent in config.agents
        }
        self._streams = 0
        self._streams_of: dict[int, Stream] = {}
        """Open calls to the stream they are in."""
        self._held: dict[str, dict[int, None]] = {}
        """Agent to the open calls whose `held` says so, whether that time is up or not: facts alone must lead here."""
        self._looking: dict[int, Stream] = {}
        self._due: list[tuple[int, int, int, str, str]] = []
        """(when, what, call, agent, queue): pauses that end, steps that are reached, calls held no longer."""

    # -- calls --------------------------------------------------------------------------------------

    def queue(self, queue: str) -> QueueIndex:
        """Calls of a queue that left the configuration still wait, for nobody."""
        if queue not in self.queues:
            self.queues[queue] = QueueIndex(Queue(id=queue), {}, [()])
        return self.queues[queue]

    def open(self, call: Waiting) -> None:
        """It rings nowhere now."""
        if call.held:
            self._held.setdefault(call.held, {})[call.call] = None
        held = call.held if call.held in self.queue(call.queue).reach else ""
        if held:
            heapq.heappush(self._due, (call.at_us + call.need.wait_us, _HOLD, call.call, held, ""))
        self._put(call, held)

    def close(self, call: Waiting) -> None:
        """It rings somewhere, or is gone."""
        self._held.get(call.held, {}).pop(call.call, None)
        self._take_out(call)

    def _take_out(self, call: Waiting) -> None:
        stream = self._streams_of.pop(call.call, None)
        if stream is None:
            return
        if stream.remove(call_key(call)):
            self._look(stream)
        if not stream.open:
            self.queue(call.queue).streams.pop(stream.asks, None)

    def _put(self, call: Waiting, held: str) -> None:
        index, wanted = self.queue(call.queue), asks(call, held)
        stream = index.streams.get(wanted)
        if stream is None:
            self._streams += 1
            stream = index.streams[wanted] = Stream(index, wanted, self._streams)
        self._streams_of[call.call] = stream
        if stream.add(call_key(call)):
            stream.whole = True
            self._look(stream)

    def held_for(self, agent: str) -> list[int]:
        """Calls that wait, or waited, for this agent alone."""
        return list(self._held.get(agent, ()))

    def press(self, index: QueueIndex, step: int) -> None:
        """The expected wait asks for this step at least."""
        if index.pressed == step:
            return
        index.pressed = step
        for stream in index.streams.values():
            stream.whole = True
            self._look(stream)

    def _look(self, stream: Stream) -> None:
        self._looking[stream.number] = stream

    # -- agents -------------------------------------------------------------------------------------

    def reseat(self, agent: str, standing: Standing) -> None:
        for index in self.serves.get(agent, ()):
            index.agent_out(agent)
        self.seat(agent, standing)

    def seat(self, agent: str, standing: Standing) -> None:
        """Into each queue he may serve, or, where it must leave him alone yet, into the list of pauses."""
        if standing.state is not AgentState.READY or standing.offered:
            return
        for index in self.serves.get(agent, ()):
            until_us = standing.not_before_us.get(index.queue.id)
            if until_us is None:
                self._come_ready(index, agent, standing)
            else:
                heapq.heappush(self._due, (until_us, _REST, 0, agent, index.queue.id))

    def _come_ready(self, index: QueueIndex, agent: str, standing: Standing) -> None:
        index.agent_in(agent, standing)
        for stream in index.streams_of(agent):
            stream.fresh.append(agent)
            self._looking[stream.number] = stream

    # -- time ---------------------------------------------------------------------------------------

    def wake(self, at_us: int) -> None:
        """What was due by now has come."""
        while self._due and self._due[0][0] <= at_us:
            due, counts = self._due[0], self._counts(self._due[0])
            self._pop()
            if counts:
                self._come(due)

    def next_due_us(self) -> int | None:
        while self._due and not self._counts(self._due[0]):
            self._pop()
        return self._due[0][0] if self._due else None

    def _pop(self) -> None:
        _, what, call, _, _ = heapq.heappop(self._due)
        if what == _STEP and call in self._streams_of:
            self._streams_of[call].due = (0, 0)

    def _counts(self, due: tuple[int, int, int, str, str]) -> bool:
        """Whether it still means anything: pauses are begun anew, calls go."""
        until_us, what, call, agent, queue = due
        if what == _REST:
            standing = self.state.agents.get(agent)
            return (
                standing is not None
                and standing.state is AgentState.READY
                and not standing.offered
                and standing.not_before_us.get(queue) == until_us
                and not self.queue(queue).has_ready(agent)
            )
        stream = self._streams_of.get(call)
        if stream is None:
            return False
        if what == _HOLD:
            return stream.asks.held == agent
        return stream.open[0][2] == call and stream.hopes

    def _come(self, due: tuple[int, int, int, str, str]) -> None:
        _, what, number, agent, queue = due
        if what == _REST:
            self._come_ready(self.queue(queue), agent, self.state.agents[agent])
        elif what == _HOLD:
            self.let_go(self.state.calls[number])
        else:
            stream = self._streams_of[number]
            stream.whole = True
            self._look(stream)

    def let_go(self, call: Waiting) -> None:
        """An open call is for whoever may serve it, no longer for one agent alone."""
        self._take_out(call)
        self._put(call, "")

    # -- the choice ---------------------------------------------------------------------------------

    def most_urgent(self, at_us: int) -> Found | None:
        """The call to be offered now. Streams without anybody are forgotten till something changes for them."""
        best: Stream | None = None
        best_key = (0, 0)
        for stream in list(self._looking.values()):
            weight = self._weight(stream, at_us)
            if not weight:
                self._forget(stream, at_us)
                continue
            since_us, sequence, _ = stream.open[0]
            key = (-stream.queue.urgency(since_us, stream.asks.priority, at_us, weight), sequence)
            if best is None or key < best_key:
                best, best_key = stream, key
        return None if best is None else self.head(best, at_us)

    def _weight(self, stream: Stream, at_us: int) -> int:
        """How much waiting counts for those ready who may be rung for its head; 0: nobody may."""
        if not stream.open:
            return 0
        agents = [key[2] for key in stream.queue.ready] if stream.whole else stream.fresh
        weight = self._counts_for(stream, self.fit(stream, at_us), agents)
        stream.whole = stream.whole or weight > 0
        return weight

    def _forget(self, stream: Stream, at_us: int) -> None:
        del self._looking[stream.number]
        stream.whole = False
        stream.fresh.clear()
        if stream.open and stream.hopes:
            self._step_due(stream, at_us)

    def _step_due(self, stream: Stream, at_us: int) -> None:
        since_us, _, call = stream.open[0]
        next_us = stream.queue.steps.next_us(at_us - since_us)
        if next_us is not None and stream.due != (since_us + next_us, call):
            stream.due = (since_us + next_us, call)
            heapq.heappush(self._due, (since_us + next_us, _STEP, call, "", ""))

    def fit(self, stream: Stream, at_us: int) -> Fit:
        return stream.queue.fit_now(stream, stream.open[0][0], at_us)

    def head(self, stream: Stream, at_us: int) -> Found:
        return Found(stream.queue, self.state.calls[stream.open[0][2]], self.fit(stream, at_us))

    def _counts_for(self, stream: Stream, fit: Fit, agents: list[str]) -> int:
        """The most that waiting counts for one of these agents who is ready and may be rung; 0: nobody is."""
        ready, held = stream.queue.has_ready, stream.asks.held
        if held:
            return stream.held_weight if ready(held) else 0
        ranks = fit.ranks
        fitting = (agent for agent in agents if agent in ranks and ready(agent))
        if fit.weights:
            return max(map(fit.weight, fitting), default=0)
        return 1 if next(fitting, "") else 0

    def may_ring(self, found: Found, last: str) -> tuple[str, ...]:
        """Whom to ring for it now, in order of preference."""
        stream = self._streams_of.get(found.call.call)
        held = stream.asks.held if stream is not None else ""
        if held:
            return (held,) if found.queue.has_ready(held) else ()
        return found.queue.choose(found.fit, last, found.call.need.agent)

    def for_agent(self, agent: str, at_us: int) -> Found | None:
        """The most urgent of the calls this agent may be offered."""
        best: Stream | None = None
        best_key = (0, 0)
        for index in self.serves.get(agent, ()):
            for stream in index.streams_of(agent):
                weight = self._counts_for(stream, self.fit(stream, at_us), [agent])
                since_us, sequence, _ = stream.open[0]
                key = (-index.urgency(since_us, stream.asks.priority, at_us, weight), sequence)
                if weight and (best is None or key < best_key):
                    best, best_key = stream, key
        return None if best is None else self.head(best, at_us)
