"""What must not change when a state is handed to another version: calls, queue positions, agents, timers, counters.

It is told in words of its own, independent of how a schema lays things out; states of every version are read by it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from firmware.engine.state import Call, State


def essence(state: State) -> dict[str, Any]:
    """Plain data; equal for two states that mean the same."""
    positions = queue_positions(state)
    return {
        "record": [state.epoch, state.number, state.at_us],
        "switch": [state.switch_epoch, state.switch_number],
        "made": [state.calls_made, state.legs_made, state.recordings_made],
        "calls": {str(one.id): _call(state, one, positions.get(one.id, 0)) for one in state.calls.values()},
        "agents": {
            one.id: [str(one.state), one.reason, one.extension, one.call, one.handling]
            for one in state.agents.values()
        },
        "ports": {
            str(port): [one.leg, one.away, one.off_hook, one.alarm] for port, one in state.ports.items()
        },
        "timers": dict(state.timers),
        "recordings": {name: [one.call, one.leg, one.ended] for name, one in state.recordings.items()},
        "mailboxes": {
            name: [[one.recording, one.heard] for one in kept] for name, kept in state.mailboxes.items()
        },
        "greetings": {name: sorted(box.greetings.items()) for name, box in state.boxes.items()},
        "callbacks": [
            [one.id, one.queue, one.e164, one.since_us, one.tries, one.attempt, one.until_us]
            for one in state.floor.callbacks.values()
        ],
        "watches": [[leg, one.call, one.agent_leg, one.mode] for leg, one in state.floor.watches.items()],
        "floor": [
            sorted(state.floor.closed),
            [[agent, sorted(queues.items())] for agent, queues in sorted(state.floor.memberships.items())],
        ],
        "orders": sorted(state.orders),
    }


def digest(state: State) -> str:
    """Of the essence: the same for the same meaning."""
    told = msgspec.json.encode(essence(state), order="deterministic")
    return blake2b(told, digest_size=16).hexdigest()


def queue_positions(state: State) -> dict[int, int]:
    """Call to its place in its queue, from 1: higher priority first, then who has waited longest."""
    places: dict[str, int] = {}
    found: dict[int, int] = {}
    for one in sorted(state.acd.calls.values(), key=lambda one: (-one.priority, one.at_us, one.sequence)):
        places[one.queue] = found[one.call] = places.get(one.queue, 0) + 1
    return found


def _call(state: State, call: Call, position: int) -> list[Any]:
    legs = [state.legs[leg] for leg in call.legs]
    return [
        [str(call.direction), call.line, call.number, call.e164, call.answered, call.emergency],
        [call.flow, call.node, call.tries, sorted(call.variables.items()), call.language],
        [call.queue, call.waits, position],
        [[leg.id, leg.port, str(leg.role), leg.party, leg.agent, leg.phase, leg.recording] for leg in legs],
        [call.talk, call.conference, sorted(call.held_by.items())],
    ]
