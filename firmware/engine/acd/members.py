"""Who belongs to which queue: its own agents, and whom the steps of its `relax` let in."""

from __future__ import annotations

from firmware.config.schema import Agent, Config
from firmware.engine.acd.steps import Steps

Stages = list[tuple[str, ...]]
"""The agents at each step, in the configuration's order."""


def belonging(config: Config) -> dict[str, Stages]:
    """Queue to its agents."""
    own = {agent.id: frozenset(agent.queues) for agent in config.agents}
    return {queue.id: _stages(queue.id, Steps(queue), config.agents, own) for queue in config.queues}


def _stages(queue: str, steps: Steps, agents: tuple[Agent, ...], own: dict[str, frozenset[str]]) -> Stages:
    stages: Stages = []
    before: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    for more, queues in zip(steps.agents, steps.queues, strict=True):
        if (more, queues) != before:
            wider = {queue, *queues}
            found = (one.id for one in agents if one.id in more or not wider.isdisjoint(own[one.id]))
            stages.append(tuple(found))
        else:
            stages.append(stages[-1])
        before = (more, queues)
    return stages
