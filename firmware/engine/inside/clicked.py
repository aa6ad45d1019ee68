"""Telephones that ring because somebody clicked: lifted, they dial a number or go into an agent's call."""

from __future__ import annotations

from firmware.engine import calls, legs
from firmware.engine.floor import agents, supervising
from firmware.engine.inside import telephones
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, LegRole

WISH = ".clicked"
"""Variable of a call: what its telephone does when it is lifted, where that is not dialling; no flow can name it."""


def ring(turn: Turn, port: int, extension: str, number: str, wish: str = "", *, auto: bool = False) -> Call:
    """At a telephone that is free. `auto`: one with messages is asked to answer by itself, with its loudspeaker."""
    call = calls.begin(turn, Direction.INTERNAL, port, extension)
    seated = agents.at(turn, extension)
    leg = legs.add(turn, call.id, port, LegRole.CALLER, extension, agent=seated.id if seated else "")
    if wish:
        turn.fact(f.VariableSet(call.id, WISH, wish))
    turn.fact(f.DigitsKept(leg.id, number))
    cadence = "intercom" if auto and port in turn.plan.signalled else "recall"
    turn.fact(f.LegAlerted(leg.id, cadence))
    turn.command(c.Ring(port=port, number=number, cadence=cadence, call=leg.dialog))
    turn.timer(f"ring:{leg.id}", turn.plan.telephones[port].ring_s)
    return call


def hears_dial_tone(leg: Leg) -> bool:
    """Lifted by hand, nothing keyed yet."""
    return leg.phase == Phase.DIALLING and not leg.digits


def lifted(turn: Turn, leg: Leg) -> None:
    wish = turn.call_of(leg).variables.get(WISH, "")
    if wish:
        _watch(turn, leg, wish)
    else:
        telephones.dial_for(turn, leg)


def watch_wish(mode: str, watched: int, supervisor: str) -> str:
    return f"{mode}:{watched}:{supervisor}"


def _watch(turn: Turn, leg: Leg, wish: str) -> None:
    """The talk he wanted to follow may be over."""
    mode, watched, supervisor = wish.split(":", 2)
    found, agent = turn.state.legs.get(int(watched)), turn.plan.agents.get(supervisor)
    talks = found is not None and found.phase == Phase.TALKING
    if found is None or agent is None or not talks:
        calls.farewell(turn, leg, "nothing-to-monitor")
    elif not supervising.may_watch(agent, turn.call_of(found).queue):
        calls.farewell(turn, leg, "not-allowed")
    else:
        supervising.proceed(turn, leg, agent, found, mode)
