"""Waiting calls offered to agents: who is rung, who answers, who misses it."""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine import legs, prompts
from firmware.engine.acd.distributor import Choice
from firmware.engine.floor import agents, callbacks, missing, overflowing, queues
from firmware.engine.inside import joining, ringing
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.choice import Other
from firmware.protocol.names import AgentState, Cause, LegRole, ReleasedBy


def dispatch(turn: Turn) -> None:
    """Offer what can be offered, most urgent first, until nothing more fits."""
    turn.dispatch = False
    for agent in dict.fromkeys(turn.left):
        overflowing.staff_left(turn, agent)
    while choice := turn.board.acd.next_offer(turn.at_us):
        if not choice.agents:
            break
        _offer(turn, choice)
    _wake_later(turn)


def _wake_later(turn: Turn) -> None:
    """A missed call's pause that ends makes new offers possible."""
    due_us = turn.board.acd.next_due_us()
    if due_us is not None and turn.state.timers.get("rested") != due_us:
        turn.fact(f.TimerSet("rested", due_us))


def rested(turn: Turn) -> None:
    """Timer `rested`."""
    turn.clear("rested")
    turn.dispatch = True


def queue_of(turn: Turn, call: Call) -> Queue:
    return turn.plan.queues.get(call.queue) or Queue(id=call.queue)


def _offer(turn: Turn, choice: Choice) -> None:
    turn.offering = choice.call
    call = _call(turn, choice)
    if call is None:
        return
    rings = False
    others = choice.others
    for agent, why in zip(choice.agents, choice.why, strict=True):
        if _ring_agent(turn, call, agent, why, others):
            rings, others = True, ()
    if rings:
        turn.timer(f"offer:{call.id}", queue_of(turn, call).ring_s)
    elif call.callback:
        callbacks.nobody_took(turn, call)


def _call(turn: Turn, choice: Choice) -> Call | None:
    """A call-back whose turn it is becomes a call; None where that cannot be now."""
    if choice.call < 0:
        return callbacks.begin(turn, -choice.call, turn.state.agents[choice.agents[0]].extension)
    return turn.state.calls[choice.call]


def _ring_agent(turn: Turn, call: Call, agent: str, why: str, others: tuple[Other, ...]) -> bool:
    now = turn.state.agents[agent]
    port = turn.plan.ports.get(now.extension)
    if port is None:
        agents.change(turn, agent, AgentState.SIGNED_OUT, "removed")
        return False
    if not queues.telephone_free(turn, port):
        agents.change(turn, agent, AgentState.NOT_READY, "no-telephone")
        agents.defer(turn, agent, AgentState.READY)
        return False
    leg = legs.add(turn, call.id, port, LegRole.AGENT, now.extension, agent=agent)
    turn.fact(f.AgentOffered(call.id, call.queue, agent, leg.id, why, others))
    agents.change(turn, agent, AgentState.RINGING, call=call.id)
    turn.fact(f.LegAlerted(leg.id))
    ringing.ring_on(turn, leg)
    return True


def answered(turn: Turn, leg: Leg) -> None:
    """An offered agent lifted: the first to lift has the call."""
    call = turn.call_of(leg)
    turn.fact(f.LegAnswered(leg.id))
    for other in rung_for(turn, call):
        if other is not leg:
            withdraw(turn, other, "taken-by-other")
    if call.callback:
        callbacks.taken(turn, call, leg)
        return
    caller = turn.served(call)
    assert caller is not None, "an offered call has its caller"
    queue = queue_of(turn, call)
    turn.fact(f.Dequeued(call.id, call.queue, "answered"))
    callbacks.answered_otherwise(turn, call)
    turn.fact(f.AgentConnected(call.id, call.queue, leg.agent, leg.id))
    agents.change(turn, leg.agent, AgentState.TALKING, call=call.id)
    turn.fact(f.RecordingRuled(call.id, queue.record, queue.consent if queue.record else ""))
    agent = turn.plan.agents.get(leg.agent)
    announced = agent.announced if agent and queue.announce_agent else ""
    joining.begin(turn, call, caller, leg, prompts.agent_number(announced))


def rung_for(turn: Turn, call: Call) -> list[Leg]:
    return [leg for leg in turn.legs_of(call) if leg.phase == Phase.ALERTING and leg.role is LegRole.AGENT]


def withdraw(turn: Turn, leg: Leg, why: str) -> None:
    """The agent's telephone stops ringing for this call."""
    call = turn.call_of(leg)
    agent = leg.agent
    turn.fact(f.AgentMissed(call.id, agent, why))
    cause = Cause.NO_ANSWER if why == "no-answer" else Cause.NORMAL_CLEARING
    legs.let_go(turn, leg, cause, ReleasedBy.CALLER if why == "caller-left" else ReleasedBy.BOX)
    now = turn.state.agents[agent]
    if now.state is AgentState.RINGING:
        if why == "no-answer":
            missing.count_against(turn, queue_of(turn, call), now)
        else:
            agents.free(turn, agent)
    if call.callback and call.waits and not call.legs:
        callbacks.nobody_took(turn, call)


def not_taken(turn: Turn, number: int) -> None:
    """Timer `offer`: nobody who was rung lifted."""
    turn.clear(f"offer:{number}")
    call = turn.state.calls.get(number)
    if call is None:
        return
    for leg in rung_for(turn, call):
        withdraw(turn, leg, "no-answer")
    turn.dispatch = True
