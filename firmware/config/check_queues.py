"""Queues: where calls overflow to, and that somebody serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.lines import Path
from firmware.config.references import missing
from firmware.config.schema import Agent, Config, Queue
from firmware.config.shape import BROKEN


def check_queues(config: Config) -> Iterator[Finding]:
    overflows = {queue.id: _target(queue.overflow, "queue") for queue in config.queues}
    for place, queue in enumerate(config.queues):
        path: Path = ("queue", place)
        yield from _overflow(config, queue, (*path, "overflow"))
        circle = _circle(queue.id, overflows)
        if circle and queue.id == min(circle):
            shown = " → ".join((*circle, circle[0]))
            yield Finding((*path, "overflow"), say.OVERFLOW_CYCLE, {"circle": shown})
        foreseen = queue.no_agents == "overflow" or queue.id == BROKEN
        if not foreseen and not any(_serves(agent, queue) for agent in config.agents):
            yield Finding(path, say.NOBODY_SERVES, {"name": queue.id})


def _target(overflow: str, kind: str) -> str:
    found, _, name = overflow.partition(":")
    return name if found == kind else ""


def _overflow(config: Config, queue: Queue, path: Path) -> Iterator[Finding]:
    if queue.overflow in ("", BROKEN):
        return
    kind, _, name = queue.overflow.partition(":")
    known: Mapping[str, set[str]] = {
        "voicemail": {one.id for one in config.mailboxes},
        "queue": {one.id for one in config.queues},
        "extension": {one.number for one in config.extensions},
        "flow": {one.id for one in config.flows},
    }
    if kind == "outside":
        if not name.lstrip("+").isdecimal():
            yield Finding(path, say.BAD_OVERFLOW, {"value": queue.overflow})
    elif kind not in known or not name:
        yield Finding(path, say.BAD_OVERFLOW, {"value": queue.overflow})
    elif name not in known[kind]:
        yield missing(path, "mailbox" if kind == "voicemail" else kind, name, known[kind])


def _circle(begin: str, overflows: Mapping[str, str]) -> list[str]:
    """The queues a call of this one would pass until it is back; empty when it is not."""
    passed = [begin]
    at = overflows.get(begin, "")
    while at and at not in passed:
        passed.append(at)
        at = overflows.get(at, "")
    return passed if at == begin else []


def _serves(agent: Agent, queue: Queue) -> bool:
    return queue.id in agent.queues and all(
        agent.skills.get(skill, 0) >= least for skill, least in queue.skills.items()
    )
