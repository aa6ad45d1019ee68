"""Why this agent and not the others: each choice as one short sentence of data, kept with the call."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.schema import Agent
from firmware.engine.acd.desk import Found
from firmware.engine.acd.fit import skilled
from firmware.engine.acd.state import AcdState, Standing
from firmware.protocol.choice import Other
from firmware.protocol.names import AgentState

MOST_OTHERS = 10


def why_agent(found: Found, agent: Agent, state: AcdState, at_us: int) -> str:
    """As `longest-idle: 42 s idle, 3 ready; step 2 of 3 after 30 s; skills zh 72≥50; waited 31 s, priority 0`."""
    standing, last = state.agents[agent.id], state.cursors.get(found.call.queue, "")
    ready = sum(found.queue.has_ready(one) for one in found.fit.ranks) or 1
    parts = [f"{found.queue.queue.strategy}: {_measure(found, agent, standing, last, at_us)}{ready} ready"]
    parts.extend(_rules(found, agent, at_us))
    if found.fit.asked:
        levels = (f"{skill} {agent.skills.get(skill, 0)}≥{least}" for skill, least in found.fit.asked.items())
        parts.append("skills " + ", ".join(levels))
    parts.append(f"waited {_seconds(at_us - found.call.at_us)} s, priority {_priority(found, at_us)}")
    return "; ".join(parts)


def _measure(found: Found, agent: Agent, standing: Standing, last: str, at_us: int) -> str:
    idle = f"{_seconds(at_us - standing.idle_since_us)} s idle, "
    levels = sum(agent.skills.get(skill, 0) for skill in found.fit.asked)
    return {
        "longest-idle": idle,
        "least-talk": f"{_seconds(standing.talk_us)} s talked, ",
        "round-robin": f"after {last}, " if last else "first, ",
        "highest-skill": f"{levels} in all, {idle}",
        "lowest-skill": f"{levels} in all, {idle}",
    }.get(found.queue.queue.strategy, "")


def _rules(found: Found, agent: Agent, at_us: int) -> Iterator[str]:
    """What else made the call wait as it did and this agent the one."""
    call, index = found.call, found.queue
    step = index.step(call.at_us, at_us)
    if index.steps.count:
        yield f"step {step} of {index.steps.count}" + _reached(found, step, at_us)
    if call.need.because:
        yield "rules " + ", ".join(call.need.because)
    if call.need.agent == agent.id:
        yield "preferred"
    order, kind = agent.order.get(index.queue.id, 1), agent.kind
    if order != 1:
        yield f"order {order}"
    if kind != "normal" or call.need.caller != "plain":
        yield f"{kind} agent, {call.need.caller} caller"
    counts = index.queue.weight * found.fit.weight(agent.id)
    if counts != 1:
        yield f"waiting counts ×{counts}"


def _reached(found: Found, step: int, at_us: int) -> str:
    if not step:
        return ""
    waited_us, rule = at_us - found.call.at_us, found.queue.queue.relax[step - 1]
    if found.queue.steps.at(waited_us, 0) == step:
        return f" after {rule.after_s:g} s"
    return f" for an expected wait of {rule.when_expected_wait_s:g} s"


def _priority(found: Found, at_us: int) -> int:
    return found.call.priority + found.queue.steps.gains[found.queue.step(found.call.at_us, at_us)]


def why_nobody(members: int, signed_in: int, staffed: int) -> str:
    return f"nobody ready: {members} may serve, {signed_in} signed in, {staffed} at work"


# -- the others -------------------------------------------------------------------------------------


def others(found: Found, chosen: tuple[str, ...], state: AcdState, at_us: int) -> tuple[Other, ...]:
    """The ready first, in the strategy's order; then who was kept from it. Nobody who is signed out."""
    kept: list[Other] = []
    for agent in _candidates(found):
        if agent in chosen:
            continue
        one = _not(found, agent, chosen[0], state, at_us)
        if one is not None:
            kept.append(one)
        if len(kept) == MOST_OTHERS:
            break
    return tuple(kept)


def _candidates(found: Found) -> Iterator[str]:
    index = found.queue
    for _, _, agent in index.ready:
        yield agent
    for agent in index.reach:
        if not index.has_ready(agent):
            yield agent


def _not(found: Found, agent: str, chosen: str, state: AcdState, at_us: int) -> Other | None:
    standing = state.agents.get(agent)
    if standing is None or standing.state is AgentState.SIGNED_OUT:
        return None
    if standing.state is not AgentState.READY:
        return Other(agent, str(standing.state))
    if standing.offered:
        return Other(agent, str(AgentState.RINGING))
    until_us = standing.not_before_us.get(found.call.queue, 0)
    if until_us > at_us and not found.queue.has_ready(agent):
        return Other(agent, "resting", f"{_seconds(until_us - at_us)} s")
    return _unfit(found, agent) or _later(found, agent, chosen, standing, at_us)


def _unfit(found: Found, name: str) -> Other | None:
    if name in found.fit.ranks:
        return None
    agent = found.queue.agents[name]
    if not skilled(agent, found.fit.asked):
        lacks = (
            f"{skill} {agent.skills.get(skill, 0)}<{least}"
            for skill, least in found.fit.asked.items()
            if agent.skills.get(skill, 0) < least
        )
        return Other(name, "skill", ", ".join(lacks))
    return Other(name, "kind", agent.kind) if agent.kind == "supervisor" else Other(name, "not-a-member")


def _later(found: Found, name: str, chosen: str, standing: Standing, at_us: int) -> Other:
    """Fits as well, but comes after the one who was chosen."""
    if found.call.need.agent == chosen:
        return Other(name, "preferred", chosen)
    agents, queue = found.queue.agents, found.queue.queue
    mine, theirs = (agents[one].order.get(queue.id, 1) for one in (name, chosen))
    if found.fit.kind_place(name) != found.fit.kind_place(chosen):
        return Other(name, "kind", agents[name].kind)
    if mine != theirs:
        return Other(name, "level", f"{mine}>{theirs}")
    return Other(name, "order", _measured(found, agents[name], standing, at_us))


def _measured(found: Found, agent: Agent, standing: Standing, at_us: int) -> str:
    return _measure(found, agent, standing, "", at_us).rpartition(",")[0]


def _seconds(span_us: int) -> int:
    return max(0, span_us) // 1_000_000
