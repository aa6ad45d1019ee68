"""What somebody hears who waits: the queue's music, else the telephone's who holds him, the line's, the house's."""

from __future__ import annotations

from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import commands as c


def on_hold(turn: Turn, call: Call, held: Leg, by: str) -> c.Music:
    """`by` is the extension that holds him."""
    queue, telephone = turn.plan.queues.get(call.queue), turn.plan.extensions.get(by)
    line = turn.plan.lines.get(held.port)
    names = (
        queue.music if queue else "",
        telephone.music if telephone else "",
        line.music if line else "",
        turn.plan.config.switchboard.hold_music,
        "default",
    )
    return c.Music(next(name for name in names if name))


def parked(turn: Turn, call: Call, leg: Leg) -> c.Music:
    own = turn.plan.config.switchboard.park_music
    return c.Music(own) if own else on_hold(turn, call, leg, call.parked_by)


def waiting(turn: Turn, leg: Leg) -> c.PlayItem:
    """For a leg that a new switch must be told of again."""
    call = turn.call_of(leg)
    holder = turn.state.legs.get(call.held_by.get(leg.id, 0))
    return on_hold(turn, call, leg, holder.party if holder else call.parked_by)
