"""A caller sent on from outside the call: by a program, say. To numbers of the house alone: a program has no class."""

from __future__ import annotations

from firmware.engine import calls, legs, recordings, targets
from firmware.engine.dialling.dialplan import MatchKind
from firmware.engine.floor import queues
from firmware.engine.inside import holding
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, ReleasedBy


def redirect(turn: Turn, number: int, to: str) -> str:
    """Leg `number` goes on to the number `to`; whom it talked with is let go. A word of ours why not; empty: done."""
    leg = turn.state.legs.get(number)
    call = turn.state.calls.get(leg.call) if leg else None
    if leg is None or call is None or call.emergency or turn.served(call) is not leg:
        return "not-possible"
    target = _target(turn, to)
    if not target:
        return "not-allowed"
    if not _freed(turn, call, leg, target):
        return "not-possible"
    turn.fact(f.FallbackSet(call.id, ""))
    turn.quiet(leg)
    targets.go(turn, call, leg, target)
    return ""


def _target(turn: Turn, number: str) -> str:
    match = turn.plan.dial_tree.settle(number)
    if match.kind is MatchKind.EXTENSION:
        return f"extension:{match.number}"
    return match.target if match.kind is MatchKind.TARGET else ""


def _freed(turn: Turn, call: Call, leg: Leg, target: str) -> bool:
    """Out of what it is doing now; False, and nothing done, where that is no place to be sent on from."""
    if leg.phase == Phase.QUEUED and call.waits:
        queues.leave(turn, call, "overflow")
        return True
    if leg.phase == Phase.FLOW and call.node:
        flows.leave(turn, call, "transfer")
        return True
    other = holding.partner(turn, leg) if leg.phase == Phase.TALKING else None
    if other is None or turn.state.port(other.port).away:
        return False
    calls.part(turn, call)
    recordings.stop(turn, leg, "transferred")
    turn.fact(f.TransferMade(call.id, "blind", leg.id, other.id, target))
    legs.let_go(turn, other, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    return True
