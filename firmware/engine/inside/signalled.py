"""Telephones with messages (SIP): hold, second calls, transfer and conference as they ask for them, and calls that end.

Such a telephone has calls of its own, dialogs. A leg takes one up when it comes to the port; a dialog that no leg has
any more is ended (`settle`). What a flash and what follows it mean on copper is in `holding` and `transferring`, whose
rules these share.
"""

from __future__ import annotations

from firmware.engine import calls, legs
from firmware.engine.dialling import classes
from firmware.engine.dialling.dialplan import Match, MatchKind
from firmware.engine.floor import missing, offering
from firmware.engine.inside import (
    call_waiting,
    conference,
    forwarding,
    holding,
    ringing,
    telephones,
    transferring,
)
from firmware.engine.outside import unusual
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy, named_cause

DECLINED = int(Cause.CALL_REJECTED)
ABSENT = 20
"""Q.850 subscriber absent: nothing is registered there, or it cannot be reached."""
TRANSFERABLE = (MatchKind.EXTENSION, MatchKind.TARGET, MatchKind.OUTSIDE)


def leg_with(turn: Turn, port: int, dialog: int) -> Leg | None:
    """The leg at a port that has this dialog."""
    now = turn.state.port(port)
    found = (turn.state.legs[one] for one in (now.leg, now.away, now.knocks) if one)
    return next((leg for leg in found if leg.dialog == dialog), None)


def settle(turn: Turn) -> None:
    """Dialogs that no leg has any more are over."""
    for port, cause in turn.parted.items():
        now = turn.state.ports[port]
        used = {turn.state.legs[one].dialog for one in (now.leg, now.away, now.knocks) if one}
        for dialog in [one for one in now.dialogs if one not in used]:
            turn.command(c.Disconnect(port=port, call=dialog, cause=int(cause)))
            turn.fact(f.DialogEnded(port, dialog))
    turn.parted.clear()


def knows_nothing(turn: Turn, port: int) -> bool:
    """Its two calls, or the one on hold, were ordered: put down it does what an analog telephone does."""
    now, leg = turn.state.port(port), turn.leg_at(port)
    if leg is None or port not in turn.plan.signalled:
        return False
    if not now.away:
        return leg.ordered
    return turn.state.legs[now.away].dialog == leg.dialog


def refused(turn: Turn, event: e.RingRefused) -> None:
    """Declined, or not to be reached: as nobody who lifts."""
    leg = leg_with(turn, event.port, event.call)
    if leg is None or leg.phase not in (Phase.ALERTING, Phase.KNOCKING):
        return
    if leg.role is LegRole.AGENT:
        _not_served(turn, leg, event.cause)
    else:
        ringing.give_up(turn, leg, named_cause(event.cause, Cause.NO_USER_RESPONDING))


def _not_served(turn: Turn, leg: Leg, cause: int) -> None:
    """An agent's telephone refused at once; it is not asked again as soon as it has."""
    queue, agent = offering.queue_of(turn, turn.call_of(leg)), leg.agent
    is_away = cause == ABSENT
    offering.withdraw(turn, leg, "no-telephone" if is_away else "no-answer")
    if is_away or queue.retry_missed_s < missing.LEAST_S:
        missing.leave_alone(turn, queue, agent)
    turn.dispatch = True


def diverted(turn: Turn, event: e.RingDiverted) -> None:
    """It sends its call on, as a forward would; calls that are for it alone, and an agent's, are declined by that."""
    leg = leg_with(turn, event.port, event.call)
    if leg is None or leg.phase not in (Phase.ALERTING, Phase.KNOCKING):
        return
    call = turn.call_of(leg)
    waiting = ringing.waiting_in(turn, call)
    own = leg.role is not LegRole.CALLED or leg.cadence in ringing.OWN or call.hunt is not None
    if own or waiting is None or not event.number:
        refused(turn, e.RingRefused(port=event.port, at_us=event.at_us, call=event.call, cause=DECLINED))
        return
    extension = leg.party
    legs.let_go(turn, leg, Cause.NORMAL_CLEARING, ReleasedBy.CALLED)
    turn.quiet(waiting)
    if not forwarding.send_on(turn, call, waiting, (extension, event.number), forwarding.BY_TELEPHONE):
        ringing.failed(turn, call, waiting, Cause.CALL_REJECTED, extension)


def crossed(turn: Turn, event: e.TelephoneSeized) -> None:
    """It calls in the moment it is called: it has not answered that."""
    leg = turn.leg_at(event.port)
    if leg is not None and leg.phase == Phase.ALERTING and leg.dialog != event.call:
        busy = int(Cause.USER_BUSY)
        refused(turn, e.RingRefused(port=event.port, at_us=event.at_us, call=leg.dialog, cause=busy))


# -- two calls ------------------------------------------------------------------------------------------


def holds(turn: Turn, event: e.HoldAsked) -> None:
    """Only a talk of two is held; in a menu, a queue or a conference the others go on as they are."""
    leg = leg_with(turn, event.port, event.call)
    other = holding.partner(turn, leg) if leg is not None and leg.phase == Phase.TALKING else None
    if leg is None or other is None or turn.state.port(other.port).away:
        return
    holding.hold(turn, turn.call_of(leg), other, leg)
    turn.enter(leg, Phase.AWAY)
    turn.command(c.Hear(port=leg.port, source=-1))


def retrieves(turn: Turn, event: e.RetrieveAsked) -> None:
    leg, now = leg_with(turn, event.port, event.call), turn.state.port(event.port)
    if leg is None:
        return
    active = turn.leg_at(event.port)
    if leg.id == now.away and active is not None and active.phase != Phase.AWAY:
        # It cannot wait aside. As after a flash.
        calls.end(turn, turn.call_of(active), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    if leg.id == now.away:
        turn.fact(f.LegsSwapped(event.port))
    if leg.phase == Phase.AWAY:
        holding.retrieve(turn, leg)


def consults(turn: Turn, event: e.ConsultationBegan) -> None:
    """A second call; where the first could not be put aside there is none, or it ends for one for help."""
    turn.fact(f.DialogBegan(event.port, event.call))
    leg, now = turn.leg_at(event.port), turn.state.port(event.port)
    if leg is None:
        telephones.own_call(turn, event.port)
    elif leg.phase == Phase.AWAY and not now.away:
        telephones.own_call(turn, event.port, LegRole.CONSULT)
    elif event.urgent:
        calls.left(turn, leg)
        telephones.own_call(turn, event.port)
    else:
        turn.parted[event.port] = Cause.USER_BUSY


def hung_up_one(turn: Turn, event: e.ConsultationEnded) -> None:
    """One of two; the other stays on hold till it is retrieved."""
    turn.fact(f.DialogEnded(event.port, event.call))
    leg = leg_with(turn, event.port, event.call)
    if leg is not None:
        calls.left(turn, leg)


def took_knock(turn: Turn, event: e.KnockAnswered) -> None:
    turn.fact(f.DialogBegan(event.port, event.call))
    call_waiting.taken(turn, event.port)


def confers(turn: Turn, event: e.ConferenceAsked) -> None:
    leg, now = turn.leg_at(event.port), turn.state.port(event.port)
    other = holding.partner(turn, leg) if leg is not None and leg.phase == Phase.TALKING else None
    if leg is None or other is None or not now.away:
        return
    holding.hold(turn, turn.call_of(leg), other, leg)
    turn.enter(leg, Phase.CHOOSING)
    conference.begin(turn, leg)


# -- transfer -------------------------------------------------------------------------------------------


def transfers(turn: Turn, event: e.TransferAsked) -> None:
    leg = leg_with(turn, event.port, event.call)
    cause = Cause.CALL_REJECTED if leg is None else _hindrance(turn, leg, event.number)
    if leg is not None and cause is None and event.number:
        cause = to_number(turn, leg, turn.plan.dial_tree.settle(event.number))
    elif leg is not None and cause is None:
        transferring.hung_up(turn, event.port)
    turn.command(c.TellTransfer(port=event.port, call=event.call, cause=int(cause or 0)))


def _hindrance(turn: Turn, leg: Leg, number: str) -> Cause | None:
    """Why this transfer is not made; None when it is."""
    if not number:
        return None if transferring.may_join(turn, leg.port) else Cause.CALL_REJECTED
    match = turn.plan.dial_tree.settle(number)
    if match.kind not in TRANSFERABLE:
        return Cause.UNALLOCATED_NUMBER if match.kind is MatchKind.INVALID else Cause.CALL_REJECTED
    party = _party(turn, leg)
    if party is None or turn.state.port(leg.port).away:
        return Cause.CALL_REJECTED
    if match.kind is not MatchKind.OUTSIDE:
        return None
    outside = party.fxo and not turn.plan.config.dial_plan.transfer_outside
    if not outside and classes.allowed(turn, leg.party, match.number):
        return None
    turn.fact(
        f.AttemptRefused(leg.call, f"transfer:{match.number}", classes.NOT_ALLOWED, Cause.CALL_REJECTED)
    )
    unusual.refused(turn, leg.call, leg.party)
    return Cause.CALL_REJECTED


def _party(turn: Turn, leg: Leg) -> Leg | None:
    if leg.phase == Phase.TALKING:
        return holding.partner(turn, leg)
    return holding.held_by(turn, leg) if leg.phase == Phase.AWAY else None


def to_number(turn: Turn, leg: Leg, match: Match) -> Cause | None:
    """As if the telephone had consulted that number and hung up at once; else why not, and all is as before."""
    party, talks = _party(turn, leg), leg.phase == Phase.TALKING
    if leg.phase == Phase.TALKING and party is not None:
        holding.hold(turn, turn.call_of(leg), party, leg)
        turn.enter(leg, Phase.AWAY)
    consult = telephones.own_call(turn, leg.port, LegRole.CONSULT)
    telephones.follow_now(turn, consult, match)
    if transferring.may_join(turn, leg.port):
        transferring.hung_up(turn, leg.port)
        return None
    if consult.id in turn.state.legs:
        calls.end(turn, turn.call_of(consult), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    if talks:
        holding.retrieve(turn, leg)
    return Cause.USER_BUSY
