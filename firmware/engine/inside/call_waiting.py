"""Call waiting: a second call at a telephone that is talking. It hears a tone over the talk; flash goes over to it.

Put down, the telephone rings for it. The caller hears ringback meanwhile, and what follows when nobody answers is the
same as if the telephone had rung.
"""

from __future__ import annotations

from firmware.engine import calls, legs, recordings
from firmware.engine.inside import holding, ringing
from firmware.engine.inside import state as pbx_state
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, Tone

EVERY_S = 10.0
"""How often the tone is heard."""
TONE_MS = 500


def may_knock(turn: Turn, port: int) -> bool:
    """Only at a talk of two, one call at a time, and never at an emergency call."""
    now, leg = turn.state.port(port), turn.leg_at(port)
    if leg is None or leg.phase != Phase.TALKING or now.away or now.knocks or leg.room:
        return False
    call = turn.call_of(leg)
    wanted = pbx_state.setting(turn, leg.party, pbx_state.CALL_WAITING)
    return bool(wanted) and not call.emergency and not call.conference


def knock(turn: Turn, call: Call, waiting: Leg, number: str) -> None:
    port = turn.plan.ports[number]
    turn.enter(waiting, Phase.CALLING)
    recordings.cover(turn, waiting, "ringing")
    turn.play(waiting, "", c.ToneItem(Tone.RINGBACK))
    leg = legs.add(
        turn, call.id, port, LegRole.CALLED, number, agent=ringing.agent_at(turn, number), knocks=True
    )
    turn.fact(f.LegAlerted(leg.id))
    turn.timer(f"ring:{leg.id}", turn.plan.telephones[port].ring_s)
    if port in turn.plan.signalled:
        ringing.bell(turn, call, waiting, leg)
    else:
        _tone(turn, leg)


def _tone(turn: Turn, leg: Leg) -> None:
    turn.command(c.Inject(port=leg.port, items=(c.ToneItem(Tone.CALL_WAITING, TONE_MS),)))
    turn.timer(f"knock:{leg.id}", EVERY_S)


def again(turn: Turn, number: int) -> None:
    """Timer `knock`."""
    turn.clear(f"knock:{number}")
    leg = turn.state.legs.get(number)
    if leg is None or leg.phase != Phase.KNOCKING:
        return
    there = turn.leg_at(leg.port)
    if there is not None and turn.call_of(there).emergency:
        ringing.give_up(turn, leg, Cause.USER_BUSY)
    elif there is not None and there.phase == Phase.TALKING:
        _tone(turn, leg)
    else:
        turn.timer(f"knock:{leg.id}", EVERY_S)


def knocking(turn: Turn, port: int) -> Leg | None:
    number = turn.state.port(port).knocks
    return turn.state.legs[number] if number else None


def take(turn: Turn, port: int) -> bool:
    """Flash: over to the call that knocks, the present one held; False when none does."""
    knocks, leg = knocking(turn, port), turn.leg_at(port)
    if knocks is None or turn.state.port(port).away:
        return False
    other = holding.partner(turn, leg) if leg is not None and leg.phase == Phase.TALKING else None
    if leg is not None and other is not None and not turn.state.port(other.port).away:
        holding.hold(turn, turn.call_of(leg), other, leg)
        turn.enter(leg, Phase.AWAY)
    elif leg is not None:
        calls.left(turn, leg)
    if knocks.id in turn.state.legs:  # a party that left may have been the one who knocked
        _answer(turn, port, knocks)
    return True


def taken(turn: Turn, port: int) -> None:
    """A telephone with messages went over to it, and put the other call on hold before."""
    knocks, leg = knocking(turn, port), turn.leg_at(port)
    if knocks is None:
        return
    if leg is not None and leg.phase != Phase.AWAY:
        calls.left(turn, leg)
    if knocks.id in turn.state.legs:
        _answer(turn, port, knocks)


def _answer(turn: Turn, port: int, knocks: Leg) -> None:
    turn.fact(f.KnockTaken(port))
    turn.enter(knocks, Phase.ALERTING)
    ringing.lifted(turn, knocks)


def on_hook(turn: Turn, port: int) -> None:
    """The telephone was put down: it rings for the call that knocked."""
    knocks = knocking(turn, port)
    if knocks is None or turn.leg_at(port) is not None:
        return
    call = turn.call_of(knocks)
    waiting = ringing.waiting_in(turn, call)
    turn.fact(f.KnockTaken(port))
    turn.enter(knocks, Phase.ALERTING)
    if waiting is not None:
        ringing.bell(turn, call, waiting, knocks)


def refuse(turn: Turn, port: int) -> None:
    """Nobody may knock any longer."""
    knocks = knocking(turn, port)
    if knocks is not None:
        ringing.give_up(turn, knocks, Cause.USER_BUSY)
