"""The engine's state as people and programs see it from outside."""

from __future__ import annotations

from firmware.engine.engine import Engine
from firmware.engine.essence import queue_positions
from firmware.engine.state import SCHEMA, AgentNow, Call, Leg, State
from firmware.protocol.order_format import MOST_TIMERS, AgentView, CallView, LegView, StateView
from firmware.version import VERSION


def state_view(
    engine: Engine, request: int, *, now_us: int, link_up: bool, gap_us: int, alarms: tuple[str, ...]
) -> StateView:
    state = engine.state
    timers = sorted(state.timers.items(), key=lambda timer: (timer[1], timer[0]))
    positions = queue_positions(state)
    return StateView(
        request,
        state.box,
        state.epoch,
        state.number,
        state.at_us,
        now_us,
        VERSION,
        SCHEMA,
        state.config_version,
        link_up,
        tuple(_call(state, call, positions.get(call.id, 0)) for call in state.calls.values()),
        tuple(_agent(state, one) for one in sorted(state.agents.values(), key=lambda one: one.id)),
        tuple(timers[:MOST_TIMERS]),
        gap_us,
        alarms,
        engine.services(now_us),
        tuple(
            (name, tuple(state.legs[leg].party for leg in room.members))
            for name, room in state.dialling.rooms.items()
        ),
    )


def _call(state: State, call: Call, position: int) -> CallView:
    legs = tuple((state.legs[leg].party, state.legs[leg].phase) for leg in call.legs)
    number = call.e164 or call.number
    return CallView(
        call.id,
        call.direction,
        number,
        call.line,
        call.began_us,
        call.answered,
        call.queue if call.waits else "",
        position,
        legs,
        call.shown or call.name,
        tuple(_leg(state.legs[leg]) for leg in call.legs),
        tuple(call.conference or call.talk),
    )


def _leg(leg: Leg) -> LegView:
    return LegView(
        leg.id, leg.port, str(leg.role), leg.party, leg.agent, leg.phase, leg.began_us, leg.answered
    )


def _agent(state: State, one: AgentNow) -> AgentView:
    changed = state.floor.memberships.get(one.id, {})
    joined = tuple(queue for queue, serves in changed.items() if serves)
    left = tuple(queue for queue, serves in changed.items() if not serves)
    return AgentView(one.id, one.state, one.reason, one.extension, one.since_us, joined, left)
