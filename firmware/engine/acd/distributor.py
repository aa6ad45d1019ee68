"""Who serves whom: the automatic call distributor. Pure: it is told what happened and asked what to do.

For the engine. `Acd(config, state)` wraps `state: AcdState`, which is plain data and part of the engine's
snapshot; the indices beside it are rebuilt by the constructor (also for a new configuration).

Told, when facts are applied (each keeps `state` and the indices in step):

    agent_changed(agent, state, at_us)   AgentChanged, any state; READY after RINGING keeps the idle time
    agent_ready(agent, at_us)            the same for READY
    agent_gone(agent)                    the same for NOT_READY
    enqueue(call, queue, priority, at_us, need)   Enqueued (`at_us` older than now keeps a place)
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
    next_due_us() -> int | None          when waiting alone may make a new offer possible: a pause ends, a step comes
    position(call, at_us) -> int         from 1; 0 when it does not wait
    expected_wait_s(queue, position) -> int     0 when there is nothing to go by
    next_wait_s(queue) -> int            of somebody who came now; 0 also when an agent is free for him
    waiting(queue) -> int ; ready(queue, at_us) -> int ; staffed(queue) -> int ; signed_in(queue) -> int
    members(queue) -> tuple[str, ...]    who may serve it (queue and skills), in the configuration's order

Who is served next: of all calls that somebody ready may be offered, the most urgent. A call is as urgent as it has
waited, every point of priority counting as `ageing_s` more, times its queue's weight, times what it counts for the
agent who is ready. Whom it is offered to: the agent it prefers; else by kind and order of agents; else by the queue's
strategy. What is asked costs the same with ten calls waiting and with ten thousand.
"""

from __future__ import annotations

from firmware.config.schema import Config
from firmware.engine.acd.desk import Desk, Found
from firmware.engine.acd.state import AcdState, Choice, Offer, Standing, Waiting
from firmware.engine.acd.stream import kind_of
from firmware.engine.acd.wait import AT_WORK, SIGNED_IN, Staffing, idle_agents, somebody_spare
from firmware.engine.acd.why import others, why_agent, why_nobody
from firmware.protocol.choice import Need
from firmware.protocol.names import AgentState

__all__ = ["Acd", "AcdState", "Choice", "Need", "Offer", "Standing", "Waiting"]

HANDLE_TIMES_KEPT = 50
_RINGS_NO_MORE = frozenset({AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT})
_ALONE = Need()


class Acd:
    """Queues, agents and the choice between them. Unknown calls and agents are let pass, not raised upon."""

    def __init__(self, config: Config, state: AcdState | None = None) -> None:
        self.state = AcdState() if state is None else state
        self._desk = Desk(config, self.state)
        queues = self._desk.queues
        self._staffing = Staffing({name: index.members() for name, index in queues.items()}, self.state)
        for name, index in queues.items():
            index.pressed = min(self.state.pressed.get(name, 0), index.steps.count)
        for call in self.state.calls.values():
            self._desk.queue(call.queue).add(call)
            self._staffing.crowded(call.queue, 1)
            if not call.offered:
                self._desk.open(call)
        for name, standing in self.state.agents.items():
            self._desk.seat(name, standing)

    # -- told: agents -------------------------------------------------------------------------------

    def agent_ready(self, agent: str, at_us: int) -> None:
        self.agent_changed(agent, AgentState.READY, at_us)

    def agent_gone(self, agent: str) -> None:
        self.agent_changed(agent, AgentState.NOT_READY, 0)

    def agent_changed(self, agent: str, state: AgentState, at_us: int) -> None:
        standing = self._standing(agent)
        if state is AgentState.READY and standing.state not in (AgentState.READY, AgentState.RINGING):
            standing.idle_since_us = at_us
        if standing.offered and state is not standing.state and state in _RINGS_NO_MORE:
            self.withdrawn(standing.offered, agent)
        worked, standing.state = standing.state in AT_WORK, state
        self._desk.reseat(agent, standing)
        if worked and state not in AT_WORK:
            for number in self._desk.held_for(agent):
                self._let_go(self.state.calls[number])
        self._press_all(agent)

    def _press_all(self, agent: str) -> None:
        pressing = [one for one in self._desk.serves.get(agent, ()) if one.steps.pressing]
        idle = idle_agents(self.state) if pressing else []
        for index in pressing:
            self._press(index.queue.id, idle)

    def rest(self, agent: str, queue: str, until_us: int) -> None:
        standing = self._standing(agent)
        standing.not_before_us[queue] = until_us
        self._desk.reseat(agent, standing)

    def talked(self, agent: str, talk_us: int) -> None:
        standing = self._standing(agent)
        standing.talk_us += talk_us
        self._desk.reseat(agent, standing)

    def reset_talk(self, agent: str) -> None:
        self.talked(agent, -self.state.agents.get(agent, Standing()).talk_us)

    def _standing(self, agent: str) -> Standing:
        return self.state.agents.setdefault(agent, Standing())

    # -- told: calls --------------------------------------------------------------------------------

    def enqueue(self, call: int, queue: str, priority: int, at_us: int, need: Need = _ALONE) -> None:
        self.dequeue(call)
        self.state.sequence += 1
        waiting = Waiting(call, queue, priority, at_us, self.state.sequence, need=need)
        waiting.held = need.agent if self._may_wait_for(waiting) else ""
        self.state.calls[call] = waiting
        self._desk.queue(queue).add(waiting)
        self._desk.open(waiting)
        self._counted(queue)

    def _may_wait_for(self, call: Waiting) -> bool:
        """Whether the agent it prefers is at work and may serve it."""
        agent, index = call.need.agent, self._desk.queue(call.queue)
        if not call.need.wait_us or agent not in index.reach:
            return False
        fit = index.fit(kind_of(call), index.step(call.at_us, call.at_us), True)
        return agent in fit.ranks and self._standing(agent).state in AT_WORK

    def dequeue(self, call: int) -> None:
        waiting = self.state.calls.pop(call, None)
        if waiting is None:
            return
        self._desk.close(waiting)
        self._desk.queue(waiting.queue).remove(waiting)
        for agent in waiting.offered:
            self._free(agent, call)
        self._counted(waiting.queue)

    def offered(self, call: int, agent: str) -> None:
        waiting, standing = self.state.calls.get(call), self._standing(agent)
        standing.offered = call
        self._desk.reseat(agent, standing)
        if waiting is None:
            return
        self.state.cursors[waiting.queue] = agent
        if agent not in waiting.offered:
            waiting.offered.append(agent)
        self._desk.close(waiting)
        self._press_all(agent)

    def withdrawn(self, call: int, agent: str) -> None:
        self._free(agent, call)
        waiting = self.state.calls.get(call)
        if waiting is None or agent not in waiting.offered:
            return
        waiting.offered.remove(agent)
        if waiting.held == agent:
            waiting.held = ""
        if not waiting.offered:
            self._desk.open(waiting)
        self._press_all(agent)

    def handled(self, queue: str, handle_us: int) -> None:
        times = self.state.handled_us.setdefault(queue, [])
        times.append(handle_us)
        del times[:-HANDLE_TIMES_KEPT]
        self._press(queue)

    def _let_go(self, call: Waiting) -> None:
        self._desk.close(call)
        call.held = ""
        self._desk.open(call)

    def _free(self, agent: str, call: int) -> None:
        standing = self.state.agents.get(agent)
        if standing is not None and standing.offered == call:
            standing.offered = 0
            self._desk.reseat(agent, standing)

    def _counted(self, queue: str) -> None:
        self._staffing.crowded(queue, self._desk.queue(queue).waiting)
        self._press(queue)

    def _press(self, queue: str, idle: list[str] | None = None) -> None:
        """Looked at when a call comes or leaves, one was handled, an agent of the queue changes."""
        index = self._desk.queue(queue)
        if not index.steps.pressing:
            return
        step = index.steps.pressed(self._staffing.expected_us(queue, index.waiting + 1))
        if step and somebody_spare(index, idle_agents(self.state) if idle is None else idle):
            step = 0
        if step != index.pressed:
            self.state.pressed[queue] = step
            self._desk.press(index, step)

    # -- asked --------------------------------------------------------------------------------------

    def next_offer(self, at_us: int) -> Offer | None:
        self._desk.wake(at_us)
        found = self._desk.most_urgent(at_us)
        return None if found is None else self._choice(found, at_us)

    def agents_for_call(self, call: int, at_us: int) -> Choice:
        self._desk.wake(at_us)
        waiting = self.state.calls.get(call)
        if waiting is None:
            return Choice(0, "", (), ("call does not wait",))
        index = self._desk.queue(waiting.queue)
        return self._choice(Found(index, waiting, index.fit_of(waiting, at_us)), at_us)

    def call_for_agent(self, agent: str, at_us: int) -> Choice:
        self._desk.wake(at_us)
        found = self._desk.for_agent(agent, at_us)
        if found is None:
            return Choice(0, "", (), ("no call waits that this agent may be offered",))
        why = self._why(found, agent, at_us)
        return Choice(found.call.call, found.call.queue, (agent,), (why,))

    def next_due_us(self) -> int | None:
        return self._desk.next_due_us()

    def position(self, call: int, at_us: int | None = None) -> int:
        """Without `at_us` as when it came: only steps that raise a priority make it depend on that."""
        waiting = self.state.calls.get(call)
        if waiting is None:
            return 0
        return self._desk.queue(waiting.queue).position(waiting, waiting.at_us if at_us is None else at_us)

    def expected_wait_s(self, queue: str, position: int) -> int:
        """Each agent at work takes a call every mean handle time; `position` of them must come free."""
        return _whole_s(self._staffing.expected_us(queue, position))

    def next_wait_s(self, queue: str) -> int:
        """The same for somebody who came now; nothing when an agent is left for him."""
        return _whole_s(self._next_wait_us(queue))

    def waiting(self, queue: str) -> int:
        return self._desk.queue(queue).waiting

    def ready(self, queue: str, at_us: int | None = None) -> int:
        """Agents with nothing to do; with `at_us` without those this queue leaves alone then."""
        standings = (self.state.agents.get(one) for one in self.members(queue))
        return sum(
            one is not None
            and one.state is AgentState.READY
            and not one.offered
            and (at_us is None or one.not_before_us.get(queue, 0) <= at_us)
            for one in standings
        )

    def staffed(self, queue: str) -> int:
        """Agents at work for it: signed in and not not-ready."""
        return self._staffing.count(queue, AT_WORK)

    def signed_in(self, queue: str) -> int:
        return self._staffing.count(queue, SIGNED_IN)

    def members(self, queue: str) -> tuple[str, ...]:
        return self._desk.queue(queue).members()

    # -- within -------------------------------------------------------------------------------------

    def _next_wait_us(self, queue: str) -> int:
        index = self._desk.queue(queue)
        if somebody_spare(index, idle_agents(self.state)):
            return 0
        return self._staffing.expected_us(queue, index.waiting + 1)

    def _choice(self, found: Found, at_us: int) -> Choice:
        call = found.call
        agents = self._desk.may_ring(found, self.state.cursors.get(call.queue, ""))
        if not agents:
            why = why_nobody(
                len(self.members(call.queue)), self.signed_in(call.queue), self.staffed(call.queue)
            )
            return Choice(call.call, call.queue, (), (why,))
        whys = tuple(self._why(found, one, at_us) for one in agents)
        return Choice(call.call, call.queue, agents, whys, others(found, agents, self.state, at_us))

    def _why(self, found: Found, agent: str, at_us: int) -> str:
        return why_agent(found, self._desk.agents[agent], self.state, at_us)


def _whole_s(expected_us: int) -> int:
    return max(1, round(expected_us / 1e6)) if expected_us else 0
