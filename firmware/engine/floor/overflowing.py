"""Ways out of a queue: its chain of steps by wait, length, staffing and closing, and at last its `overflow`.

Who is sent to a step's target and is not answered there goes to the step after it. Circles of queues are refused by
the configuration's check; what still goes round (by way of flows, say) is ended by `queues.MOST_VISITS` and
`flows.MOST_STEPS`.
"""

from __future__ import annotations

from firmware.config.schema import OverflowStep, Queue
from firmware.engine import calls, targets
from firmware.engine.floor import agents, queues
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState, Outcome

ANSWERED_THERE = ("extension", "outside", "group")
"""Kinds of targets at which somebody may not answer."""


def turned_away(turn: Turn, call: Call, leg: Leg, queue: Queue, why: str) -> None:
    """It never waited: the queue is `closed` or `full`."""
    place = _first(queue, "closed") if why == "closed" else -1
    _go(turn, call, leg, queue, place, f"queue-{why}")


def at_once(turn: Turn, call: Call, leg: Leg, queue: Queue) -> bool:
    """Whether a condition of length or staffing sent it on as it came."""
    others = turn.board.acd.waiting(queue.id) - 1
    for place, step in enumerate(queue.overflow_steps):
        if (step.when == "length" and others >= step.waiting) or (
            step.when == "staffing" and _understaffed(turn, queue, step)
        ):
            why = "no-agents" if step.when == "staffing" else "overflow"
            leave_by(turn, call, leg, queue, place, why=why)
            return True
    if queue.no_agents == "overflow" and not turn.board.acd.signed_in(queue.id):
        leave(turn, call, leg, queue, "no-agents", "no-agents")
        return True
    return False


def _understaffed(turn: Turn, queue: Queue, step: OverflowStep) -> bool:
    acd = turn.board.acd
    if step.staffing == "nobody-at-work":
        return not any(_at_work(turn, agent) for agent in acd.members(queue.id))
    return not (acd.signed_in if step.staffing == "nobody-signed-in" else acd.ready)(queue.id)


def _at_work(turn: Turn, agent: str) -> bool:
    """Who makes a call of his own is back in a moment; who takes a pause is not."""
    now = turn.state.agents.get(agent)
    if now is None or now.state is AgentState.SIGNED_OUT:
        return False
    return now.state is not AgentState.NOT_READY or now.reason in agents.OWN_REASONS


def staff_left(turn: Turn, agent: str) -> None:
    """An agent went: queues that nobody serves any more send on who waits."""
    for queue in turn.plan.config.queues:
        places = [place for place, step in enumerate(queue.overflow_steps) if _empties(turn, queue, step)]
        if places and agent in turn.board.acd.members(queue.id):
            _empty(turn, queue, places[0])


def _empties(turn: Turn, queue: Queue, step: OverflowStep) -> bool:
    return step.when == "staffing" and step.staffing != "nobody-ready" and _understaffed(turn, queue, step)


def _empty(turn: Turn, queue: Queue, place: int) -> None:
    for number in [one for one, call in turn.state.calls.items() if call.waits and call.queue == queue.id]:
        waiting = queues.waiting_in(turn, number)
        if waiting is not None:
            leave_by(turn, *waiting, place, why="no-agents")


# -- by wait ----------------------------------------------------------------------------------------


def arm(turn: Turn, call: Call, queue: Queue) -> None:
    """Timer `wait`: the earliest step by wait, or the longest wait of all."""
    found = _by_wait(queue)
    if found is not None:
        turn.fact(f.TimerSet(f"wait:{call.id}", max(turn.at_us, turn.state.behind_until_us) + us(found[0])))


def _by_wait(queue: Queue) -> tuple[float, int] | None:
    """(seconds, place of the step or -1 for the end)."""
    steps = [(one.after_s, place) for place, one in enumerate(queue.overflow_steps) if one.when == "wait"]
    if queue.max_wait_s > 0:
        steps.append((queue.max_wait_s, len(queue.overflow_steps)))
    return min(steps, default=None)


def waited_too_long(turn: Turn, number: int) -> None:
    """Timer `wait`."""
    turn.clear(f"wait:{number}")
    waiting = queues.waiting_in(turn, number)
    if waiting is None:
        return
    queue = waiting[2]
    _, place = _by_wait(queue) or (0.0, len(queue.overflow_steps))
    leave_by(turn, *waiting, place, why="overflow")


# -- out --------------------------------------------------------------------------------------------


def leave(turn: Turn, call: Call, leg: Leg, queue: Queue, why: str, *words: str) -> None:
    """To the queue's `overflow`."""
    leave_by(turn, call, leg, queue, len(queue.overflow_steps), *words, why=why)


def leave_by(turn: Turn, call: Call, leg: Leg, queue: Queue, place: int, *words: str, why: str) -> None:
    target = _target(queue, place)
    why = "voicemail" if why == "overflow" and target.startswith("voicemail:") else why
    turn.fact(f.CallPlaced(call.id, queues.place_of(turn, call)))
    queues.leave(turn, call, why)
    turn.quiet(leg)
    _go(turn, call, leg, queue, place, *words)


def further(turn: Turn, call: Call, leg: Leg, where: str) -> None:
    """Target `overflow:QUEUE/PLACE`: who was not answered at one step goes on to the next."""
    name, _, place = where.rpartition("/")
    queue = turn.plan.queues.get(name)
    if queue is None or not place.isdigit():
        targets.go(turn, call, leg, "")
    else:
        _go(turn, call, leg, queue, int(place))


def _first(queue: Queue, when: str) -> int:
    steps = (place for place, one in enumerate(queue.overflow_steps) if one.when == when)
    return next(steps, len(queue.overflow_steps))


def _target(queue: Queue, place: int) -> str:
    steps = queue.overflow_steps
    return steps[place].target if 0 <= place < len(steps) else queue.overflow


def _go(turn: Turn, call: Call, leg: Leg, queue: Queue, place: int, *words: str) -> None:
    """By that step, or by `overflow`; where there is none, a last word."""
    turn.steps += 1
    target = _target(queue, place)
    kind, _, name = target.partition(":")
    if not target or turn.steps > flows.MOST_STEPS:
        if call.reached is None:
            turn.fact(f.CallReached(call.id, Outcome.REFUSED))
        calls.farewell(turn, leg, *(words or ("queue-call-later",)))
        return
    steps = queue.overflow_steps
    in_chain = 0 <= place < len(steps)
    if in_chain and kind in ANSWERED_THERE:
        turn.fact(f.FallbackSet(call.id, f"overflow:{queue.id}/{place + 1}"))
    if kind == "queue":
        keeps = not in_chain or steps[place].keep_place
        queues.enter(turn, call, leg, name, call.place_us if keeps else 0)
    else:
        targets.go(turn, call, leg, target)
