"""Who serves which queue: the configuration, and what was changed since without one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from firmware.config.schema import Agent, Config

Memberships = Mapping[str, Mapping[str, bool]]
"""Agent to queue to whether he serves it."""


def with_memberships(config: Config, changed: Memberships) -> Config:
    """The configuration as the distributor shall see it; queues and agents it does not have are left out."""
    if not changed:
        return config
    agents = tuple(_agent(config, agent, changed.get(agent.id, {})) for agent in config.agents)
    return structs.replace(config, agents=agents)


def _agent(config: Config, agent: Agent, changed: Mapping[str, bool]) -> Agent:
    return structs.replace(agent, queues=queues_of(config, agent, changed)) if changed else agent


def queues_of(config: Config, agent: Agent, changed: Mapping[str, bool]) -> tuple[str, ...]:
    stays = [queue for queue in agent.queues if changed.get(queue, True)]
    joined = [
        queue.id for queue in config.queues if changed.get(queue.id, False) and queue.id not in agent.queues
    ]
    return (*stays, *joined)
