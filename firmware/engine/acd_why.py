"""Why this agent: each choice as one short sentence of data, kept with the call."""

from __future__ import annotations

from firmware.config.schema import Agent, Queue
from firmware.engine.acd_state import Standing, Waiting


def why_agent(
    queue: Queue, agent: Agent, standing: Standing, call: Waiting, *, ready: int, last: str, at_us: int
) -> str:
    """For example `longest-idle: 42 s idle, 3 ready; skills zh 90≥50; waited 7 s, priority 0`."""
    measure = {
        "longest-idle": f"{_seconds(at_us - standing.idle_since_us)} s idle, ",
        "least-talk": f"{_seconds(standing.talk_us)} s talked, ",
        "round-robin": f"after {last}, " if last else "first, ",
    }.get(queue.strategy, "")
    parts = [f"{queue.strategy}: {measure}{ready} ready"]
    if queue.skills:
        levels = (
            f"{skill} {agent.skills.get(skill, 0)}≥{least}" for skill, least in sorted(queue.skills.items())
        )
        parts.append("skills " + ", ".join(levels))
    parts.append(f"waited {_seconds(at_us - call.at_us)} s, priority {call.priority}")
    return "; ".join(parts)


def why_nobody(members: int, signed_in: int, staffed: int) -> str:
    return f"nobody ready: {members} may serve, {signed_in} signed in, {staffed} at work"


def _seconds(span_us: int) -> int:
    return max(0, span_us) // 1_000_000
