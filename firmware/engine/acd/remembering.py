"""Callers known from before: what they need of a queue, and when they are forgotten."""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine.acd import callers
from firmware.engine.state import Call
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.choice import Need

DAY_S = 86_400.0


def need(turn: Turn, call: Call, queue: Queue) -> tuple[int, Need]:
    """Priority and need of a call that comes into a queue."""
    days = turn.plan.config.site.remember_callers_days
    if days and "callers" not in turn.state.timers:
        turn.timer("callers", DAY_S)
    kept = callers.recall(turn.state.callers, call.e164 or call.number, days, turn.at_us)
    return turn.plan.routing.need(call, queue, kept)


def day_over(turn: Turn) -> None:
    """Timer `callers`: who called too long ago is forgotten."""
    turn.clear("callers")
    days = turn.plan.config.site.remember_callers_days
    turn.fact(f.CallersForgotten(turn.at_us - days * callers.DAY_US))
    if turn.state.callers:
        turn.timer("callers", DAY_S)
