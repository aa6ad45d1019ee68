"""A telephone's own calls by order: answered, declined, held, taken up again, swapped, joined, ended."""

from __future__ import annotations

from firmware.engine import calls
from firmware.engine.floor import missing, offering
from firmware.engine.inside import call_waiting, conference, holding, ringing, transferring
from firmware.engine.ordered import own
from firmware.engine.ordered.own import Refused
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause, LegRole, ReleasedBy
from firmware.protocol.refusals import Refusal

RINGS = (Phase.ALERTING, Phase.KNOCKING)


def answer(turn: Turn, given: i.CallOrder) -> None:
    """Goes over to the call that knocks at an analog telephone, as its flash key does.

    What rings cannot be answered from outside: a handset is lifted by hand, and nobody can answer an INVITE for the
    telephone that has it. (A call that the box itself begins may ask for it: `dial` with `auto`.)
    """
    leg = own.leg_of(turn, given)
    now = turn.state.port(leg.port)
    if not now.knocks and leg.phase != Phase.ALERTING:
        raise Refused(Refusal.NOT_RINGING)
    if not now.knocks or leg.port in turn.plan.signalled:
        raise Refused(Refusal.NOT_POSSIBLE)
    own.alone(turn, leg)
    call_waiting.take(turn, leg.port)


def decline(turn: Turn, given: i.CallOrder) -> None:
    """Stops the ringing: an offered call goes on to another agent, any other call as if this telephone were busy."""
    leg = own.leg_of(turn, given)
    if leg.phase not in RINGS and not given.leg:
        knocks = call_waiting.knocking(turn, leg.port)
        leg = knocks if knocks is not None and given.call in (0, knocks.call) else leg
    if leg.phase not in RINGS:
        raise Refused(Refusal.NOT_RINGING)
    _decline(turn, leg)


def _decline(turn: Turn, leg: Leg) -> None:
    if leg.role is not LegRole.AGENT:
        ringing.give_up(turn, leg, Cause.USER_BUSY)
        return
    queue, agent = offering.queue_of(turn, turn.call_of(leg)), leg.agent
    offering.withdraw(turn, leg, "declined")
    missing.leave_alone(turn, queue, agent)
    turn.dispatch = True


def hold(turn: Turn, given: i.CallOrder) -> None:
    leg = own.leg_of(turn, given)
    own.alone(turn, leg)
    own.partner(turn, leg)
    own.put_aside(turn, leg)
    turn.command(c.Hear(port=leg.port, source=-1))


def resume(turn: Turn, given: i.CallOrder) -> None:
    """Back to the party on hold. A second call that does not talk yet is given up for it, one that does waits."""
    leg = own.leg_of(turn, given)
    now = turn.state.port(leg.port)
    active = turn.leg_at(leg.port)
    if now.away and active is not None and leg.phase != Phase.AWAY:
        leg = turn.state.legs[now.away] if not given.leg and not given.call else leg
    if leg.phase != Phase.AWAY:
        raise Refused(Refusal.NOT_HELD)
    if active is None or leg is active:
        _take_up(turn, leg)
    elif active.phase in (Phase.TALKING, Phase.AWAY):
        _swap(turn, active, leg)
    else:
        _give_up_for(turn, active, leg)


def _take_up(turn: Turn, leg: Leg) -> None:
    if own.holds_itself(turn, leg):
        raise Refused(Refusal.NOT_POSSIBLE)
    holding.retrieve(turn, leg)


def _give_up_for(turn: Turn, active: Leg, aside: Leg) -> None:
    follow_sound(turn, active, aside)
    calls.end(turn, turn.call_of(active), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    if aside.id in turn.state.legs and aside.phase == Phase.AWAY:
        holding.retrieve(turn, aside)


def swap(turn: Turn, given: i.CallOrder) -> None:
    """To the party on hold; the present one is on hold from now on."""
    active, aside = own.two(turn, given)
    _swap(turn, active, aside)


def _swap(turn: Turn, active: Leg, aside: Leg) -> None:
    if own.holds_itself(turn, active):
        raise Refused(Refusal.NOT_POSSIBLE)
    if active.phase != Phase.AWAY:
        holding.hold(turn, turn.call_of(active), own.partner(turn, active), active)
    follow_sound(turn, active, aside)
    holding.toggle(turn, active)
    if active.id in turn.state.legs and active.phase == Phase.AWAY:
        turn.fact(f.AsideOrdered(active.id))


def follow_sound(turn: Turn, active: Leg, other: Leg) -> None:
    """`other` has the telephone's call that is in use, whose sound is heard there, and `active` has the other one."""
    if active.port not in turn.plan.signalled or active.dialog == other.dialog:
        return
    in_use, aside = active.dialog, other.dialog
    turn.fact(f.DialogTaken(other.id, in_use))
    turn.fact(f.DialogTaken(active.id, aside))


def hang_up(turn: Turn, given: i.CallOrder) -> None:
    """This telephone leaves; a conference and a caller who is asked something go on, any other call ends."""
    leg = own.leg_of(turn, given)
    if leg.phase in RINGS:
        _decline(turn, leg)
    else:
        calls.left(turn, leg)


def complete(turn: Turn, given: i.CallOrder) -> None:
    """The parties of both calls talk, or will: as when an analog telephone is put down."""
    active, _ = own.two(turn, given)
    if not transferring.may_join(turn, active.port):
        raise Refused(Refusal.NOT_POSSIBLE)
    transferring.hung_up(turn, active.port)


def confer(turn: Turn, given: i.CallOrder) -> None:
    """All three together."""
    active, aside = own.two(turn, given)
    if own.holds_itself(turn, active) or holding.held_by(turn, aside) is None:
        raise Refused(Refusal.NOT_POSSIBLE)
    other = own.party(turn, active)
    if active.phase != Phase.AWAY:
        holding.hold(turn, turn.call_of(active), other, active)
    if transferring.older(turn, aside, active):
        follow_sound(turn, active, aside)
    turn.enter(active, Phase.CHOOSING)
    conference.begin(turn, active)


def drop_last(turn: Turn, given: i.CallOrder) -> None:
    """Of a conference: the party that came last goes."""
    leg = own.leg_of(turn, given)
    members = turn.call_of(leg).conference
    if not members or members[0] != leg.id:
        raise Refused(Refusal.NOT_POSSIBLE)
    conference.drop_last(turn, leg)
