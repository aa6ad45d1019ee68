"""Call forward: where a telephone sends its calls, how often one call may be sent on, and what it may not reach.

It was keyed, or configured, or the telephone says so itself when it is rung (SIP 302: `signalled`). An extension sends
the same call on once; when it comes back it rings there. Outside numbers are called for whoever set the forward: its
class of service decides, again at each call. What is no number anybody may call is as if not set.
"""

from __future__ import annotations

from collections.abc import Mapping

from firmware.engine import targets
from firmware.engine.dialling import classes
from firmware.engine.dialling.dialplan import MatchKind
from firmware.engine.inside import state as pbx_state
from firmware.engine.outside import unusual
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

BY_TELEPHONE = "by-telephone"
"""Why a call was sent on that a telephone diverted itself."""
WHY: Mapping[Cause, str] = {
    Cause.USER_BUSY: "busy",
    Cause.NO_ANSWER: "no-answer",
    Cause.DESTINATION_OUT_OF_ORDER: "unreachable",
}


def divert(turn: Turn, call: Call, waiting: Leg, extension: str, why: str) -> bool:
    """Send the call on, if the extension wants that; True when it went."""
    number = pbx_state.setting(turn, extension, why)
    return bool(number) and send_on(turn, call, waiting, (extension, number), why)


def send_on(turn: Turn, call: Call, waiting: Leg, wish: tuple[str, str], why: str) -> bool:
    """An extension's wish for a number as it would dial it; False where it may not go there, or went on enough."""
    extension, number = wish
    if pbx_state.helped_lately(turn, extension) or _often_enough(turn, call, extension):
        return False
    target = target_of(turn, extension, number)
    if not target:
        refused(turn, call.id, extension, number)
        return False
    turn.fact(f.CallDiverted(call.id, extension, target, why))
    if target.startswith("outside:"):
        classes.charge(turn, call, extension)
    targets.go(turn, call, waiting, target)
    return True


def _often_enough(turn: Turn, call: Call, extension: str) -> bool:
    return extension in call.diverted or len(call.diverted) >= turn.plan.config.switchboard.diversions


def forget(turn: Turn, call: Call) -> None:
    """Somebody answered, or the call begins anew elsewhere: who sent it on may do so again."""
    if call.diverted:
        turn.fact(f.DiversionsForgotten(call.id))


def refused(turn: Turn, call: int, extension: str, number: str) -> None:
    unusual.refused(turn, call, extension)
    bare = number.removeprefix(turn.plan.config.dial_plan.outside_prefix)
    turn.fact(f.AttemptRefused(call, f"forward:{bare}", "not-allowed", Cause.CALL_REJECTED))


def target_of(turn: Turn, extension: str, number: str) -> str:
    """Where `number`, as this extension would dial it, leads; empty: it may not be forwarded there."""
    match = turn.plan.dial_tree.settle(number)
    if match.kind is MatchKind.EXTENSION:
        return f"extension:{match.number}" if match.number != extension else ""
    if match.kind is MatchKind.TARGET:
        return match.target
    if match.kind is MatchKind.OUTSIDE and classes.allowed(turn, extension, match.number):
        return f"outside:{match.number}"
    return ""
