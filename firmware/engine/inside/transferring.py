"""Hanging up in two calls: transfer.

The two others are joined; where the consultation is in a queue, a group, a flow or a mailbox, the held party goes on
there. Of two callers (one of them knocked) none is given to the other: the held one calls the telephone back.
"""

from __future__ import annotations

from firmware.engine import calls, legs, recordings, targets
from firmware.engine.floor import agents
from firmware.engine.inside import holding, joining, ringing, sending
from firmware.engine.outside import trunks
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, ReleasedBy, Tone

BLIND_WITHIN_US = us(2.0)
"""Hanging up sooner after dialling counts as a blind transfer, later as a semi-attended one."""


def hung_up(turn: Turn, port: int) -> None:
    """The telephone of two calls (or of one on hold) is on-hook: its parties are joined, or it is called back."""
    now = turn.state.ports[port]
    active = turn.state.legs[now.leg]
    if not now.away:
        _recall(turn, active)
        return
    first = turn.state.legs[now.away]
    held, target = holding.held_by(turn, first), _target(turn, active)
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


def may_join(turn: Turn, port: int) -> bool:
    """Whether the parties of this telephone's two calls could be left to one another now."""
    now = turn.state.ports[port]
    if not (now.leg and now.away):
        return False
    first, active = turn.state.legs[now.away], turn.state.legs[now.leg]
    held, target = holding.held_by(turn, first), _target(turn, active)
    if held is None or first.knocked or active.knocked:
        return False
    if target is None:
        return bool(sending.service_of(turn, active))
    return not _two_outside(turn, held, target)


def _two_outside(turn: Turn, held: Leg, target: Leg) -> bool:
    """Both outside, and nobody allows that: no group, no forward of who was called, no rule for transfers."""
    call = turn.call_of(target)
    allowed = turn.plan.config.dial_plan.transfer_outside or call.diverted or call.hunt is not None
    return held.fxo and target.fxo and not allowed


def _target(turn: Turn, leg: Leg) -> Leg | None:
    """Who would take the held party over."""
    if leg.phase == Phase.TALKING:
        return holding.partner(turn, leg)
    if leg.phase in (Phase.CHOOSING, Phase.AWAY):
        return holding.held_by(turn, leg)
    if leg.phase == Phase.CALLING:
        return next((one for one in turn.legs_of(turn.call_of(leg)) if one.id != leg.id), None)
    return None


def _recall(turn: Turn, leg: Leg) -> None:
    """Nobody took the held party over: the telephone that left it rings."""
    call, held = turn.call_of(leg), holding.held_by(turn, leg)
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
        heard = trunks.may_be_heard(turn, call, target)
        turn.command(c.Hear(port=target.port, source=held.port if heard else -1))
