"""Emergency calls: from every telephone, in every state, over whatever line can be had.

Pre-emption takes the line whose loss hurts least: a last word, a caller in a menu, then the last who came into a
queue, an outgoing call not answered, a message being left, a call on hold, and at last the youngest talk. A line
that rings is not taken (seizing it would answer the caller), nor is another emergency call. Among equals an outgoing
call goes first: the exchange clears it at once, while an offered one may stay up till its caller hangs up. While no
line gives dial tone all are tried again, for as long as the caller waits.
"""

from __future__ import annotations

from firmware.engine import calls, telephones, trunks
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, LegRole, ReleasedBy

AGAIN_AFTER_S = 2.0

HURTS = {
    Phase.PARTING: 0,
    Phase.FLOW: 1,
    Phase.QUEUED: 2,
    Phase.WAITING_LINE: 3,
    Phase.SEIZING: 3,
    Phase.PROCEEDING: 4,
    Phase.CALLING: 4,
    Phase.MAILBOX: 5,
    Phase.HELD: 6,
    Phase.JOINING: 7,
    Phase.TALKING: 8,
}


def place(turn: Turn, leg: Leg, number: str) -> None:
    """`leg`'s telephone wants `number`; its class of service does not matter."""
    call = turn.call_of(leg)
    turn.fact(f.NumberDialled(call.id, number, "", Direction.OUTBOUND, True))
    turn.clear(f"digit:{leg.id}")
    telephone = turn.plan.telephones.get(leg.port)
    if telephone is not None and telephone.record:
        turn.fact(f.RecordingRuled(call.id, True))
    trunks.place(turn, call, leg, number)


def ports(turn: Turn) -> tuple[int, ...]:
    """Every outside line, those for outgoing calls first."""
    others = (port for port in turn.plan.lines if port not in turn.plan.outgoing)
    return (*turn.plan.outgoing, *others)


def free_a_line(turn: Turn, tried: list[int]) -> int | None:
    """Ends the call that hurts least; the port of its line."""
    candidates = [
        leg
        for port in ports(turn)
        if port not in tried
        and (leg := turn.leg_at(port)) is not None
        and leg.phase in HURTS
        and not turn.call_of(leg).emergency
    ]
    if not candidates:
        return None
    victim = min(
        candidates,
        key=lambda leg: (HURTS[Phase(leg.phase)], leg.role is not LegRole.TRUNK, -leg.since_us, -leg.id),
    )
    calls.end(turn, turn.call_of(victim), Cause.PREEMPTED, ReleasedBy.BOX)
    return victim.port


def try_again(turn: Turn, call: Call, waiting: Leg) -> None:
    """No line could be had; lines ring off, other calls end, dial tone comes late."""
    timer = f"again:{waiting.id}"
    if call.tried:
        turn.fact(f.LineTried(call.id, -1))
    if waiting.phase != Phase.CALLING:
        turn.fact(f.AttemptRefused(call.id, call.number, "no-line-free", Cause.NO_CIRCUIT_AVAILABLE))
        turn.enter(waiting, Phase.CALLING)
        turn.say(waiting, "", "all-lines-busy", "please-wait")
    turn.timer(timer, AGAIN_AFTER_S)


def again(turn: Turn, number: int) -> None:
    """Timer `again`."""
    turn.clear(f"again:{number}")
    waiting = turn.state.legs.get(number)
    if waiting is not None and waiting.phase == Phase.CALLING:
        call = turn.call_of(waiting)
        trunks.place(turn, call, waiting, call.number)


def redialled(turn: Turn, leg: Leg, digit: str) -> bool:
    """In the middle of something else the keys of an emergency number are heard: it is called at once."""
    keys = (leg.digits + digit)[-16:]
    turn.fact(f.DigitsKept(leg.id, keys))
    for number in turn.plan.config.dial_plan.emergency:
        if number and keys.endswith(number):
            turn.quiet(leg)
            place(turn, _own_call_for(turn, leg), number)
            return True
    return False


def number_in(turn: Turn, keys: str) -> str:
    """The emergency number these keys are, with the outside prefix or without; else nothing."""
    plan = turn.plan.config.dial_plan
    choices = (keys, keys.removeprefix(plan.outside_prefix))
    return next((one for one in choices if one and one in plan.emergency), "")


def _own_call_for(turn: Turn, leg: Leg) -> Leg:
    """An emergency call is a call of its own where the telephone's call has others in it, or a message."""
    if leg.phase == Phase.AWAY:
        return telephones.own_call(turn, leg.port, LegRole.CONSULT)
    call = turn.call_of(leg)
    if call.direction is not Direction.INBOUND and leg.phase in (Phase.PARTING, Phase.LISTENING):
        return leg
    calls.end(turn, call, Cause.NORMAL_CLEARING, calls.side_of(leg))
    other = turn.leg_at(leg.port)
    if other is None:
        return telephones.own_call(turn, leg.port)
    turn.quiet(other)
    return telephones.own_call(turn, leg.port, LegRole.CONSULT)
