"""Emergency calls that the switch made by itself while nobody decided: taken up as they stand, never made twice.

The switch tells of each before it does anything, and of each further line. What this engine had begun for the same
telephone or on the same line meanwhile was overtaken there, and ends here.
"""

from __future__ import annotations

from firmware.config.last_resort import last_resort
from firmware.engine import calls, legs
from firmware.engine.inside import telephones
from firmware.engine.outside import emergency, trunks
from firmware.engine.plan import Plan
from firmware.engine.state import Call, Leg, Phase, State
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.last_resort import LastResort
from firmware.protocol.names import Cause, Direction, LegRole, ReleasedBy

DIAL_WITHIN_S = 15.0
"""Guard, dial tone and digits; the switch says much sooner how it went."""


def table(state: State) -> LastResort:
    """What the switch is left with, of the configuration in force."""
    return last_resort(Plan.of(state.config).config)


def called(turn: Turn, event: e.LastResortCalled) -> None:
    """The telephone's call runs over `line` from here on; without one the engine looks for it."""
    if event.port not in turn.state.ports:
        turn.fact(f.TelephoneLifted(event.port))
    before = len(turn.commands)
    _make_room(turn, event)
    leg = _caller(turn, event)
    if event.line >= 0:
        _runs_over(turn, turn.call_of(leg), leg, event)
    done = {event.port, event.line}
    turn.commands[before:] = [one for one in turn.commands[before:] if one.port not in done]
    if event.line < 0:
        turn.say(leg, "", "all-lines-busy", "please-wait")
        turn.clear(f"again:{leg.id}")
        turn.timer(f"again:{leg.id}", 0.0)


def _make_room(turn: Turn, event: e.LastResortCalled) -> None:
    """Whoever had the line was pre-empted; a call for help goes on over another one."""
    there = turn.leg_at(event.line)
    if there is None or _emergency_of(turn, event) is turn.call_of(there):
        return
    if turn.call_of(there).emergency and there.role is LegRole.TRUNK:
        trunks.try_next(turn, there, Cause.PREEMPTED)
    else:
        calls.end(turn, turn.call_of(there), Cause.PREEMPTED, ReleasedBy.BOX)


def _emergency_of(turn: Turn, event: e.LastResortCalled) -> Call | None:
    leg = turn.leg_at(event.port)
    call = turn.call_of(leg) if leg is not None else None
    waits = leg is not None and leg.phase == Phase.CALLING
    return call if call is not None and waits and call.emergency and call.number == event.number else None


def _caller(turn: Turn, event: e.LastResortCalled) -> Leg:
    """The telephone's leg in the emergency call."""
    leg = turn.leg_at(event.port)
    if leg is not None and _emergency_of(turn, event) is not None:
        return leg
    leg = telephones.own_call(turn, event.port) if leg is None else emergency.own_call_for(turn, leg)
    turn.quiet(leg)
    turn.clear(f"digit:{leg.id}")
    turn.fact(f.NumberDialled(leg.call, event.number, "", Direction.OUTBOUND, True))
    emergency.forget_former(turn, turn.call_of(leg))
    telephone = turn.plan.telephones.get(event.port)
    if telephone is not None and telephone.record:
        turn.fact(f.RecordingRuled(leg.call, True))
    turn.enter(leg, Phase.CALLING)
    return leg


def _runs_over(turn: Turn, call: Call, waiting: Leg, event: e.LastResortCalled) -> None:
    for other in turn.legs_of(call):
        if other.role is LegRole.TRUNK and other.port != event.line:
            turn.fact(f.LineTried(call.id, other.port))
            turn.fact(f.LegReleased(other.id, Cause.NO_CIRCUIT_AVAILABLE, ReleasedBy.BOX))
            turn.command(c.Release(port=other.port))
            turn.lines_moved = True
    turn.quiet(waiting)
    turn.clear(f"again:{waiting.id}")
    trunk = turn.leg_at(event.line)
    if trunk is None:
        trunk = legs.add(turn, call.id, event.line, LegRole.TRUNK, event.number)
    for timer in ("seize", "shed"):
        turn.clear(f"{timer}:{trunk.id}")
    turn.enter(trunk, Phase.SEIZING)
    turn.timer(f"dial:{trunk.id}", DIAL_WITHIN_S)
