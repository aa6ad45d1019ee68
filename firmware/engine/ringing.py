"""Calling a telephone of the house for somebody who waits: ringing, lifted, not lifted, picked up by another."""

from __future__ import annotations

from firmware.engine import agents, calls, joining, legs, queues, recordings, targets, telephones
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, LegRole, Presentation, ReleasedBy, Tone

RECALL_RING_S = 30.0
"""How long a telephone rings that left the configuration while it was being called."""


def call_telephone(turn: Turn, call: Call, waiting: Leg, number: str, cadence: str = "") -> None:
    """`waiting` hears ringback while the extension rings."""
    port = turn.plan.ports.get(number)
    if port is None or not queues.telephone_free(turn, port):
        cause = Cause.UNALLOCATED_NUMBER if port is None else Cause.USER_BUSY
        turn.fact(
            f.AttemptRefused(
                call.id, f"extension:{number}", "busy" if port is not None else "no-such-number", cause
            )
        )
        failed(turn, call, waiting, cause)
        return
    turn.enter(waiting, Phase.CALLING)
    recordings.cover(turn, waiting, "ringing")
    turn.play(waiting, "", c.ToneItem(Tone.RINGBACK))
    leg = legs.add(turn, call.id, port, LegRole.CALLED, number, agent=_agent_at(turn, number))
    turn.fact(f.LegAlerted(leg.id))
    if not turn.behind:  # else the report tells whether anybody still waits
        _bell(turn, call, waiting, port, cadence)
    turn.timer(f"ring:{leg.id}", turn.plan.telephones[port].ring_s)


def _bell(turn: Turn, call: Call, waiting: Leg, port: int, cadence: str = "") -> None:
    shown, name = _shown(turn, call, waiting)
    turn.command(c.Ring(port=port, number=shown, name=name, cadence=cadence or _cadence(call)))


def ring_on(turn: Turn, leg: Leg) -> None:
    """A telephone that should ring and does not."""
    call = turn.call_of(leg)
    waiting = waiting_in(turn, call) or turn.caller(call)
    if waiting is None or waiting.id == leg.id:
        turn.command(c.Ring(port=leg.port))
    else:
        _bell(turn, call, waiting, leg.port)


def _agent_at(turn: Turn, extension: str) -> str:
    agent = agents.at(turn, extension)
    return agent.id if agent else ""


def _cadence(call: Call) -> str:
    return "normal" if call.direction is Direction.INBOUND else "internal"


def _shown(turn: Turn, call: Call, waiting: Leg) -> tuple[str, str]:
    """What the called telephone's display says of who calls."""
    if not waiting.fxo:
        telephone = turn.plan.telephones.get(waiting.port)
        return waiting.party, telephone.name if telephone else ""
    if call.direction is Direction.INBOUND and call.presentation in (
        Presentation.PRIVATE,
        Presentation.UNAVAILABLE,
    ):
        return "", ""
    return call.number, call.name


def lifted(turn: Turn, leg: Leg) -> None:
    """A ringing telephone was lifted."""
    turn.clear(f"ring:{leg.id}")
    if leg.role is LegRole.AGENT:
        queues.answered(turn, leg)
    elif leg.role is LegRole.CALLER:
        turn.fact(f.LegAnswered(leg.id))
        telephones.dial_for(turn, leg)
    else:
        _called_lifted(turn, leg)


def _called_lifted(turn: Turn, leg: Leg) -> None:
    call = turn.call_of(leg)
    waiting = waiting_in(turn, call)
    turn.fact(f.LegAnswered(leg.id))
    if call.direction is not Direction.INBOUND and not call.answered:
        turn.fact(f.CallAnswered(call.id, "person"))
    agents.talks(turn, leg.party, call.id)
    if waiting is None:
        calls.end(turn, call, Cause.NORMAL_UNSPECIFIED, ReleasedBy.BOX, failed=True)
        return
    joining.begin(turn, call, waiting, leg)


def waiting_in(turn: Turn, call: Call) -> Leg | None:
    """The party for whom somebody is being called."""
    return next((leg for leg in turn.legs_of(call) if leg.phase == Phase.CALLING), None)


def not_lifted(turn: Turn, number: int) -> None:
    """Timer `ring`."""
    turn.clear(f"ring:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.ALERTING:
        give_up(turn, leg, Cause.NO_ANSWER)


def give_up(turn: Turn, leg: Leg, cause: Cause) -> None:
    """Stop ringing; whoever waits goes on elsewhere."""
    call = turn.call_of(leg)
    if leg.role is LegRole.CALLER:
        calls.end(turn, call, cause, ReleasedBy.BOX)
        return
    legs.let_go(turn, leg, cause, ReleasedBy.CALLED)
    waiting = waiting_in(turn, call)
    if waiting is not None:
        failed(turn, call, waiting, cause, leg.party)


def failed(turn: Turn, call: Call, waiting: Leg, cause: Cause, called: str = "") -> None:
    """Who was called is not to be had: fallback, the called one's mailbox, or a tone."""
    turn.quiet(waiting)
    mailbox = turn.plan.mailbox_of(turn.plan.extensions.get(called))
    if call.fallback or (waiting.fxo and call.direction is Direction.INBOUND):
        targets.fall_back(turn, call, waiting)
    elif mailbox is not None and cause in (Cause.NO_ANSWER, Cause.USER_BUSY):
        targets.go(turn, call, waiting, f"voicemail:{mailbox.id}")
    else:
        calls.end(turn, call, cause, ReleasedBy.CALLED)


def pick_up(turn: Turn, leg: Leg) -> bool:
    """`leg`'s telephone takes the direct call that has rung longest elsewhere."""
    ringing = [
        one
        for one in turn.state.legs.values()
        if one.phase == Phase.ALERTING and one.role is LegRole.CALLED and waiting_in(turn, turn.call_of(one))
    ]
    if not ringing:
        return False
    theirs = min(ringing, key=lambda one: (one.alerted_us, one.id))
    call, own = turn.call_of(theirs), turn.call_of(leg)
    port, party, agent = leg.port, leg.party, leg.agent
    legs.let_go(turn, theirs, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    turn.fact(f.LegReleased(leg.id, Cause.NORMAL_CLEARING, ReleasedBy.BOX))
    calls.close(turn, own, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    _called_lifted(turn, legs.add(turn, call.id, port, LegRole.CALLED, party, agent=agent))
    return True
