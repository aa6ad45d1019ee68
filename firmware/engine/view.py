"""The engine's state as people and programs see it from outside."""

from __future__ import annotations

from firmware.engine.engine import Engine
from firmware.engine.essence import queue_positions
from firmware.engine.state import SCHEMA, AgentNow, Call, Leg, Phase, State
from firmware.protocol.order_format import (
    MOST_TIMERS,
    AgentView,
    CallbackView,
    CallView,
    LegView,
    StateView,
    WatchView,
)
from firmware.version import VERSION


def state_view(
    engine: Engine, request: int, *, now_us: int, link_up: bool, gap_us: int, alarms: tuple[str, ...]
) -> StateView:
    state = engine.state
    timers = sorted(state.timers.items(), key=lambda timer: (timer[1], timer[0]))
    positions, silent = queue_positions(state), engine.secret_variables
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
        tuple(_call(state, call, positions.get(call.id, 0), silent) for call in state.calls.values()),
        tuple(_agent(state, one) for one in sorted(state.agents.values(), key=lambda one: one.id)),
        tuple(timers[:MOST_TIMERS]),
        gap_us,
        alarms,
        engine.services(now_us),
        tuple(
            (name, tuple(state.legs[leg].party for leg in room.members))
            for name, room in state.dialling.rooms.items()
        ),
        tuple(WatchView(leg, one.call, one.agent_leg, one.mode) for leg, one in state.floor.watches.items()),
        _callbacks(state),
        tuple(state.floor.closed.items()),
        engine.settings(now_us),
    )


def _call(state: State, call: Call, position: int, secret: frozenset[str]) -> CallView:
    legs = tuple((state.legs[leg].party, state.legs[leg].phase) for leg in call.legs)
    number = call.e164 or call.number
    waiting = state.acd.calls.get(call.id)
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
        tuple(_leg(state, call, state.legs[leg]) for leg in call.legs),
        tuple(call.conference or call.talk),
        waiting.at_us if waiting is not None else 0,
        waiting.priority if waiting is not None else 0,
        call.queue,
        _variables(call, secret),
        (call.flow, call.node),
        call.emergency,
        bool(call.conference),
        call.slot if any(state.legs[leg].phase == Phase.PARKED for leg in call.legs) else "",
        call.about,
        call.callback,
        call.language,
    )


def _variables(call: Call, secret: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Without the box's own, whose names begin with a dot, and without secrets, which are handles even here."""
    return tuple(
        (name, value)
        for name, value in call.variables.items()
        if not name.startswith(".") and name not in secret and not value.startswith("secret:")
    )


def _leg(state: State, call: Call, leg: Leg) -> LegView:
    taping = state.recordings.get(leg.recording)
    return LegView(
        leg.id,
        leg.port,
        str(leg.role),
        leg.party,
        leg.agent,
        leg.phase,
        leg.began_us,
        leg.answered,
        leg.since_us,
        leg.alerted_us,
        "" if leg.fxo else _place(state, leg),
        call.held_by.get(leg.id, 0),
        leg.recording,
        leg.uncovered,
        taping is not None and taping.paused,
        leg.paused_by,
        leg.why,
    )


def _place(state: State, leg: Leg) -> str:
    now = state.port(leg.port)
    return {now.knocks: "knocks", now.away: "aside", now.leg: "active"}.get(leg.id, "")


def _callbacks(state: State) -> tuple[CallbackView, ...]:
    return tuple(
        CallbackView(
            one.id, one.call, one.queue, one.number, one.since_us, one.tries, one.until_us, one.attempt
        )
        for one in state.floor.callbacks.values()
    )


def _agent(state: State, one: AgentNow) -> AgentView:
    changed = state.floor.memberships.get(one.id, {})
    joined = tuple(queue for queue, serves in changed.items() if serves)
    left = tuple(queue for queue, serves in changed.items() if not serves)
    until_us = state.timers.get(f"wrap:{one.id}") or state.timers.get(f"pause:{one.id}") or 0
    deferred = (str(one.deferred[0]), one.deferred[1]) if one.deferred else ("", "")
    return AgentView(
        one.id,
        one.state,
        one.reason,
        one.extension,
        one.since_us,
        joined,
        left,
        one.call,
        until_us,
        deferred,
        one.missed,
    )
