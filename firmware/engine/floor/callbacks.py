"""Call-backs that keep their place: in the distributor a caller who hung up waits on as `-id`, by his time of arrival.

When his turn comes agents are rung with his number; who lifts is joined with him over an outside line. One call-back
for a number at a time, however often it was asked for.
"""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine import calls
from firmware.engine.acd import remembering
from firmware.engine.dialling import numbers as numbering
from firmware.engine.floor import agents, callback_numbers, closing, offering
from firmware.engine.floor.state import Callback
from firmware.engine.outside import trunks
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState, Cause, Direction, ReleasedBy

CLOSED = "closed"
NO_LINE_S = 30.0
"""Every outside line is taken: so long nobody is rung for it."""
BY_HAND_S = 60.0
"""An agent calls him by hand just now: so long the box does not."""
MOST_PENDING = 1000
"""More are not taken on: whoever sends a number with each call shall not fill the box with them."""
LOOK_AGAIN_S = 300.0
"""An attempt is under way when its time is up."""
NOT_HIS_FAULT = frozenset(
    {
        Cause.NO_CIRCUIT_AVAILABLE,
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.TEMPORARY_FAILURE,
        Cause.PREEMPTED,
        Cause.RECOVERY_ON_TIMER_EXPIRY,
    }
)
"""The number was not reached for reasons of ours: that counts as no try."""


# -- asked for --------------------------------------------------------------------------------------


def takes_more(turn: Turn) -> bool:
    return len(turn.state.floor.callbacks) < MOST_PENDING


def ask(turn: Turn, call: Call, queue: Queue, number: str, *, since_us: int, how: str) -> None:
    """`number` is what `callback_numbers` allows to be dialled."""
    config = turn.plan.config
    e164 = numbering.normalise(number, config.dial_plan, config.site.area)
    pending = turn.state.floor.callback_of(e164)
    if pending is not None:
        turn.fact(f.QueueCallbackMerged(pending.id, call.id, how))
        return
    one = turn.state.floor.callbacks_made + 1
    priority, need = remembering.need(turn, call, queue)
    turn.fact(f.QueueCallbackAsked(one, call.id, queue.id, number, e164, since_us, priority, how, need))
    _expire(turn, one, queue)
    turn.dispatch = True


def _expire(turn: Turn, callback: int, queue: Queue) -> None:
    asked_us = turn.state.floor.callbacks[callback].asked_us
    turn.fact(f.TimerSet(f"callback:{callback}", asked_us + us(queue.callback_expires_h * 3600)))


def given_up(turn: Turn, call: Call, queue: Queue, since_us: int) -> None:
    """A caller hung up while he waited."""
    waited_us = turn.at_us - call.enqueued_us
    least_us, most_us = us(queue.callback_abandoned_after_s), us(queue.callback_abandoned_within_s)
    if not least_us or waited_us < least_us or (most_us and waited_us > most_us):
        return
    number = callback_numbers.shown_number(turn.plan.config, queue, call)
    if number and takes_more(turn):
        ask(turn, call, queue, number, since_us=since_us, how="abandoned")


def answered_otherwise(turn: Turn, call: Call) -> None:
    """He called again and somebody answers him: nobody need call him back."""
    pending = turn.state.floor.callback_of(call.e164) if call.direction is Direction.INBOUND else None
    if pending is not None and not pending.attempt:
        turn.fact(f.QueueCallbackEnded(pending.id, "called-in"))


def done_by_hand(turn: Turn, about: int) -> None:
    """An agent called him back of his own accord, and he answers."""
    one = _for_call(turn, about)
    if one is not None and not one.attempt:
        turn.fact(f.QueueCallbackEnded(one.id, "reached"))


def _for_call(turn: Turn, about: int) -> Callback | None:
    return next((one for one in turn.state.floor.callbacks.values() if one.call == about), None)


# -- its turn ---------------------------------------------------------------------------------------


def begin(turn: Turn, callback: int, extension: str) -> Call | None:
    """The call in which agents are rung and the number is dialled; None where that cannot be just now."""
    one = turn.state.floor.callbacks[callback]
    hours = _hours(turn, one)
    if not closing.within(turn, hours):
        _put(turn, one, closing.opens_us(turn, hours) or turn.at_us + us(3600), one.tries, CLOSED)
        return None
    if any(call.about == one.call for call in turn.state.calls.values()):
        _put(turn, one, turn.at_us + us(BY_HAND_S), one.tries, "by-hand")
        return None
    if not _line_free(turn):
        _put(turn, one, turn.at_us + us(NO_LINE_S), one.tries, "no-line")
        return None
    call = calls.begin(turn, Direction.INTERNAL, turn.plan.ports.get(extension, -1), extension)
    turn.fact(f.NumberDialled(call.id, one.number, one.e164, Direction.OUTBOUND))
    turn.fact(f.QueueCallbackBegun(one.id, call.id))
    return call


def _line_free(turn: Turn) -> bool:
    state = turn.state
    return any(not state.port(port).leg and not state.port(port).alarm for port in turn.plan.outgoing)


def _hours(turn: Turn, one: Callback) -> str:
    queue = _queue(turn, one)
    return queue.callback_hours or queue.hours


def _queue(turn: Turn, one: Callback) -> Queue:
    return turn.plan.queues.get(one.queue) or Queue(id=one.queue)


def nobody_took(turn: Turn, call: Call) -> None:
    """No agent lifted: it takes its place again."""
    one = turn.state.floor.callbacks.get(call.callback)
    turn.fact(f.Dequeued(call.id, call.queue, "callback"))
    if one is not None:
        _put(turn, one, 0, one.tries, "agent-missed")
    calls.close(turn, call, Cause.NO_ANSWER, ReleasedBy.BOX)
    turn.dispatch = True


def cancelled(turn: Turn, call: Call) -> None:
    """Its call is ended while agents are rung; with the last of them it is over."""
    one = turn.state.floor.callbacks.get(call.callback)
    if one is not None:
        turn.fact(f.QueueCallbackEnded(one.id, "cancelled"))
    for leg in offering.rung_for(turn, call):
        offering.withdraw(turn, leg, "caller-left")


def taken(turn: Turn, call: Call, leg: Leg) -> None:
    """An agent lifted: the number is dialled."""
    queue = offering.queue_of(turn, call)
    turn.fact(f.Dequeued(call.id, call.queue, "callback"))
    agents.change(turn, leg.agent, AgentState.TALKING, "callback", call=call.id)
    turn.fact(f.RecordingRuled(call.id, queue.record, queue.consent if queue.record else ""))
    turn.command(c.Listen(port=leg.port, digits=True))
    trunks.place(turn, call, leg, call.number)
    if queue.callback_agent_words:
        told = c.Phrase(queue.callback_agent_words, turn.language(leg))
        turn.command(c.Inject(port=leg.port, items=(told,)))


def words(turn: Turn, call: Call) -> tuple[str, ...]:
    """What both hear when it is answered."""
    said = offering.queue_of(turn, call).callback_words
    return (said,) if said else ()


def reached(turn: Turn, call: Call) -> None:
    """He answers: from here on it is an agent's call of the queue."""
    leg = next((one for one in turn.legs_of(call) if one.agent), None)
    if leg is not None:
        turn.fact(f.AgentConnected(call.id, call.queue, leg.agent, leg.id))
        agents.change(turn, leg.agent, AgentState.TALKING, call=call.id)


def over(turn: Turn, call: Call, cause: Cause) -> None:
    """The attempt's call ends."""
    one = turn.state.floor.callbacks.get(call.callback)
    if one is None or one.attempt != call.id:
        return
    queue = _queue(turn, one)
    if call.answered:
        turn.fact(f.QueueCallbackEnded(one.id, "reached"))
    elif cause in NOT_HIS_FAULT:
        _put(turn, one, turn.at_us + us(NO_LINE_S), one.tries, "no-line")
    elif one.tries + 1 >= queue.callback_tries:
        turn.fact(f.QueueCallbackEnded(one.id, "not-reached"))
    else:
        why = "busy" if cause is Cause.USER_BUSY else "no-answer"
        _put(turn, one, turn.at_us + us(queue.callback_pause_s), one.tries + 1, why)


def _put(turn: Turn, one: Callback, until_us: int, tries: int, why: str) -> None:
    turn.fact(f.QueueCallbackPut(one.id, until_us, tries, why))
    if until_us:
        turn.fact(f.TimerSet(f"callback:{one.id}", until_us))
    else:
        _expire(turn, one.id, _queue(turn, one))


def look_at_hours(turn: Turn) -> None:
    """After the clock or the configuration changed: who was put off till opening is put off till it opens now."""
    for one in list(turn.state.floor.callbacks.values()):
        if one.why == CLOSED and one.until_us:
            hours = _hours(turn, one)
            is_open = closing.within(turn, hours)
            until_us = turn.at_us if is_open else closing.opens_us(turn, hours)
            if until_us is not None:
                turn.fact(f.TimerSet(f"callback:{one.id}", until_us))


def due(turn: Turn, number: int) -> None:
    """Timer `callback`: its pause is over, or its time is up."""
    turn.clear(f"callback:{number}")
    one = turn.state.floor.callbacks.get(number)
    if one is None:
        return
    if one.attempt in turn.state.calls:
        turn.timer(f"callback:{number}", LOOK_AGAIN_S)
        return
    queue = _queue(turn, one)
    if turn.at_us - one.asked_us >= us(queue.callback_expires_h * 3600) or queue.id not in turn.plan.queues:
        turn.fact(f.QueueCallbackEnded(number, "expired"))
    else:
        _put(turn, one, 0, one.tries, "due")
        turn.dispatch = True
