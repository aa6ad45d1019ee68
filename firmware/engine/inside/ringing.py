"""Calling a telephone of the house for somebody who waits: ringing, lifted, not lifted.

Before it rings its forwards are looked at (`forwarding`); while it is in use a call may knock (`call_waiting`). Calls
that come back to who sent them away, and intercom calls, ring there or nowhere.
"""

from __future__ import annotations

from firmware.engine import calls, legs, recordings, targets
from firmware.engine.floor import agents, offering, queues
from firmware.engine.inside import call_waiting, clicked, completion, forwarding, hunting, joining, paging
from firmware.engine.inside import state as pbx_state
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, LegRole, Presentation, ReleasedBy, Tone

RECALL_RING_S = 30.0
"""How long a telephone rings that left the configuration while it was being called."""
RECALL, INTERCOM = "recall", "intercom"
OWN = (RECALL, INTERCOM)
"""Cadences of calls that are for this telephone alone."""
INTERCOM_RING_S = 15.0


def call_telephone(turn: Turn, call: Call, waiting: Leg, number: str, cadence: str = "") -> None:
    """`waiting` hears ringback while the extension rings, or goes where its forward leads."""
    port, own = turn.plan.ports.get(number), cadence in OWN
    if port is None:
        turn.fact(_refusal(call, number, "no-such-number", Cause.UNALLOCATED_NUMBER))
        failed(turn, call, waiting, Cause.UNALLOCATED_NUMBER)
        return
    if not own and forwarding.divert(turn, call, waiting, number, "always"):
        return
    reason = _not_now(turn, port, number, cadence)
    if not reason:
        _ring_alone(turn, call, waiting, number, cadence)
        return
    if reason == "busy" and not own and call_waiting.may_knock(turn, port):
        call_waiting.knock(turn, call, waiting, number)
        return
    if reason == "busy":
        completion.busy_met(turn, waiting, number)
    cause = Cause.DESTINATION_OUT_OF_ORDER if reason == "out-of-order" else Cause.USER_BUSY
    turn.fact(_refusal(call, number, reason, cause))
    failed(turn, call, waiting, cause, "" if own else number)


def _refusal(call: Call, number: str, reason: str, cause: Cause) -> f.AttemptRefused:
    return f.AttemptRefused(call.id, f"extension:{number}", reason, cause)


def _not_now(turn: Turn, port: int, number: str, cadence: str) -> str:
    """Why the telephone cannot ring; empty when it can."""
    if turn.state.port(port).alarm:
        return "out-of-order"
    if cadence != RECALL and pbx_state.undisturbed(turn, number):
        return "do-not-disturb"
    return "" if queues.telephone_free(turn, port) else "busy"


def _ring_alone(turn: Turn, call: Call, waiting: Leg, number: str, cadence: str) -> None:
    telephone = turn.plan.extensions[number]
    if cadence not in OWN and hunting.follow(turn, call, waiting, telephone):
        return
    turn.enter(waiting, Phase.CALLING)
    recordings.cover(turn, waiting, "ringing")
    turn.play(waiting, "", c.ToneItem(Tone.RINGBACK))
    leg = ring(turn, call, waiting, number, cadence)
    turn.timer(f"ring:{leg.id}", INTERCOM_RING_S if cadence == INTERCOM else telephone.ring_s)


def ring(turn: Turn, call: Call, waiting: Leg, number: str, cadence: str = "") -> Leg:
    """The telephone rings for `waiting`, without a limit of time."""
    port = turn.plan.ports[number]
    leg = legs.add(turn, call.id, port, LegRole.CALLED, number, agent=agent_at(turn, number))
    turn.fact(f.LegAlerted(leg.id, cadence))
    if not turn.behind:  # else the report tells whether anybody still waits
        bell(turn, call, waiting, leg)
    return leg


def bell(turn: Turn, call: Call, waiting: Leg, leg: Leg) -> None:
    shown, name = _shown(turn, call, waiting)
    knocks, cadence = leg.phase == Phase.KNOCKING, leg.cadence or _cadence(call)
    turn.command(
        c.Ring(port=leg.port, number=shown, name=name, cadence=cadence, call=leg.dialog, knocks=knocks)
    )


def ring_on(turn: Turn, leg: Leg) -> None:
    """A telephone that should ring and does not."""
    call = turn.call_of(leg)
    waiting = waiting_in(turn, call) or turn.served(call)
    if waiting is None or waiting.id == leg.id:
        turn.command(c.Ring(port=leg.port, number=call.number if call.callback else "", call=leg.dialog))
    else:
        bell(turn, call, waiting, leg)


def agent_at(turn: Turn, extension: str) -> str:
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
        return "", call.shown
    return call.number, call.shown or call.name


def lifted(turn: Turn, leg: Leg) -> None:
    """A ringing telephone was lifted, or went over to a call that knocked."""
    turn.clear(f"ring:{leg.id}")
    if leg.role is LegRole.AGENT:
        offering.answered(turn, leg)
    elif leg.role is LegRole.CALLER:
        turn.fact(f.LegAnswered(leg.id))
        clicked.lifted(turn, leg)
    elif turn.call_of(leg).paging:
        paging.joins(turn, leg)
    else:
        called_lifted(turn, leg)


def called_lifted(turn: Turn, leg: Leg) -> None:
    """Whoever waits talks to `leg` from now on; nobody else rings for him any more."""
    call = turn.call_of(leg)
    waiting = waiting_in(turn, call)
    turn.fact(f.LegAnswered(leg.id))
    hunting.taken(turn, call, leg)
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
    if leg is not None and leg.phase in (Phase.ALERTING, Phase.KNOCKING):
        give_up(turn, leg, Cause.NO_ANSWER)


def give_up(turn: Turn, leg: Leg, cause: Cause) -> None:
    """Stop ringing; whoever waits goes on elsewhere, when nobody else rings for him."""
    call = turn.call_of(leg)
    if leg.role is LegRole.CALLER:
        calls.end(turn, call, cause, ReleasedBy.BOX)
        return
    called = "" if leg.cadence in OWN else leg.party
    legs.let_go(turn, leg, cause, ReleasedBy.CALLED)
    waiting = waiting_in(turn, call)
    if waiting is not None:
        failed(turn, call, waiting, cause, called)


def _for_busy(target: str, cause: Cause) -> str:
    """A mailbox has a greeting of its own for calls that found its telephone in use."""
    return f"{target}/busy" if cause is Cause.USER_BUSY and target.startswith("voicemail:") else target


def failed(turn: Turn, call: Call, waiting: Leg, cause: Cause, called: str = "") -> None:
    """Who was called is not to be had: others, his forward, the fallback, a mailbox, or a tone.

    The mailbox is that of whoever was called first, before anybody sent the call on.
    """
    if call.hunt is not None:
        hunting.one_less(turn, call, waiting, cause)
        return
    turn.quiet(waiting)
    why = forwarding.WHY.get(cause)
    if called and why and forwarding.divert(turn, call, waiting, called, why):
        return
    mailbox = turn.plan.mailbox_of(turn.plan.extensions.get(call.diverted[0] if call.diverted else called))
    forwarding.forget(turn, call)
    if call.fallback:
        if (target := _for_busy(call.fallback, cause)) != call.fallback:
            turn.fact(f.FallbackSet(call.id, target))
        if call.fallback.startswith("node:"):
            turn.fact(f.FlowTargetFailed(call.id, why or "failed"))
        targets.fall_back(turn, call, waiting)
    elif mailbox is not None and why:
        targets.go(turn, call, waiting, _for_busy(f"voicemail:{mailbox.id}", cause))
    elif waiting.fxo and call.direction is Direction.INBOUND:
        targets.fall_back(turn, call, waiting)
    else:
        calls.end(turn, call, cause, ReleasedBy.CALLED)
