"""A state put together from a damaged journal made whole again: nothing in it refers to what is lost.

What the wires know better is found by the report that follows (`firmware.engine.reconcile`).
"""

from __future__ import annotations

from firmware.engine.acd.state import Waiting
from firmware.engine.apply.calls import CALL_TIMERS, LEG_TIMERS
from firmware.engine.state import Call, State
from firmware.protocol.names import AgentState

BUSY = (AgentState.RINGING, AgentState.TALKING)


def mend(state: State) -> None:
    """On a whole state it changes nothing."""
    _legs(state)
    _calls(state)
    _ports(state)
    _queues(state)
    _agents(state)
    _recordings(state)
    _floor(state)
    _timers(state)


def _legs(state: State) -> None:
    """A leg belongs to a call that knows it and to a port that leads to it."""
    for number, leg in list(state.legs.items()):
        call, port = state.calls.get(leg.call), state.port(leg.port)
        if call is None or number not in call.legs or number not in (port.leg, port.away, port.knocks):
            del state.legs[number]


def _calls(state: State) -> None:
    for number, call in list(state.calls.items()):
        call.legs = _known(state, call, call.legs)
        if not call.legs:
            del state.calls[number]
            continue
        call.talk = _known(state, call, call.talk)
        call.conference = _known(state, call, call.conference)
        call.held_by = {
            held: by for held, by in call.held_by.items() if held in state.legs and by in state.legs
        }


def _known(state: State, call: Call, legs: list[int]) -> list[int]:
    return [leg for leg in legs if leg in state.legs and state.legs[leg].call == call.id]


def _ports(state: State) -> None:
    for port in state.ports.values():
        port.leg = port.leg if port.leg in state.legs else 0
        port.away = port.away if port.away in state.legs else 0
        port.knocks = port.knocks if port.knocks in state.legs else 0


def _queues(state: State) -> None:
    waiting = state.acd.calls
    callbacks = state.floor.callbacks
    for number in list(waiting):
        known = -number in callbacks if number < 0 else number in state.calls and state.calls[number].waits
        if not known:
            del waiting[number]
    for call in state.calls.values():
        if call.waits and call.id not in waiting:
            state.acd.sequence += 1
            waiting[call.id] = Waiting(call.id, call.queue, 0, call.began_us, state.acd.sequence)


def _agents(state: State) -> None:
    """Who was busy with a call nobody knows any more is free, unless he went on in another one."""
    standings = state.acd.agents
    in_calls = {leg.agent for leg in state.legs.values()}
    for agent in state.agents.values():
        if agent.state in BUSY and agent.call not in state.calls and agent.id not in in_calls:
            agent.call, agent.state, agent.reason = 0, AgentState.READY, ""
        if (standing := standings.get(agent.id)) is not None:
            standing.state = agent.state
    for name, standing in standings.items():
        offer = state.acd.calls.get(standing.offered)
        if offer is None or name not in offer.offered:
            standing.offered = 0
    for offer in state.acd.calls.values():
        offer.offered = [
            one for one in offer.offered if one in standings and standings[one].offered == offer.call
        ]


def _recordings(state: State) -> None:
    for name, taping in list(state.recordings.items()):
        if not taping.ended and (taping.call not in state.calls or taping.leg not in state.legs):
            del state.recordings[name]
    for leg in state.legs.values():
        if leg.recording not in state.recordings:
            leg.recording = ""


def _floor(state: State) -> None:
    floor = state.floor
    floor.watches = {
        leg: one for leg, one in floor.watches.items() if leg in state.legs and one.call in state.calls
    }
    for one in floor.callbacks.values():
        if one.attempt not in state.calls:
            one.attempt = 0
        state.timers.setdefault(f"callback:{one.id}", max(one.until_us, state.at_us))


def _timers(state: State) -> None:
    for name in list(state.timers):
        kind, _, what = name.partition(":")
        lost = (
            (kind in LEG_TIMERS and int(what) not in state.legs)
            or (kind in CALL_TIMERS and int(what) not in state.calls)
            or (kind in ("wrap", "pause") and what not in state.agents)
            or (kind == "callback" and int(what) not in state.floor.callbacks)
        )
        if lost:
            del state.timers[name]
