"""Which telephone an order means and which of its calls; what is said where there is none.

A telephone is named by its extension or by the agent who is signed in there, one of its calls by the leg or the call.
"""

from __future__ import annotations

from firmware.engine.inside import holding
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.refusals import Refusal


class Refused(Exception):
    """The order is not carried out. Raised before anything of it is done."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def port_of(turn: Turn, given: i.CallOrder) -> int:
    """Raises Refused."""
    extension = given.extension or _seat(turn, given.agent)
    port = turn.plan.ports.get(extension)
    if port is None:
        raise Refused(Refusal.NO_SUCH_EXTENSION)
    return port


def _seat(turn: Turn, agent: str) -> str:
    if not agent:
        return ""
    if agent not in turn.plan.agents:
        raise Refused(Refusal.NO_SUCH_AGENT)
    now = turn.state.agents.get(agent)
    if now is None or not now.extension:
        raise Refused(Refusal.NOT_SIGNED_IN)
    return now.extension


def leg_of(turn: Turn, given: i.CallOrder) -> Leg:
    """The telephone's leg that is meant: the named one, that of the named call, else the active one. Raises Refused.

    Calls for help are nobody's to order about.
    """
    leg = _named(turn, given) if given.leg else _at(turn, given)
    if turn.call_of(leg).emergency:
        raise Refused(Refusal.EMERGENCY_CALL)
    return leg


def _named(turn: Turn, given: i.CallOrder) -> Leg:
    leg = turn.state.legs.get(given.leg)
    if leg is None or leg.fxo or (given.call and leg.call != given.call):
        raise Refused(Refusal.NO_SUCH_CALL)
    if (given.extension or given.agent) and leg.port != port_of(turn, given):
        raise Refused(Refusal.NO_CALL)
    return leg


def _at(turn: Turn, given: i.CallOrder) -> Leg:
    now = turn.state.port(port_of(turn, given))
    legs = [turn.state.legs[one] for one in (now.leg, now.away, now.knocks) if one]
    found = next((leg for leg in legs if given.call in (0, leg.call)), None)
    if found is None:
        raise Refused(Refusal.NO_CALL)
    return found


def alone(turn: Turn, leg: Leg) -> None:
    """Raises Refused where the telephone is in two calls."""
    if turn.state.port(leg.port).away:
        raise Refused(Refusal.SECOND_CALL)


def two(turn: Turn, given: i.CallOrder) -> tuple[Leg, Leg]:
    """The active leg of a telephone in two calls, and the one left aside. Raises Refused."""
    port = leg_of(turn, given).port
    now = turn.state.port(port)
    if not (now.leg and now.away):
        raise Refused(Refusal.NO_SECOND_CALL)
    legs = turn.state.legs[now.leg], turn.state.legs[now.away]
    if any(turn.call_of(leg).emergency for leg in legs):
        raise Refused(Refusal.EMERGENCY_CALL)
    return legs


def partner(turn: Turn, leg: Leg) -> Leg:
    """Whom it talks with, in a talk of two, who may be put aside. Raises Refused."""
    if leg.phase != Phase.TALKING:
        raise Refused(Refusal.NOT_TALKING)
    other = holding.partner(turn, leg)
    if other is None:
        raise Refused(Refusal.NOT_POSSIBLE)
    if turn.state.port(other.port).away:
        raise Refused(Refusal.OTHER_AWAY)
    return other


def party(turn: Turn, leg: Leg) -> Leg:
    """Whom it talks with or has on hold. Raises Refused."""
    if leg.phase != Phase.AWAY:
        return partner(turn, leg)
    held = holding.held_by(turn, leg)
    if held is None:
        raise Refused(Refusal.NOT_TALKING)
    return held


def put_aside(turn: Turn, leg: Leg) -> None:
    """Whom it talks with is on hold from now on; nothing where he is already."""
    if leg.phase != Phase.AWAY:
        holding.hold(turn, turn.call_of(leg), partner(turn, leg), leg)
        turn.enter(leg, Phase.AWAY)
        turn.fact(f.AsideOrdered(leg.id))


def holds_itself(turn: Turn, leg: Leg) -> bool:
    """A telephone with messages put this call on hold: only itself can take it up, it does not listen."""
    return leg.port in turn.plan.signalled and leg.phase == Phase.AWAY and not leg.ordered
