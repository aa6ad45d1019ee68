"""Queues: where calls overflow to and by which steps, that somebody serves them, and limits of pauses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from firmware.config import wordings as say
from firmware.config.check_targets import Edge, circles, places
from firmware.config.faults import Finding
from firmware.config.lines import Path
from firmware.config.references import missing
from firmware.config.schema import Agent, Config, OverflowStep, Queue
from firmware.config.shape import BROKEN

_LIMITS = {"wait": "after_s", "length": "waiting"}
"""Conditions, and the key each needs."""


def check_queues(config: Config) -> Iterator[Finding]:
    known = places(config)
    for place, queue in enumerate(config.queues):
        path: Path = ("queue", place)
        for where, target in _targets(queue):
            yield from _overflow(known, target, (*path, *where))
        yield from _steps(queue, path)
        yield from _keys(queue, path)
        if _cuts_off(queue):
            yield Finding((*path, "max_wait_s"), say.QUEUE_CUTS_OFF, {"seconds": f"{queue.max_wait_s:g}"})
        foreseen = queue.no_agents == "overflow" or queue.id == BROKEN
        if not foreseen and not any(_serves(agent, queue) for agent in config.agents):
            yield Finding(path, say.NOBODY_SERVES, {"name": queue.id})
    yield from _circles(config)
    yield from _pauses(config)


def _targets(queue: Queue) -> Iterator[tuple[Path, str]]:
    """Every key that holds a target of this queue's."""
    yield ("overflow",), queue.overflow
    for place, step in enumerate(queue.overflow_steps):
        yield ("overflow_step", place, "target"), step.target


def _overflow(known: Mapping[str, Collection[str]], target: str, path: Path) -> Iterator[Finding]:
    if target in ("", BROKEN):
        return
    kind, _, name = target.partition(":")
    if kind == "outside":
        if not (name.isascii() and name.removeprefix("+").isdecimal()):
            yield Finding(path, say.BAD_OVERFLOW, {"value": target})
    elif kind not in known or not name:
        yield Finding(path, say.BAD_OVERFLOW, {"value": target})
    elif name not in known[kind]:
        yield missing(path, "mailbox" if kind == "voicemail" else kind, name, known[kind])


def _circles(config: Config) -> Iterator[Finding]:
    """Told at the key that leads from the first queue of the circle to the next."""
    edges = [
        Edge(f"queue:{queue.id}", target, ("queue", place, *where))
        for place, queue in enumerate(config.queues)
        for where, target in _targets(queue)
        if target not in ("", BROKEN)
    ]
    keys = {(edge.place, edge.to): edge.path for edge in edges}
    for found in circles(edges):
        begin, to = str(found.data["circle"]).split(" → ")[:2]
        yield Finding(keys.get((begin, to), found.path), say.OVERFLOW_CYCLE, found.data)


def _steps(queue: Queue, path: Path) -> Iterator[Finding]:
    for place, step in enumerate(queue.overflow_steps):
        where: Path = (*path, "overflow_step", place)
        needed = _LIMITS.get(step.when, "")
        if needed and not getattr(step, needed):
            yield Finding((*where, "when"), say.STEP_NEEDS, {"when": step.when, "key": needed})
        if _never(queue, place, step):
            yield Finding(where, say.STEP_NEVER, {"when": step.when})


def _never(queue: Queue, place: int, step: OverflowStep) -> bool:
    """A call has left by an earlier way before this step's condition can come true."""
    if step.when == "wait":
        earlier = [one.after_s for one in queue.overflow_steps[:place] if one.when == "wait"]
        limits = (*earlier, *((queue.max_wait_s,) if queue.max_wait_s > 0 else ()))
        return bool(step.after_s) and any(limit <= step.after_s for limit in limits)
    return step.when == "length" and step.waiting > queue.max_waiting


def _cuts_off(queue: Queue) -> bool:
    """Whoever waited long enough hears a last word, and nothing takes him further."""
    waits = [one.after_s for one in queue.overflow_steps if one.when == "wait"]
    return not queue.overflow and queue.max_wait_s > 0 and not any(one <= queue.max_wait_s for one in waits)


def _keys(queue: Queue, path: Path) -> Iterator[Finding]:
    key = queue.callback_key
    if key and key != BROKEN and key == queue.exit_key:
        yield Finding((*path, "callback_key"), say.KEY_TWICE, {"key": key})


def _pauses(config: Config) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, rule in enumerate(config.positions.rules):
        path: Path = ("positions", "rule", place, "reason")
        if rule.reason in seen:
            yield Finding(path, say.TWICE, {"what": "rule", "name": rule.reason})
        seen.add(rule.reason)


def _serves(agent: Agent, queue: Queue) -> bool:
    return queue.id in agent.queues and all(
        agent.skills.get(skill, 0) >= least for skill, least in queue.skills.items()
    )
