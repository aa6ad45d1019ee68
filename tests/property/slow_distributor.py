"""The distributor's rules looked up one by one, over all waiting calls and all agents: slow, and written apart.

It reads the configuration and what the distributor remembers, none of its indices and none of its functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.schema import Agent, Config, Queue
from firmware.engine.acd.state import AcdState, Waiting
from firmware.protocol.names import AgentState

S = 1_000_000
KINDS = {
    "plain": ("normal", "foreign-language vip", "supervisor"),
    "vip": ("vip", "normal foreign-language", "supervisor"),
    "foreign": ("foreign-language", "normal vip", "supervisor"),
    "vip-foreign": ("vip foreign-language", "normal", "supervisor"),
}


class SlowDistributor:
    def __init__(self, config: Config, state: AcdState) -> None:
        self.config = config
        self.state = state
        self.queues = {queue.id: queue for queue in config.queues}
        self.agents = {agent.id: agent for agent in config.agents}

    # -- who may -----------------------------------------------------------------------------------

    def step(self, call: Waiting, at_us: int) -> int:
        reached = self.state.pressed.get(call.queue, 0)
        for number, step in enumerate(self.queues[call.queue].relax, 1):
            if step.after_s and at_us - call.at_us >= step.after_s * S:
                reached = max(reached, number)
        return reached

    def asked(self, call: Waiting, at_us: int) -> dict[str, int]:
        queue = self.queues[call.queue]
        levels = dict(queue.skills)
        for skill, least in call.need.skills.items():
            levels[skill] = max(least, levels.get(skill, 0))
        for step in queue.relax[: self.step(call, at_us)]:
            for skill, most in step.skills.items():
                if skill in levels:
                    levels[skill] = min(levels[skill], most)
        return {skill: least for skill, least in levels.items() if least}

    def belongs(self, agent: Agent, call: Waiting, at_us: int) -> bool:
        if call.queue in agent.queues:
            return True
        return any(
            agent.id in step.agents or set(step.also_queues) & set(agent.queues)
            for step in self.queues[call.queue].relax[: self.step(call, at_us)]
        )

    def fits(self, agent: Agent, call: Waiting, at_us: int) -> bool:
        waited_s = (at_us - call.at_us) / S
        return (
            self.belongs(agent, call, at_us)
            and all(agent.skills.get(name, 0) >= least for name, least in self.asked(call, at_us).items())
            and (agent.kind != "supervisor" or waited_s >= self.queues[call.queue].supervisors_after_s)
        )

    def is_free(self, agent: Agent, queue: str, at_us: int) -> bool:
        standing = self.state.agents.get(agent.id)
        return (
            standing is not None
            and standing.state is AgentState.READY
            and not standing.offered
            and standing.not_before_us.get(queue, 0) <= at_us
        )

    def free(self, call: Waiting, at_us: int) -> list[Agent]:
        ready = [agent for agent in self.config.agents if self.is_free(agent, call.queue, at_us)]
        if call.held and at_us < call.at_us + call.need.wait_us:
            return [agent for agent in ready if agent.id == call.held]
        return [agent for agent in ready if self.fits(agent, call, at_us)]

    # -- who is next -------------------------------------------------------------------------------

    def age_us(self, call: Waiting, at_us: int) -> float:
        queue = self.queues[call.queue]
        gains = [step.priority for step in queue.relax[: self.step(call, at_us)]]
        return at_us - call.at_us + (call.priority + max(gains, default=0)) * queue.ageing_s * S

    def urgency(self, call: Waiting, at_us: int) -> float:
        age_us, queue = self.age_us(call, at_us), self.queues[call.queue]
        if age_us <= 0:
            return age_us
        return age_us * queue.weight * max(self.counts(one, call) for one in self.free(call, at_us))

    @staticmethod
    def counts(agent: Agent, call: Waiting) -> int:
        vip = agent.kind == "vip" and call.need.caller.startswith("vip")
        return agent.weights.get(call.queue, 1) * (10 if vip else 1)

    def takeable(self, at_us: int) -> list[Waiting]:
        """Calls somebody could be offered now, the most urgent first."""
        found = [one for one in self.state.calls.values() if not one.offered and self.free(one, at_us)]
        return sorted(found, key=lambda one: (-self.urgency(one, at_us), one.sequence))

    def order(self, queue: str, at_us: int) -> list[int]:
        """The queue's calls as they would be served by an agent who may serve them all."""
        waiting = [one for one in self.state.calls.values() if one.queue == queue]
        return [one.call for one in sorted(waiting, key=lambda one: (-self.age_us(one, at_us), one.sequence))]

    def rung(self, call: Waiting, at_us: int) -> tuple[str, ...]:
        """Whom to ring for it."""
        free = self.free(call, at_us)
        if len(free) > 1 and any(agent.id == call.need.agent for agent in free):
            return (call.need.agent,)
        queue = self.queues[call.queue]
        ranks = {agent.id: self.rank(agent, call, at_us) for agent in free}
        best = [agent.id for agent in free if ranks[agent.id] == min(ranks.values())]
        if queue.strategy == "ring-all":
            return tuple(best)
        return (next(iter(sorted(best, key=lambda one: self.measure(one, queue)))),)

    def rank(self, agent: Agent, call: Waiting, at_us: int) -> tuple[int, int, int]:
        place = next(n for n, kinds in enumerate(KINDS[call.need.caller]) if agent.kind in kinds.split())
        levels = sum(agent.skills.get(skill, 0) for skill in self.asked(call, at_us))
        queue = self.queues[call.queue]
        skill = {"highest-skill": -levels, "lowest-skill": levels}.get(queue.strategy, 0)
        return place, agent.order.get(queue.id, 1), skill

    def measure(self, name: str, queue: Queue) -> tuple[int, int]:
        standing, places = self.state.agents[name], [agent.id for agent in self.config.agents]
        place = places.index(name)
        if queue.strategy == "least-talk":
            return standing.talk_us, place
        if queue.strategy == "round-robin":
            last = self.state.cursors.get(queue.id, "")
            after = places.index(last) if last in places else -1
            return (place - after - 1) % len(places), place
        return (0 if queue.strategy == "linear" else standing.idle_since_us), place

    # -- what comes --------------------------------------------------------------------------------

    def soon(self, at_us: int, seconds: int) -> Iterator[int]:
        """Instants of the next seconds at which, if nothing happened, an offer could be made."""
        for second in range(1, seconds + 1):
            if self.takeable(at_us + second * S):
                yield at_us + second * S
