"""Calls that wait for an agent: entering, offers, missed offers, announcements, the ways out."""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine import agents, calls, joining, legs, prompts, recordings, targets
from firmware.engine.acd import Choice
from firmware.engine.state import AgentNow, Call, Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState, Cause, LegRole, Outcome, Presentation, ReleasedBy


def enter(turn: Turn, call: Call, leg: Leg, queue_id: str) -> None:
    queue = turn.plan.queues.get(queue_id)
    if queue is None:
        turn.fact(f.AttemptRefused(call.id, f"queue:{queue_id}", "no-such-queue", Cause.NO_ROUTE))
        targets.go(turn, call, leg, "")
        return
    if turn.board.acd.waiting(queue_id) >= queue.max_waiting:
        turn.fact(f.AttemptRefused(call.id, f"queue:{queue_id}", "queue-full", Cause.USER_BUSY))
        _out(turn, call, leg, queue, "queue-full")
        return
    turn.fact(f.Enqueued(call.id, queue_id, queue.priority))
    turn.enter(leg, Phase.QUEUED)
    recordings.cover(turn, leg, "queue")
    if queue.no_agents == "overflow" and not turn.board.acd.signed_in(queue_id):
        overflow(turn, call, leg, queue, "no-agents", "no-agents")
        return
    turn.dispatch = True
    if turn.board.acd.ready(queue_id):
        turn.play(leg, "", c.Music(queue.music))
    else:
        _say_then_music(turn, leg, queue, "queue-welcome")
    if queue.announce_every_s > 0:
        turn.timer(f"announce:{call.id}", queue.announce_first_s)
    if queue.max_wait_s > 0:
        turn.timer(f"wait:{call.id}", queue.max_wait_s)


def _say_then_music(turn: Turn, leg: Leg, queue: Queue, *words: str) -> None:
    language = turn.language(leg)
    turn.play(leg, "", *(c.Phrase(one, language) for one in words), c.Music(queue.music))


def announce(turn: Turn, number: int) -> None:
    """Timer `announce`: the caller hears his place and how long it will take, then music again."""
    turn.clear(f"announce:{number}")
    waiting = _waiting(turn, number)
    if waiting is None:
        return
    _, leg, queue = waiting
    acd = turn.board.acd
    position = acd.position(number)
    expected_s = acd.expected_wait_s(queue.id, position) if queue.expected_wait else 0
    turn.fact(f.WaitAnnounced(number, position, expected_s))
    words = (*prompts.position(position), *prompts.expected_wait(expected_s), "please-wait")
    _say_then_music(turn, leg, queue, *words)
    if queue.announce_every_s > 0:
        turn.timer(f"announce:{number}", queue.announce_every_s)


def _waiting(turn: Turn, number: int) -> tuple[Call, Leg, Queue] | None:
    call = turn.state.calls.get(number)
    if call is None or not call.waits:
        return None
    queue, leg = turn.plan.queues.get(call.queue), turn.served(call)
    return (call, leg, queue or Queue(id=call.queue)) if leg else None


# -- offers -----------------------------------------------------------------------------------------


def dispatch(turn: Turn) -> None:
    """Offer what can be offered, most urgent first, until nothing more fits."""
    turn.dispatch = False
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


def _offer(turn: Turn, choice: Choice) -> None:
    turn.offering = choice.call
    call = turn.state.calls[choice.call]
    queue = turn.plan.queues.get(choice.queue) or Queue(id=choice.queue)
    rings = False
    for agent, why in zip(choice.agents, choice.why, strict=True):
        rings = _ring_agent(turn, call, agent, why) or rings
    if rings:
        turn.timer(f"offer:{call.id}", queue.ring_s)


def _ring_agent(turn: Turn, call: Call, agent: str, why: str) -> bool:
    now = turn.state.agents[agent]
    port = turn.plan.ports.get(now.extension)
    if port is None or not telephone_free(turn, port):
        agents.change(turn, agent, AgentState.NOT_READY, "no-telephone")
        agents.defer(turn, agent, AgentState.READY)
        return False
    leg = legs.add(turn, call.id, port, LegRole.AGENT, now.extension, agent=agent)
    turn.fact(f.AgentOffered(call.id, call.queue, agent, leg.id, why))
    agents.change(turn, agent, AgentState.RINGING, call=call.id)
    turn.fact(f.LegAlerted(leg.id))
    number = call.number if call.presentation in (Presentation.ALLOWED, Presentation.NOT_OFFERED) else ""
    turn.command(c.Ring(port=port, number=number, name=call.name if number else ""))
    return True


def telephone_free(turn: Turn, port: int) -> bool:
    now = turn.state.port(port)
    return not now.leg and not now.off_hook and not now.alarm


def answered(turn: Turn, leg: Leg) -> None:
    """An offered agent lifted: the first to lift has the call."""
    call = turn.call_of(leg)
    caller = turn.served(call)
    assert caller is not None, "an offered call has its caller"
    turn.fact(f.LegAnswered(leg.id))
    for other in _offered(turn, call):
        if other is not leg:
            withdraw(turn, other, "taken-by-other")
    queue = turn.plan.queues.get(call.queue) or Queue(id=call.queue)
    turn.fact(f.Dequeued(call.id, call.queue, "answered"))
    turn.fact(f.AgentConnected(call.id, call.queue, leg.agent, leg.id))
    agents.change(turn, leg.agent, AgentState.TALKING, call=call.id)
    turn.fact(f.RecordingRuled(call.id, queue.record, queue.consent if queue.record else ""))
    agent = turn.plan.agents.get(leg.agent)
    announced = agent.announced if agent and queue.announce_agent else ""
    joining.begin(turn, call, caller, leg, announced)


def _offered(turn: Turn, call: Call) -> list[Leg]:
    return [leg for leg in turn.legs_of(call) if leg.phase == Phase.ALERTING and leg.role is LegRole.AGENT]


def withdraw(turn: Turn, leg: Leg, why: str) -> None:
    """The agent's telephone stops ringing for this call."""
    call = turn.call_of(leg)
    agent = leg.agent
    turn.fact(f.AgentMissed(call.id, agent, why))
    cause = Cause.NO_ANSWER if why == "no-answer" else Cause.NORMAL_CLEARING
    legs.let_go(turn, leg, cause, ReleasedBy.CALLER if why == "caller-left" else ReleasedBy.BOX)
    now = turn.state.agents[agent]
    if now.state is not AgentState.RINGING:
        return
    if why == "no-answer":
        _count_against(turn, call, now)
    else:
        agents.free(turn, agent)


def _count_against(turn: Turn, call: Call, agent: AgentNow) -> None:
    queue = turn.plan.queues.get(call.queue) or Queue(id=call.queue)
    if agent.missed >= queue.missed_limit > 0:
        agents.change(turn, agent.id, AgentState.NOT_READY, "missed-calls")
        return
    turn.fact(f.AgentRested(agent.id, queue.id, turn.at_us + us(queue.retry_missed_s)))
    agents.free(turn, agent.id)


def not_taken(turn: Turn, number: int) -> None:
    """Timer `offer`: nobody who was rung lifted."""
    turn.clear(f"offer:{number}")
    call = turn.state.calls.get(number)
    if call is None:
        return
    for leg in _offered(turn, call):
        withdraw(turn, leg, "no-answer")
    turn.dispatch = True


# -- ways out ---------------------------------------------------------------------------------------


def caller_left(turn: Turn, call: Call) -> None:
    for leg in _offered(turn, call):
        withdraw(turn, leg, "caller-left")
    turn.fact(f.Dequeued(call.id, call.queue, "abandoned"))


def waited_too_long(turn: Turn, number: int) -> None:
    """Timer `wait`."""
    turn.clear(f"wait:{number}")
    waiting = _waiting(turn, number)
    if waiting is not None:
        overflow(turn, *waiting, "overflow")


def exit_key(turn: Turn, leg: Leg, digit: str) -> None:
    waiting = _waiting(turn, leg.call)
    if waiting is not None and waiting[2].exit_key and digit == waiting[2].exit_key:
        overflow(turn, *waiting, "exit-key")


def overflow(turn: Turn, call: Call, leg: Leg, queue: Queue, why: str, *words: str) -> None:
    for offered in _offered(turn, call):
        withdraw(turn, offered, "caller-left")
    why = "voicemail" if why == "overflow" and queue.overflow.startswith("voicemail:") else why
    turn.fact(f.Dequeued(call.id, queue.id, why))
    turn.quiet(leg)
    _out(turn, call, leg, queue, *words)


def _out(turn: Turn, call: Call, leg: Leg, queue: Queue, *words: str) -> None:
    """To the queue's overflow; where there is none, a last word."""
    if queue.overflow:
        targets.go(turn, call, leg, queue.overflow)
        return
    if call.reached is None:
        turn.fact(f.CallReached(call.id, Outcome.REFUSED))
    calls.farewell(turn, leg, *(words or ("not-available",)))
