"""Asking a caller whether and where to call back: while he waits, or from a menu. His place in a queue is kept."""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine import calls, prompts, targets
from firmware.engine.floor import announcing, callback_numbers, callbacks, queues
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, Outcome

ANSWER_WITHIN_S = 30.0
MOST_DIGITS = 20


def invitation(turn: Turn, call: Call, leg: Leg, queue: Queue) -> tuple[str, ...]:
    """What is said of it while he waits; nothing where he cannot be called back."""
    if not queue.callback_key or not _possible(turn, call, leg, queue):
        return ()
    return ("callback-offer-before", *prompts.digits(queue.callback_key), "callback-offer-after")


def _possible(turn: Turn, call: Call, leg: Leg, queue: Queue) -> bool:
    outside = leg.fxo and call.direction is Direction.INBOUND
    known = callback_numbers.shown_number(turn.plan.config, queue, call)
    return outside and callbacks.takes_more(turn) and bool(known or queue.callback_other_number)


def offer(turn: Turn, call: Call, leg: Leg, queue_id: str = "", otherwise: str = "") -> None:
    """From a menu, for this queue (empty: the one he was in); who does not want it, or cannot have it, goes on to the
    target `otherwise`.
    """
    queue = turn.plan.queues.get(queue_id or call.queue)
    if queue is None or not _possible(turn, call, leg, queue):
        targets.go(turn, call, leg, otherwise)
        return
    flows.leave(turn, call, "callback")
    begin(turn, call, leg, queue, otherwise)


def begin(turn: Turn, call: Call, leg: Leg, queue: Queue, otherwise: str = "") -> None:
    if not _possible(turn, call, leg, queue):
        announcing.say_then_music(turn, leg, queue, "callback-no-number")
        return
    turn.enter(leg, Phase.CALLBACK)
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    turn.timer(f"confirm:{leg.id}", ANSWER_WITHIN_S)
    if callback_numbers.shown_number(turn.plan.config, queue, call):
        turn.fact(f.QueueCallbackOffered(call.id, queue.id, "confirm", otherwise))
        _say_choice(turn, call, leg, queue, "callback-this-number")
    else:
        _ask_number(turn, call, leg, queue, otherwise)


def _say_choice(turn: Turn, call: Call, leg: Leg, queue: Queue, *before: str) -> None:
    other = ("callback-other-number",) if queue.callback_other_number else ()
    back = "callback-wait-on" if call.waits else "callback-no"
    turn.say(leg, "", *before, "callback-confirm", *other, back)


def _ask_number(turn: Turn, call: Call, leg: Leg, queue: Queue, otherwise: str) -> None:
    turn.fact(f.QueueCallbackOffered(call.id, queue.id, "number", otherwise))
    turn.say(leg, "", "callback-enter-number")


# -- keys -------------------------------------------------------------------------------------------


def key(turn: Turn, leg: Leg, digit: str) -> None:
    call = turn.call_of(leg)
    queue = turn.plan.queues.get(call.offer.queue) if call.offer else None
    turn.quiet(leg)
    if call.offer is None or queue is None or digit == "*":
        _go_on(turn, call, leg)
        return
    turn.timer(f"confirm:{leg.id}", ANSWER_WITHIN_S)
    if call.offer.stage == "number":
        _number_key(turn, call, leg, queue, digit)
    elif digit == "1":
        _accepted(turn, call, leg, queue)
    elif digit == "2" and queue.callback_other_number:
        if leg.digits:
            turn.fact(f.DigitsKept(leg.id, ""))
        _ask_number(turn, call, leg, queue, call.offer.otherwise)
    else:
        _say_choice(turn, call, leg, queue)


def _number_key(turn: Turn, call: Call, leg: Leg, queue: Queue, digit: str) -> None:
    assert call.offer is not None
    if digit != "#":
        turn.fact(f.DigitsKept(leg.id, (leg.digits + digit)[:MOST_DIGITS]))
        return
    number = callback_numbers.dialable(turn.plan.config, queue, leg.digits)
    if not number:
        turn.fact(f.DigitsKept(leg.id, ""))
        turn.say(leg, "", "callback-not-this-number", "callback-enter-number")
        return
    turn.fact(f.QueueCallbackOffered(call.id, queue.id, "keyed", call.offer.otherwise))
    _say_choice(turn, call, leg, queue, "callback-number-is", *prompts.digits(leg.digits))


def not_answered(turn: Turn, number: int) -> None:
    """Timer `confirm`."""
    turn.clear(f"confirm:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.CALLBACK:
        turn.quiet(leg)
        _go_on(turn, turn.call_of(leg), leg)


def _go_on(turn: Turn, call: Call, leg: Leg) -> None:
    """He does not want it: he waits on, or goes where the menu says."""
    turn.clear(f"confirm:{leg.id}")
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    waiting = queues.waiting_in(turn, call.id)
    if waiting is not None:
        turn.enter(leg, Phase.QUEUED)
        announcing.say_then_music(turn, leg, waiting[2], "please-wait")
    else:
        targets.go(turn, call, leg, call.offer.otherwise if call.offer else "")


def _accepted(turn: Turn, call: Call, leg: Leg, queue: Queue) -> None:
    """The original call's outcome is where it ended: in the queue, or served by the menu."""
    turn.clear(f"confirm:{leg.id}")
    config = turn.plan.config
    keyed = call.offer is not None and call.offer.stage == "keyed"
    number = callback_numbers.dialable(config, queue, leg.digits) if keyed else ""
    number = number or callback_numbers.shown_number(config, queue, call)
    how, since_us = ("key" if call.waits else "menu"), queues.place_of(turn, call)
    if call.waits:
        queues.leave(turn, call, "callback")
    if call.reached is None:
        outcome = Outcome.ABANDONED_IN_QUEUE if call.queued else Outcome.SELF_SERVED
        turn.fact(f.CallReached(call.id, outcome))
    callbacks.ask(turn, call, queue, number, since_us=since_us, how=how)
    calls.farewell(turn, leg, "callback-taken")
