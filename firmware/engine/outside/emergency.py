"""Emergency calls: from every telephone, in every state, over whatever line can be had.

Pre-emption takes the line whose loss hurts least: a last word, a caller in a menu, then the last who came into a
queue, an outgoing call not answered, a message being left, a call on hold, and the youngest talk; in a queue of lower
priority first. Among equals an outgoing call goes first: the exchange clears it at once, while an offered one may stay
up till its caller hangs up. A line that only rings comes last, when every other one is dead or carries an emergency
call: to have it the box must answer the caller and hang up on him (half a second), and only then may dial tone come.
Another emergency call is never ended. While no line gives dial tone all are tried again, for as long as the caller
waits.

From where a telephone can call for help, and what its keys mean meanwhile, is in `firmware.engine.dialling`: `secrets`
(who hears the keys) and `urgent_keys` (which of them belong together).
"""

from __future__ import annotations

from firmware.engine import calls
from firmware.engine.inside import call_waiting, forwarding, holding, telephones
from firmware.engine.outside import trunks
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause, Direction, LegRole, ReleasedBy

AGAIN_AFTER_S = 2.0

HURTS = {
    Phase.PARTING: 0,
    Phase.FLOW: 1,
    Phase.PIN: 1,
    Phase.PIN: 1,
    Phase.LISTENING: 1,
    Phase.DICTATING: 1,
    Phase.NEW_PIN: 1,
    Phase.QUEUED: 2,
    Phase.CALLBACK: 2,
    Phase.WAITING_LINE: 3,
    Phase.SEIZING: 3,
    Phase.PROCEEDING: 4,
    Phase.CALLING: 4,
    Phase.MAILBOX: 5,
    Phase.HELD: 6,
    Phase.PARKED: 6,
    Phase.JOINING: 7,
    Phase.TALKING: 8,
    Phase.ROOM: 8,
    Phase.OFFERED: 9,
}
ANSWERED_FOR_S = 0.5
"""So long a ringing line is held before it is let go: the exchange must see an answer and then a release."""


_OWN = (
    Phase.PARTING,
    Phase.LISTENING,
    Phase.DIALLING,
    Phase.KEYING,
    Phase.PIN,
    Phase.NEW_PIN,
    Phase.MONITORING,
)
"""A telephone that has only the box at the other end: its own call becomes the emergency call."""
_UNDER_WAY = (Phase.CALLING, Phase.JOINING, Phase.TALKING)
"""In an emergency call: the same number keyed once more wants nothing that is not being done."""


def place(turn: Turn, leg: Leg, number: str) -> None:
    """`leg`'s telephone wants `number`; its class of service does not matter."""
    call_waiting.refuse(turn, leg.port)
    call = turn.call_of(leg)
    turn.fact(f.NumberDialled(call.id, number, "", Direction.OUTBOUND, True))
    forget_former(turn, call)
    turn.clear(f"digit:{leg.id}")
    telephone = turn.plan.telephones.get(leg.port)
    if telephone is not None and telephone.record:
        turn.fact(f.RecordingRuled(call.id, True))
    trunks.place(turn, call, leg, number)


def forget_former(turn: Turn, call: Call) -> None:
    """Where the call would have gone on before it became one for help, and which lines had failed it."""
    if call.fallback:
        turn.fact(f.FallbackSet(call.id, ""))
    forwarding.forget(turn, call)
    if call.tried:
        turn.fact(f.LineTried(call.id, -1))


def ports(turn: Turn) -> tuple[int, ...]:
    """Every outside line, those for outgoing calls first."""
    others = (port for port in turn.plan.lines if port not in turn.plan.outgoing)
    return (*turn.plan.outgoing, *others)


def free_a_line(turn: Turn, tried: list[int]) -> tuple[int | None, bool]:
    """Ends the call that hurts least; the port of its line, and whether that still rings."""
    candidates = [
        leg
        for port in ports(turn)
        if port not in tried
        and (leg := turn.leg_at(port)) is not None
        and leg.phase in HURTS
        and not turn.call_of(leg).emergency
    ]
    if not candidates:
        return None, False
    victim = min(
        candidates,
        key=lambda leg: _loss(turn, leg),
    )
    rings = victim.phase == Phase.OFFERED
    calls.end(turn, turn.call_of(victim), Cause.PREEMPTED, ReleasedBy.BOX)
    return victim.port, rings


def _loss(turn: Turn, leg: Leg) -> tuple[int, int, bool, int, int]:
    """What hurts least is least."""
    queue = turn.plan.queues.get(turn.call_of(leg).queue)
    priority = queue.priority if queue is not None else 0
    return HURTS[Phase(leg.phase)], priority, leg.role is not LegRole.TRUNK, -leg.since_us, -leg.id


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


def keyed(turn: Turn, event: e.EmergencyKeyed) -> None:
    """In the middle of something else the keys of an emergency number were heard: it is called at once."""
    leg = turn.leg_at(event.port)
    if leg is None:
        leg = telephones.own_call(turn, event.port)
    _call(turn, leg, event.number)


def help_keyed(turn: Turn, given: i.HelpKeyed) -> None:
    """The same, known by the pause that followed."""
    leg = turn.state.legs.get(given.leg)
    if not given.leg and turn.state.port(given.port).off_hook and turn.leg_at(given.port) is None:
        leg = telephones.own_call(turn, given.port)
    if leg is not None and not leg.fxo:
        _call(turn, leg, given.number)


def _call(turn: Turn, leg: Leg, number: str) -> None:
    call = turn.call_of(leg)
    if call.emergency and call.number == number and leg.phase in _UNDER_WAY:
        return
    turn.quiet(leg)
    for timer in ("ask", "choose", "part", "record"):
        turn.clear(f"{timer}:{leg.id}")
    place(turn, own_call_for(turn, leg), number)


def own_call_for(turn: Turn, leg: Leg) -> Leg:
    """An emergency call is a call of its own where the telephone's call has others in it, or a message."""
    if leg.phase == Phase.AWAY:
        return telephones.own_call(turn, leg.port, LegRole.CONSULT)
    if leg.phase == Phase.TALKING and not turn.state.ports[leg.port].away:
        holding.consult(turn, leg)
        leg = turn.leg_at(leg.port) or leg
    call = turn.call_of(leg)
    if call.direction is not Direction.INBOUND and leg.phase in _OWN:
        return leg
    if leg.phase == Phase.PAGING:
        calls.left(turn, leg)
    else:
        calls.end(turn, call, Cause.NORMAL_CLEARING, calls.side_of(leg))
    other = turn.leg_at(leg.port)
    if other is None:
        return telephones.own_call(turn, leg.port)
    turn.quiet(other)
    return telephones.own_call(turn, leg.port, LegRole.CONSULT)
