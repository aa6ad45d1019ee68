"""Transfers to places that are no telephone: a queue, a flow, a mailbox, a group.

Whoever hangs up while his consultation is there sends the party he held.
"""

from __future__ import annotations

from firmware.engine import calls, legs, recordings, targets
from firmware.engine.dialling.dialplan import MatchKind
from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, ReleasedBy


def service_of(turn: Turn, leg: Leg) -> str:
    """Where a consulting telephone has come to, as a target; empty while it hears a last word, or nothing yet."""
    call = turn.call_of(leg)
    if leg.phase == Phase.QUEUED:
        return f"queue:{call.queue}"
    if leg.phase == Phase.FLOW:
        return f"flow:{call.flow}"
    if leg.phase == Phase.MAILBOX:
        return f"voicemail:{call.variables[MAILBOX]}"
    if leg.phase in (Phase.DIALLING, Phase.PARTING, Phase.KEYING, Phase.AWAY, Phase.CALLING):
        return ""
    match = turn.plan.dial_tree.settle(call.number) if call.number else None
    return match.target if match is not None and match.kind is MatchKind.TARGET else ""


def send(turn: Turn, first: Leg, consult: Leg, held: Leg, target: str) -> None:
    """`held` goes on to `target`, without the telephone that held it and its consultation."""
    calls.end(turn, turn.call_of(consult), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    go_on(turn, first, held, target)


def go_on(turn: Turn, first: Leg, held: Leg, target: str) -> None:
    """`held` goes on to `target` without the telephone that held it, whose leg is `first`."""
    call = turn.call_of(held)
    turn.fact(f.HoldEnded(call.id, held.id))
    recordings.stop(turn, held, "transferred")
    turn.fact(f.TransferMade(call.id, "blind", held.id, first.id, target))
    legs.let_go(turn, first, Cause.NORMAL_CLEARING, calls.side_of(first))
    turn.fact(f.FallbackSet(call.id, ""))
    turn.quiet(held)
    targets.go(turn, call, held, target)
