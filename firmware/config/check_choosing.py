"""Who is chosen for whom: steps that relax, weights and orders of agents, routing rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.lines import Path
from firmware.config.references import missing
from firmware.config.schema import Agent, Config, Queue, RelaxStep, RoutingRule

MOST_STEPS = 20
MOST_RULES = 200
MOST_NUMBERS = 20_000
"""Numbers of all lists and rules together."""


def check_choosing(config: Config) -> Iterator[Finding]:
    for place, queue in enumerate(config.queues):
        yield from _relax(queue, ("queue", place, "relax"))
    queues = {queue.id for queue in config.queues}
    for place, agent in enumerate(config.agents):
        yield from _tables(config, agent, queues, ("agent", place))
    yield from _too_many(("routing",), "routing rules", len(config.routing), MOST_RULES)
    numbers = sum(len(one.numbers) for one in config.number_lists)
    numbers += sum(len(one.numbers) for one in config.routing)
    yield from _too_many(("number_list",), "numbers", numbers, MOST_NUMBERS)
    for place, rule in enumerate(config.routing):
        if _idle(rule):
            yield Finding(("routing", place), say.ROUTING_IDLE)


def _too_many(path: Path, what: str, count: int, most: int) -> Iterator[Finding]:
    if count > most:
        yield Finding(path, say.TOO_MANY, {"what": what, "count": count, "most": most})


def _idle(rule: RoutingRule) -> bool:
    return not (rule.priority or rule.skills or rule.vip or rule.agent)


# -- steps ------------------------------------------------------------------------------------------


def _relax(queue: Queue, path: Path) -> Iterator[Finding]:
    if len(queue.relax) > MOST_STEPS:
        yield from _too_many(path, "steps", len(queue.relax), MOST_STEPS)
        return
    levels, after_s, expected_s, priority = dict(queue.skills), 0.0, 0.0, 0
    for place, step in enumerate(queue.relax):
        here: Path = (*path, place)
        if not step.after_s and not step.when_expected_wait_s:
            yield Finding(here, say.RELAX_NEVER)
        yield from _not_later(here, "after_s", step.after_s, after_s)
        yield from _not_later(here, "when_expected_wait_s", step.when_expected_wait_s, expected_s)
        yield from _skills(queue, step, levels, here)
        if 0 < step.priority < priority:
            data = {"value": step.priority, "earlier": priority}
            yield Finding((*here, "priority"), say.RELAX_LESS_URGENT, data)
        levels |= step.skills
        after_s, expected_s = max(after_s, step.after_s), max(expected_s, step.when_expected_wait_s)
        priority = max(priority, step.priority)


def _not_later(path: Path, key: str, value: float, earlier: float) -> Iterator[Finding]:
    if value and value <= earlier:
        shown = {"key": key, "value": f"{value:g}", "earlier": f"{earlier:g}"}
        yield Finding((*path, key), say.RELAX_NOT_LATER, shown)


def _skills(queue: Queue, step: RelaxStep, levels: Mapping[str, int], path: Path) -> Iterator[Finding]:
    for skill, level in step.skills.items():
        here: Path = (*path, "skills", skill)
        if skill in levels and level > levels[skill]:
            data = {"what": skill, "value": level, "earlier": levels[skill]}
            yield Finding(here, say.RELAX_ASKS_MORE, data)
        elif skill not in queue.skills:
            yield Finding(here, say.RELAX_UNASKED, {"what": skill})


# -- agents -----------------------------------------------------------------------------------------


def _tables(config: Config, agent: Agent, queues: Collection[str], path: Path) -> Iterator[Finding]:
    """Tables by queue: each queue is there, and the agent serves it."""
    let_in = _let_in(config, agent)
    for key, table in (("order", agent.order), ("weights", agent.weights)):
        for queue in table:
            here: Path = (*path, key, queue)
            if queue not in queues:
                yield missing(here, "queue", queue, queues)
            elif queue not in agent.queues and queue not in let_in:
                yield Finding(here, say.NOT_SERVED_BY, {"agent": agent.id, "queue": queue})


def _let_in(config: Config, agent: Agent) -> set[str]:
    """Queues whose steps let this agent in."""
    own = set(agent.queues)
    return {
        queue.id
        for queue in config.queues
        for step in queue.relax
        if agent.id in step.agents or own & set(step.also_queues)
    }
