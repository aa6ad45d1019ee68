"""Parked calls: they wait with music in a slot till any telephone takes them, or come back to who parked them."""

from __future__ import annotations

from firmware.engine import calls, legs, prompts, recordings, targets
from firmware.engine.floor import agents
from firmware.engine.inside import holding, joining, music, pickup
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause


def park(turn: Turn, leg: Leg, argument: str) -> None:
    """After flash: who is held goes to slot `argument`, or to the first that is free, which is said."""
    first = turn.state.legs.get(turn.state.ports[leg.port].away)
    held = holding.held_by(turn, first) if first is not None else None
    slot = argument or next(
        (one for one in turn.plan.config.switchboard.park_slots if is_free(turn, one)), ""
    )
    if first is None or held is None:
        calls.farewell(turn, leg, "nothing-to-park")
    elif not slot:
        calls.farewell(turn, leg, "park-full")
    else:
        leave(turn, first, held)
        put(turn, turn.call_of(held), held, slot, leg.party)
        calls.farewell(turn, leg, "parked-at", *prompts.digits(slot))


def is_free(turn: Turn, slot: str) -> bool:
    return parked_in(turn, slot) is None


def parked_in(turn: Turn, slot: str) -> Leg | None:
    return next(
        (
            leg
            for leg in turn.state.legs.values()
            if leg.phase == Phase.PARKED and turn.call_of(leg).slot == slot
        ),
        None,
    )


def leave(turn: Turn, first: Leg, held: Leg) -> None:
    """The telephone's part in the held party's call is over."""
    turn.fact(f.HoldEnded(held.call, held.id))
    recordings.stop(turn, held, "transferred")
    legs.let_go(turn, first, Cause.NORMAL_CLEARING, calls.side_of(first))


def put(turn: Turn, call: Call, leg: Leg, slot: str, by: str) -> None:
    turn.fact(f.CallParked(call.id, leg.id, slot, by))
    turn.fact(f.FallbackSet(call.id, ""))
    turn.enter(leg, Phase.PARKED)
    recordings.cover(turn, leg, "parked")
    turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))
    turn.play(leg, "", music.parked(turn, call, leg))
    turn.timer(f"parked:{leg.id}", turn.plan.config.switchboard.park_recall_s)


def retrieve(turn: Turn, leg: Leg, slot: str) -> None:
    """Takes what is parked in `slot`; where nothing is and somebody is held, he is parked there."""
    parked, away = parked_in(turn, slot), turn.state.ports[leg.port].away
    if parked is not None:
        _take(turn, leg, parked, slot)
    elif away and slot in turn.plan.config.switchboard.park_slots:
        park(turn, leg, slot)
    else:
        calls.farewell(turn, leg, "nothing-parked")


def _take(turn: Turn, leg: Leg, parked: Leg, slot: str) -> None:
    call, by = turn.call_of(parked), leg.party
    taking = pickup.take_over(turn, leg, call.id)
    turn.fact(f.CallUnparked(call.id, parked.id, slot, by, "retrieved"))
    turn.fact(f.LegAnswered(taking.id))
    agents.talks(turn, by, call.id)
    turn.quiet(parked)
    joining.begin(turn, call, parked, taking)


def too_long(turn: Turn, number: int) -> None:
    """Timer `parked`: back to who parked it; not taken there, on to `recall_to`, or into its slot again."""
    turn.clear(f"parked:{number}")
    leg = turn.state.legs.get(number)
    if leg is None or leg.phase != Phase.PARKED:
        return
    call = turn.call_of(leg)
    slot, by = call.slot, call.parked_by
    turn.fact(f.CallUnparked(call.id, leg.id, slot, by, "recall"))
    turn.quiet(leg)
    back = turn.plan.config.switchboard.recall_to or f"slot:{slot}"
    targets.recall(turn, call, leg, by, back)


def again(turn: Turn, call: Call, leg: Leg, slot: str) -> None:
    """Not taken back: into its slot, or another one."""
    slot = (
        slot
        if is_free(turn, slot)
        else next((one for one in turn.plan.config.switchboard.park_slots if is_free(turn, one)), "")
    )
    if slot:
        put(turn, call, leg, slot, call.parked_by)
    else:
        targets.go(turn, call, leg, "")
