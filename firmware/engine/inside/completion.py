"""Call-back on busy: when both telephones are free the one that asked rings; lifted, it calls the other.

Bounded in number and time. A telephone that does not lift has had its chance.
"""

from __future__ import annotations

from firmware.engine import calls, legs
from firmware.engine.floor import agents, queues
from firmware.engine.state import Leg
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, LegRole

SETTLE_S = 2.0
"""Nobody is rung in the moment he has put down: at most this long after the first telephone came free."""
RING_S = 20.0
TIMER = "completion"


def busy_met(turn: Turn, waiting: Leg, number: str) -> None:
    """A telephone of the house called one that is in use."""
    if not waiting.fxo:
        turn.fact(f.BusyMet(waiting.party, number))


def want(turn: Turn, leg: Leg, argument: str) -> None:
    """The feature code: for the extension that was busy last."""
    del argument
    keyed, rules = turn.state.keyed.get(leg.party), turn.plan.config.switchboard
    number = keyed.busy if keyed is not None else ""
    own = [one for one in turn.state.completions if one.extension == leg.party]
    if number not in turn.plan.ports or len(own) >= rules.completions:
        calls.farewell(turn, leg, "callback-not-possible")
        return
    if any(one.number == number for one in own):
        turn.fact(f.CompletionOver(leg.party, number, "cancelled"))
    turn.fact(f.CompletionWanted(leg.party, number, turn.at_us + us(rules.completion_s)))
    turn.telephones_moved = True
    calls.farewell(turn, leg, "callback-set")


def cancel(turn: Turn, leg: Leg, argument: str) -> None:
    del argument
    own = [one for one in turn.state.completions if one.extension == leg.party]
    for one in own:
        turn.fact(f.CompletionOver(one.extension, one.number, "cancelled"))
    calls.farewell(turn, leg, "callback-cancelled")


def look_soon(turn: Turn) -> None:
    """Before a turn ends in which a telephone came free."""
    if turn.state.completions and TIMER not in turn.state.timers:  # on a busy box it would never come due
        turn.timer(TIMER, SETTLE_S)


def due(turn: Turn) -> None:
    """Timer `completion`: whoever can be called back now is."""
    turn.clear(TIMER)
    for one in list(turn.state.completions):
        if one.until_us <= turn.at_us or not {one.extension, one.number} <= turn.plan.ports.keys():
            turn.fact(f.CompletionOver(one.extension, one.number, "lapsed"))
        elif _free(turn, one.extension) and _free(turn, one.number):
            turn.fact(f.CompletionOver(one.extension, one.number, "called"))
            _ring_back(turn, one.extension, one.number)


def _free(turn: Turn, extension: str) -> bool:
    return queues.telephone_free(turn, turn.plan.ports[extension])


def _ring_back(turn: Turn, extension: str, number: str) -> None:
    """As click-to-dial: lifted, the telephone dials what is kept for it."""
    port = turn.plan.ports[extension]
    call = calls.begin(turn, Direction.INTERNAL, port, extension)
    seated = agents.at(turn, extension)
    leg = legs.add(turn, call.id, port, LegRole.CALLER, extension, agent=seated.id if seated else "")
    turn.fact(f.DigitsKept(leg.id, number))
    turn.fact(f.LegAlerted(leg.id, "recall"))
    turn.command(c.Ring(port=port, number=number, cadence="recall", call=leg.dialog))
    turn.timer(f"ring:{leg.id}", RING_S)
