"""The flash key: hold, consultation, going to and fro, and transfer by hanging up.

Flash while talking: the other party is held and dial tone is heard. While consulting: flash, then `1` lets this
party go, `2` goes to the other one, `3` makes a conference; nothing for two seconds or a second flash is `2`.
Hanging up joins the two others; where the consultation is in a queue, a group, a flow or a mailbox, the held party goes
on there. Of two callers (one of them knocked) none is given to the other: the held one calls the telephone back.
"""

from __future__ import annotations

from firmware.engine import (
    agents,
    call_waiting,
    calls,
    conference,
    joining,
    legs,
    music,
    recordings,
    ringing,
    sending,
    targets,
    telephones,
)
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, LegRole, ReleasedBy, Tone

CHOOSE_WITHIN_S = 2.0
BLIND_WITHIN_US = us(2.0)
"""Hanging up sooner after dialling counts as a blind transfer, later as a semi-attended one."""
BACK_TONE_MS = 2000


def flashed(turn: Turn, event: e.HookFlashed) -> None:
    leg = turn.leg_at(event.port)
    if call_waiting.take(turn, event.port) or leg is None or leg.fxo:
        return
    away = bool(turn.state.ports[event.port].away)
    if leg.phase == Phase.AWAY:
        retrieve(turn, leg)
    elif leg.phase == Phase.CHOOSING:
        toggle(turn, leg)
    elif leg.phase == Phase.TALKING and away:
        _choose(turn, leg)
    elif leg.phase == Phase.TALKING and turn.call_of(leg).conference:
        conference.drop_last(turn, leg)
    elif leg.phase == Phase.TALKING:
        consult(turn, leg)
    elif away:
        _call_off(turn, leg)


def consult(turn: Turn, leg: Leg) -> None:
    call = turn.call_of(leg)
    other = partner(turn, leg)
    if other is None or turn.state.port(other.port).away:
        return
    hold(turn, call, other, leg)
    turn.enter(leg, Phase.AWAY)
    telephones.own_call(turn, leg.port, LegRole.CONSULT)


def hold(turn: Turn, call: Call, held: Leg, by: Leg) -> None:
    calls.part(turn, call)
    turn.fact(f.HoldBegan(call.id, held.id, by.id))
    turn.enter(held, Phase.HELD)
    recordings.mark(turn, call, "hold")
    recordings.pause(turn, by, True)
    turn.play(held, "", music.on_hold(turn, call, held, by.party))


def partner(turn: Turn, leg: Leg) -> Leg | None:
    """Whom this leg talks to, in a talk of two."""
    talk = [one for one in turn.call_of(leg).talk if one != leg.id]
    return turn.state.legs[talk[0]] if len(talk) == 1 else None


def held_by(turn: Turn, leg: Leg) -> Leg | None:
    call = turn.call_of(leg)
    held = next((one for one, by in call.held_by.items() if by == leg.id), None)
    return turn.state.legs[held] if held is not None else None


def retrieve(turn: Turn, leg: Leg) -> None:
    """Back to the party this leg holds."""
    call = turn.call_of(leg)
    held = held_by(turn, leg)
    if held is None:
        calls.end(turn, call, Cause.NORMAL_UNSPECIFIED, ReleasedBy.BOX, failed=True)
        return
    turn.fact(f.HoldEnded(call.id, held.id))
    recordings.mark(turn, call, "resumed")
    recordings.pause(turn, leg, False)
    talk_again(turn, call, held, leg)


def talk_again(turn: Turn, call: Call, one: Leg, other: Leg) -> None:
    """The same two as before: the recording goes on."""
    for leg in (one, other):
        if leg.play:
            turn.fact(f.PlayStopped(leg.id))
        turn.enter(leg, Phase.TALKING)
        turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))
    turn.fact(f.TalkBegan(call.id, (one.id, other.id)))
    turn.command(c.Hear(port=one.port, source=other.port))
    turn.command(c.Hear(port=other.port, source=one.port))
    for leg in (one, other):
        recordings.resume(turn, leg)


def left_alone(turn: Turn, leg: Leg, tone: Tone) -> None:
    """The other call of a telephone ended: a short tone, then back to the party on hold."""
    if leg.phase == Phase.AWAY and turn.state.port(leg.port).off_hook:
        turn.command(c.Listen(port=leg.port, digits=True))
        turn.play(leg, "back", c.ToneItem(tone, BACK_TONE_MS))


def _call_off(turn: Turn, leg: Leg) -> None:
    """Flash before the consulted party talks: back at once."""
    port = leg.port
    calls.end(turn, turn.call_of(leg), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    back = turn.leg_at(port)
    if back is not None and back.phase == Phase.AWAY:
        retrieve(turn, back)


# -- while consulting -------------------------------------------------------------------------------


def _choose(turn: Turn, leg: Leg) -> None:
    other = partner(turn, leg)
    if other is None:
        return
    hold(turn, turn.call_of(leg), other, leg)
    turn.enter(leg, Phase.CHOOSING)
    turn.command(c.Hear(port=leg.port, source=-1))
    turn.timer(f"choose:{leg.id}", CHOOSE_WITHIN_S)


def chosen(turn: Turn, leg: Leg, digit: str) -> None:
    turn.clear(f"choose:{leg.id}")
    if digit == "1":
        _call_off(turn, leg)
    elif digit == "3":
        conference.begin(turn, leg)
    else:
        toggle(turn, leg)


def not_chosen(turn: Turn, number: int) -> None:
    """Timer `choose`."""
    turn.clear(f"choose:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.CHOOSING:
        toggle(turn, leg)


def toggle(turn: Turn, leg: Leg) -> None:
    """To the other party; this one is on hold already."""
    turn.clear(f"choose:{leg.id}")
    turn.enter(leg, Phase.AWAY)
    if turn.state.ports[leg.port].away:
        turn.fact(f.LegsSwapped(leg.port))
    other = turn.leg_at(leg.port)
    if other is not None:
        retrieve(turn, other)


# -- hanging up -------------------------------------------------------------------------------------


def hung_up(turn: Turn, port: int) -> None:
    """The telephone of two calls (or of one on hold) is on-hook: its parties are joined, or it is called back."""
    now = turn.state.ports[port]
    active = turn.state.legs[now.leg]
    if not now.away:
        _recall(turn, active)
        return
    first = turn.state.legs[now.away]
    held, target = held_by(turn, first), _target(turn, active)
    service = sending.service_of(turn, active) if target is None else ""
    if first.knocked or active.knocked:
        calls.left(turn, active)
        _recall(turn, first)
    elif held is not None and service:
        sending.send(turn, first, active, held, service)
    elif held is None:
        calls.end(turn, turn.call_of(active), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
        calls.end(turn, turn.call_of(first), Cause.NORMAL_CLEARING, calls.side_of(first))
    elif target is None or _two_outside(turn, held, target):
        calls.end(turn, turn.call_of(active), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
        _recall(turn, first)
    else:
        _transfer(turn, first, active, held, target)


def _two_outside(turn: Turn, held: Leg, target: Leg) -> bool:
    """Both outside, and nobody allows that: no group, no forward of who was called, no rule for transfers."""
    call = turn.call_of(target)
    allowed = turn.plan.config.dial_plan.transfer_outside or call.diverted or call.hunt is not None
    return held.fxo and target.fxo and not allowed


def _target(turn: Turn, leg: Leg) -> Leg | None:
    """Who would take the held party over."""
    if leg.phase == Phase.TALKING:
        return partner(turn, leg)
    if leg.phase == Phase.CHOOSING:
        return held_by(turn, leg)
    if leg.phase == Phase.CALLING:
        return next((one for one in turn.legs_of(turn.call_of(leg)) if one.id != leg.id), None)
    return None


def _recall(turn: Turn, leg: Leg) -> None:
    """Nobody took the held party over: the telephone that left it rings."""
    call, held = turn.call_of(leg), held_by(turn, leg)
    if held is None:
        calls.end(turn, call, Cause.NORMAL_CLEARING, calls.side_of(leg))
        return
    number = leg.party
    turn.fact(f.HoldEnded(call.id, held.id))
    recordings.stop(turn, held, "transferred")
    legs.let_go(turn, leg, Cause.NORMAL_CLEARING, calls.side_of(leg))
    targets.recall(turn, call, held, number, turn.plan.config.switchboard.recall_to)


def older(turn: Turn, one: Leg, other: Leg) -> bool:
    """Whether `one`'s call is the one that lives on: the offered one, else the one that began first."""
    first, second = turn.call_of(one), turn.call_of(other)
    outside = first.direction is Direction.INBOUND, second.direction is Direction.INBOUND
    return first.id < second.id if outside[0] == outside[1] else outside[0]


def _transfer(turn: Turn, first: Leg, consult: Leg, held: Leg, target: Leg) -> None:
    """`held` and `target` go on without the telephone that hung up, whose legs are `first` and `consult`."""
    through = target.phase in (Phase.TALKING, Phase.HELD)
    if through and not older(turn, first, consult):
        first, consult, held, target = consult, first, target, held
    call, second = turn.call_of(first), turn.call_of(consult)
    for one in (call, second):
        calls.part(turn, one)
        for waiting in list(one.held_by):
            turn.fact(f.HoldEnded(one.id, waiting))
    for leg in (held, target, first, consult):
        recordings.stop(turn, leg, "transferred")
    called = target.party if second.hunt is None else second.hunt.target
    turn.fact(f.TransferMade(call.id, _kind(turn, target, through), held.id, first.id, called))
    for leg in [one for one in turn.legs_of(second) if one is not consult]:
        turn.fact(f.LegMoved(leg.id, call.id))
    if second.hunt is not None or second.diverted:
        turn.fact(f.HuntMoved(second.id, call.id))
    number = first.party
    port = turn.state.ports[first.port]
    for leg in (turn.state.legs[port.away], turn.state.legs[port.leg]):
        legs.let_go(turn, leg, Cause.NORMAL_CLEARING, calls.side_of(first))
    calls.close(turn, second, Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    consent = recordings.consent_of(turn, call)
    if consent and target.fxo:
        turn.fact(f.RecordingRuled(call.id, True, consent))
    if through:
        agents.talks(turn, target.party, call.id)
        agents.talks(turn, held.party, call.id)
        joining.begin(turn, call, held, target)
    else:
        _wait_for(turn, call, held, target, number)


def _kind(turn: Turn, target: Leg, through: bool) -> str:
    if through:
        return "attended"
    return "blind" if turn.at_us - target.began_us < BLIND_WITHIN_US else "semi-attended"


def _wait_for(turn: Turn, call: Call, held: Leg, target: Leg, back_to: str) -> None:
    """The held party waits for the one who is being called; unanswered it comes back."""
    turn.fact(f.FallbackSet(call.id, f"recall:{back_to}"))
    turn.enter(held, Phase.CALLING)
    recordings.cover(turn, held, "transfer")
    if call.hunt is not None:
        turn.play(held, "", c.ToneItem(Tone.RINGBACK))
        return
    if not target.fxo:
        turn.play(held, "", c.ToneItem(Tone.RINGBACK))
        telephone = turn.plan.extensions.get(target.party)
        turn.timer(f"ring:{target.id}", telephone.ring_s if telephone else ringing.RECALL_RING_S)
        return
    turn.quiet(held)
    if target.phase == Phase.PROCEEDING:
        turn.command(c.Hear(port=held.port, source=target.port))
        turn.command(c.Hear(port=target.port, source=held.port))
