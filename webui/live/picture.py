"""The engine's view as objects for browsers: one for each call, agent and queue, and one for the box. Pure.

Times are Unix milliseconds: a browser counts on by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firmware.config.schema import Config
from firmware.protocol.order_format import AgentView, LegView, StateView
from firmware.store.calls.choosing import choice_said

Thing = Mapping[str, Any]
STATES = ("ready", "not-ready", "ringing", "talking", "wrap-up", "missed", "signed-out")
"""Of agents, as pages have words for them."""
LANGUAGES = ("en", "zh")
"""Readers of one stream speak either."""
TALKS = frozenset({"talking", "ringing", "wrap-up"})


def key_of(thing: Thing) -> str:
    return f"{thing['kind']}:{thing['id']}"


def picture_of(
    view: StateView | None, config: Config, offset_us: int, levels: Mapping[str, float] | None = None
) -> dict[str, Thing]:
    """`offset_us`: Unix time minus box time. `levels`: the day's service level by queue, percent.

    Without a view the box says that nobody decides.
    """
    if view is None:
        things: list[Thing] = [{"kind": "box", "id": "box", "engine": False, "switch": False, "alarms": []}]
    else:
        agents = list(_agents(view, config, offset_us))
        things = [_box(view), *_calls(view, offset_us), *agents]
        things += [*_queues(view, config, agents, offset_us, levels or {}), *_watches(view)]
    return {key_of(one): one for one in things}


def changes(before: Mapping[str, Thing], now: Mapping[str, Thing]) -> tuple[list[Thing], list[str]]:
    """(what is new or other than it was, keys of what is gone)"""
    return [one for key, one in now.items() if before.get(key) != one], [
        key for key in before if key not in now
    ]


def _box(view: StateView) -> Thing:
    return {
        "kind": "box", "id": "box", "engine": True, "switch": view.link_up, "alarms": list(view.alarms),
        "services": [list(one) for one in view.services], "config": view.config_version,
    }  # fmt: skip


def _calls(view: StateView, offset_us: int) -> Iterator[Thing]:
    for call in view.calls:
        yield {
            "kind": "call", "id": call.call, "direction": call.direction, "number": call.number, "name": call.name,
            "line": call.line, "began": _ms(call.began_us, offset_us), "answered": call.answered,
            "queue": call.queue, "from_queue": call.from_queue, "position": call.position,
            "waits": _ms(call.waits_since_us, offset_us), "language": call.language, "slot": call.slot,
            "variables": dict(call.variables), "conference": call.conference, "emergency": call.emergency,
            "flow": list(call.flow), "talk": list(call.talk),
            "agents": sorted({leg.agent for leg in call.parts if leg.agent}),
            "legs": [_leg(leg, offset_us) for leg in call.parts],
        }  # fmt: skip


def _leg(leg: LegView, offset_us: int) -> Thing:
    return {
        "leg": leg.leg, "role": leg.role, "party": leg.party, "agent": leg.agent, "phase": leg.phase,
        "since": _ms(leg.since_us, offset_us), "answered": leg.answered, "place": leg.place,
        "held": leg.held_by != 0, "held_by": leg.held_by, "recorded": bool(leg.recording), "paused": leg.paused,
        "why": leg.why, "why_said": {one: choice_said(leg.why, one) for one in LANGUAGES if leg.why},
    }  # fmt: skip


def _agents(view: StateView, config: Config, offset_us: int) -> Iterator[Thing]:
    now = {one.agent: one for one in view.agents}
    for agent in config.agents:
        one = now.get(agent.id) or AgentView(agent.id, "signed-out", "", "", 0)
        yield {
            "kind": "agent", "id": agent.id, "name": agent.name or agent.id, "state": one.state, "reason": one.reason,
            "extension": one.extension, "since": _ms(one.since_us, offset_us), "until": _ms(one.until_us, offset_us),
            "next": list(one.next_state), "call": one.call, "missed": one.missed,
            "queues": sorted((set(agent.queues) | set(one.joined)) - set(one.left)),
        }  # fmt: skip


def _queues(
    view: StateView, config: Config, agents: Sequence[Thing], offset_us: int, levels: Mapping[str, float]
) -> Iterator[Thing]:
    closed = dict(view.closed)
    for queue in config.queues:
        waiting = [call for call in view.calls if call.queue == queue.id]
        states = [one["state"] for one in agents if queue.id in one["queues"]]
        yield {
            "kind": "queue", "id": queue.id, "name": queue.name or queue.id, "waiting": len(waiting),
            "oldest": min((_ms(call.waits_since_us, offset_us) for call in waiting), default=0),
            "ready": states.count("ready"), "busy": sum(one in TALKS for one in states),
            "paused": states.count("not-ready"), "seated": sum(one != "signed-out" for one in states),
            "closed": closed.get(queue.id, ""), "target_s": queue.service_level_s,
            "level": round(levels[queue.id]) if queue.id in levels else None,
            "alert_s": queue.alert_wait_s or queue.service_level_s, "alert_waiting": queue.alert_waiting,
            "alert_level": queue.alert_service_level,
            "callbacks": sum(one.queue == queue.id for one in view.callbacks),
        }  # fmt: skip


def _watches(view: StateView) -> Iterator[Thing]:
    for one in view.watches:
        yield {"kind": "watch", "id": one.leg, "call": one.call, "agent_leg": one.agent_leg, "mode": one.mode}


def _ms(us: int, offset_us: int) -> int:
    """0 stays: it never was."""
    return (us + offset_us) // 1000 if us else 0
