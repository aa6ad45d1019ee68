"""Queues that take nobody more: by their hours, or closed by hand."""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine.floor import overflowing, queues
from firmware.engine.hours import calendar
from firmware.engine.state import Call
from firmware.engine.turn import Turn
from firmware.protocol import facts as f


def is_closed(turn: Turn, queue: Queue) -> bool:
    """While the clock was never set, its hours count as open: better served than turned away."""
    return queue.id in turn.state.floor.closed or not within(turn, queue.hours)


def within(turn: Turn, hours_id: str) -> bool:
    hours, offset_us = turn.plan.hours.get(hours_id), turn.board.wall_us
    zone = turn.plan.config.site.zone
    return hours is None or offset_us is None or calendar.is_open(hours, turn.at_us + offset_us, zone)


def opens_us(turn: Turn, hours_id: str) -> int | None:
    """Box time of the next change of these hours; None where there is none."""
    hours, offset_us = turn.plan.hours.get(hours_id), turn.board.wall_us
    if hours is None or offset_us is None:
        return None
    found = calendar.next_change_us(hours, turn.at_us + offset_us, turn.plan.config.site.zone)
    return found - offset_us if found is not None else None


def arm(turn: Turn, call: Call, queue: Queue) -> None:
    """Timer `closing`: who waits then is sent on, where the queue says so."""
    if queue.closing == "overflow" and queue.hours:
        due_us = opens_us(turn, queue.hours)
        if due_us is not None:
            turn.fact(f.TimerSet(f"closing:{call.id}", due_us))


def arm_all(turn: Turn) -> None:
    """After the clock or the configuration changed. Who waits in a queue that is closed by now is sent on."""
    for number in [one.id for one in turn.state.calls.values() if one.waits]:
        waiting = queues.waiting_in(turn, number)
        if waiting is None:
            continue
        call, _, queue = waiting
        turn.clear(f"closing:{number}")
        if queue.closing == "overflow" and queue.hours and not within(turn, queue.hours):
            turn.fact(f.TimerSet(f"closing:{number}", turn.at_us))
        else:
            arm(turn, call, queue)


def due(turn: Turn, number: int) -> None:
    """Timer `closing`. The clock may have been set meanwhile."""
    turn.clear(f"closing:{number}")
    waiting = queues.waiting_in(turn, number)
    if waiting is None:
        return
    call, _, queue = waiting
    if is_closed(turn, queue):
        _send_on(turn, number)
    else:
        arm(turn, call, queue)


def by_hand(turn: Turn, queue: Queue, closed: bool, author: str) -> None:
    """Closed till somebody opens it; opened, it goes by its hours."""
    if (queue.id in turn.state.floor.closed) is closed:
        return
    turn.fact(f.QueueClosed(queue.id, closed, author))
    if closed and queue.closing == "overflow":
        for number in [one.id for one in turn.state.calls.values() if one.waits and one.queue == queue.id]:
            _send_on(turn, number)


def _send_on(turn: Turn, number: int) -> None:
    waiting = queues.waiting_in(turn, number)
    if waiting is not None:
        queue = waiting[2]
        steps = enumerate(queue.overflow_steps)
        place = next((at for at, one in steps if one.when == "closed"), len(queue.overflow_steps))
        overflowing.leave_by(turn, *waiting, place, "queue-closed", why="closed")
