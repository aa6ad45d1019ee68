"""Coming into a queue and leaving it otherwise than by an agent: closed, full, given up, a key.

Offers are in `offering`, what is said meanwhile in `announcing`, the ways out in `overflowing`.
"""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine import recordings, targets
from firmware.engine.acd import remembering
from firmware.engine.floor import announcing, callback_asking, callbacks, closing, offering, overflowing
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

MOST_VISITS = 20
"""A call that came into queues more often than this goes in a circle."""


def enter(turn: Turn, call: Call, leg: Leg, queue_id: str, since_us: int = 0) -> None:
    """Any leg may wait. `since_us`: the place it brings with it (0: it comes last)."""
    queue = turn.plan.queues.get(queue_id)
    if queue is None or call.visits >= MOST_VISITS:
        reason = "no-such-queue" if queue is None else "goes-round"
        turn.fact(f.AttemptRefused(call.id, f"queue:{queue_id}", reason, Cause.NO_ROUTE))
        targets.go(turn, call, leg, "")
        return
    refused = turned_away(turn, queue)
    if refused:
        turn.fact(f.AttemptRefused(call.id, f"queue:{queue_id}", f"queue-{refused}", Cause.USER_BUSY))
        overflowing.turned_away(turn, call, leg, queue, refused)
        return
    priority, need = remembering.need(turn, call, queue)
    turn.fact(f.Enqueued(call.id, queue_id, priority, since_us, need))
    turn.enter(leg, Phase.QUEUED)
    recordings.cover(turn, leg, "queue")
    if not overflowing.at_once(turn, call, leg, queue):
        _wait(turn, call, leg, queue)


def turned_away(turn: Turn, queue: Queue) -> str:
    """Why it takes nobody now: `closed`, `full`; empty when it does."""
    if closing.is_closed(turn, queue):
        return "closed"
    return "full" if turn.board.acd.waiting(queue.id) >= queue.max_waiting else ""


def _wait(turn: Turn, call: Call, leg: Leg, queue: Queue) -> None:
    turn.dispatch = True
    if not leg.fxo:
        turn.command(c.Listen(port=leg.port, digits=True))
    if turn.board.acd.ready(queue.id):
        turn.play(leg, "", c.Music(queue.music))
    else:
        announcing.say_then_music(turn, leg, queue, "queue-welcome")
    announcing.arm(turn, call, queue)
    overflowing.arm(turn, call, queue)
    closing.arm(turn, call, queue)


def waiting_in(turn: Turn, number: int) -> tuple[Call, Leg, Queue] | None:
    """Who waits there in which queue; a queue that left the configuration is one with nothing set."""
    call = turn.state.calls.get(number)
    if call is None or not call.waits:
        return None
    queue, leg = turn.plan.queues.get(call.queue), turn.served(call)
    return (call, leg, queue or Queue(id=call.queue)) if leg else None


def telephone_free(turn: Turn, port: int) -> bool:
    now = turn.state.port(port)
    return not now.leg and not now.off_hook and not now.alarm


# -- ways out ---------------------------------------------------------------------------------------


def caller_left(turn: Turn, call: Call) -> None:
    """He gave up, or his call is ended for him."""
    if call.callback:
        callbacks.cancelled(turn, call)
        return
    waiting = waiting_in(turn, call.id)
    since_us = place_of(turn, call)
    leave(turn, call, "abandoned")
    if waiting is not None:
        callbacks.given_up(turn, call, waiting[2], since_us)


def place_of(turn: Turn, call: Call) -> int:
    """Since when its time counts in the queue; now, where it waits in none."""
    waiting = turn.board.acd.state.calls.get(call.id)
    return waiting.at_us if waiting is not None else turn.at_us


def leave(turn: Turn, call: Call, why: str) -> None:
    """Telephones that ring for it ring no more."""
    for leg in offering.rung_for(turn, call):
        offering.withdraw(turn, leg, "caller-left")
    turn.fact(f.Dequeued(call.id, call.queue, why))


def key(turn: Turn, leg: Leg, digit: str) -> None:
    """A key while waiting: out, or called back later."""
    waiting = waiting_in(turn, leg.call)
    if waiting is None:
        return
    call, leg, queue = waiting
    if queue.exit_key and digit == queue.exit_key:
        overflowing.leave(turn, call, leg, queue, "exit-key")
    elif queue.callback_key and digit == queue.callback_key:
        callback_asking.begin(turn, call, leg, queue)
