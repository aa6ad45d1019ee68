"""Three parties: the telephone that made it, the one it held, the one it consulted."""

from __future__ import annotations

from collections.abc import Sequence

from firmware.engine import calls, legs, recordings
from firmware.engine.inside import holding, transferring
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, ReleasedBy


def begin(turn: Turn, consult: Leg) -> None:
    """From a consultation: all three in the first call."""
    first = turn.state.legs.get(turn.state.ports[consult.port].away)
    held = holding.held_by(turn, first) if first else None
    target = holding.held_by(turn, consult)
    if first is None or held is None or target is None:
        holding.toggle(turn, consult)
        return
    if not transferring.older(turn, first, consult):
        first, consult, held, target = consult, first, target, held
    call, second = turn.call_of(first), turn.call_of(consult)
    turn.fact(f.HoldEnded(call.id, held.id))
    turn.fact(f.HoldEnded(second.id, target.id))
    recordings.stop(turn, target, "transferred")
    recordings.stop(turn, consult, "transferred")
    if turn.state.ports[first.port].leg != first.id:
        turn.fact(f.LegsSwapped(first.port))
    turn.fact(f.LegMoved(target.id, call.id))
    legs.let_go(turn, consult, Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    calls.close(turn, second, Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    _talk(turn, call, (first, held, target))


def _talk(turn: Turn, call: Call, members: tuple[Leg, ...]) -> None:
    """The tape is silent where the last to come is from outside and has not heard the announcement others heard."""
    for leg in members:
        if leg.play:
            turn.fact(f.PlayStopped(leg.id))
        turn.enter(leg, Phase.TALKING)
        turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))
    numbers = tuple(leg.id for leg in members)
    turn.fact(f.TalkBegan(call.id, numbers))
    turn.fact(f.ConferenceBegan(call.id, numbers))
    turn.command(c.Confer(port=members[0].port, members=tuple(leg.port for leg in members)))
    silent = bool(recordings.consent_of(turn, call)) and members[-1].fxo
    recordings.mark(turn, call, "paused" if silent else "conference")
    for leg in members:
        recordings.pause(turn, leg, silent)


def leave(turn: Turn, call: Call, leg: Leg, cause: Cause, by: ReleasedBy) -> None:
    """One of three goes; the two others talk on, unless they are both outside and may not be left alone."""
    one, other = (turn.state.legs[number] for number in call.conference if number != leg.id)
    taped = one.recording or other.recording
    same_two = call.conference[0] != leg.id and taped
    calls.part(turn, call)
    legs.let_go(turn, leg, cause, by)
    if one.fxo and other.fxo and not turn.plan.config.dial_plan.transfer_outside:
        calls.end(turn, call, cause, by)
    elif same_two:
        recordings.mark(turn, call, "resumed")
        for stays in (one, other):
            recordings.pause(turn, stays, False)
        holding.talk_again(turn, call, one, other)
    else:
        calls.join(turn, call, one, other)


def drop_last(turn: Turn, leg: Leg) -> None:
    """Flash of the telephone that made it: the party that came last goes."""
    call = turn.call_of(leg)
    if call.conference[0] == leg.id:
        last = turn.state.legs[call.conference[-1]]
        leave(turn, call, last, Cause.NORMAL_CLEARING, ReleasedBy.CALLER)


def mix(turn: Turn, members: Sequence[Leg]) -> None:
    """All these hear the sum of the others; players they heard are stopped by it."""
    for leg in members:
        if leg.play:
            turn.fact(f.PlayStopped(leg.id))
    turn.command(c.Confer(port=members[0].port, members=tuple(leg.port for leg in members)))
