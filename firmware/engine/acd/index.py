"""One queue made ready for choosing: its calls in streams, its ready agents in the strategy's order.

All are sorted lists found by bisection, so neither choosing nor telling a position walks through the calls.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping

from firmware.config.schema import Agent, Queue
from firmware.engine.acd.fit import Fit, skilled
from firmware.engine.acd.state import Standing, Waiting
from firmware.engine.acd.steps import SECOND_US, Steps
from firmware.engine.acd.stream import Asks, CallKey, Kind, Stream, call_key, drop, kind_of

AgentKey = tuple[int, int, str]
"""(the strategy's measure, place in the configuration, agent): the smallest is rung first."""

BY_MEASURE = {
    "longest-idle": "idle_since_us",
    "least-talk": "talk_us",
    "highest-skill": "idle_since_us",
    "lowest-skill": "idle_since_us",
}
"""Strategies that compare agents by a field of `Standing`; the others go by place."""
FITS_KEPT = 512
"""Fits are remembered for so many kinds of calls; more are computed anew."""


class QueueIndex:
    """`belong` says who belongs to the queue at a step of its `relax`."""

    def __init__(self, queue: Queue, agents: Mapping[str, Agent], belong: list[tuple[str, ...]]) -> None:
        self.queue = queue
        self.steps = Steps(queue)
        self.ageing_us = round(queue.ageing_s * SECOND_US)
        self.pressed = 0
        """The step the expected wait asks for at least."""
        self.agents = agents
        self._belong = belong
        laxest = self.steps.asked({}, self.steps.count)
        self.reach: dict[str, int] = {
            name: place
            for place, name in enumerate(belong[-1])
            if (agent := agents.get(name)) is not None and skilled(agent, laxest)
        }
        """Whoever may serve any call of it at any step, with a place in the configuration's order."""
        self.streams: dict[Asks, Stream] = {}
        self.ready: list[AgentKey] = []
        self.waiting = 0
        self._lanes: dict[int, list[CallKey]] = {}
        """Priority to all that wait, ringing somewhere or not."""
        self._fits: dict[tuple[Kind, int, bool], Fit] = {}
        self._measure = BY_MEASURE.get(queue.strategy, "")
        self._keys: dict[str, AgentKey] = {}

    # -- calls --------------------------------------------------------------------------------------

    def add(self, call: Waiting) -> None:
        insort(self._lanes.setdefault(call.priority, []), call_key(call))
        self.waiting += 1

    def remove(self, call: Waiting) -> None:
        lane = self._lanes[call.priority]
        drop(lane, call_key(call))
        if not lane:
            del self._lanes[call.priority]
        self.waiting -= 1

    def streams_of(self, agent: str) -> Iterator[Stream]:
        """Streams for which the agent may be rung some time."""
        for wanted, stream in self.streams.items():
            if wanted.held == agent or (not wanted.held and agent in stream.reach):
                yield stream

    def step(self, since_us: int, at_us: int) -> int:
        return self.steps.at(at_us - since_us, self.pressed)

    def age_us(self, since_us: int, priority: int, at_us: int) -> int:
        """How long it counts as having waited: every point of priority is so much more."""
        gain = self.steps.gains[self.step(since_us, at_us)]
        return at_us - since_us + (priority + gain) * self.ageing_us

    def urgency(self, since_us: int, priority: int, at_us: int, weight: int) -> int:
        """Comparable between queues: the greatest is served first. Less than no wait has no weight."""
        age_us = self.age_us(since_us, priority, at_us)
        return age_us * self.queue.weight * weight if age_us > 0 else age_us

    def position(self, call: Waiting, at_us: int) -> int:
        """From 1: so many of the queue's calls are at least as urgent."""
        mine = (-self.age_us(call.at_us, call.priority, at_us), call.sequence)
        return 1 + sum(self._before(lane, priority, mine, at_us) for priority, lane in self._lanes.items())

    def _before(self, lane: list[CallKey], priority: int, mine: tuple[int, int], at_us: int) -> int:
        return bisect_left(lane, mine, key=lambda key: (-self.age_us(key[0], priority, at_us), key[1]))

    # -- agents -------------------------------------------------------------------------------------

    def members(self) -> tuple[str, ...]:
        """Who may serve it as it stands."""
        return tuple(self.fit(Kind(), 0, True).ranks)

    def fit(self, kind: Kind, step: int, supervisors: bool) -> Fit:
        """Who may be rung for such a call at a step."""
        key = (kind, step, supervisors)
        fit = self._fits.get(key)
        if fit is None:
            if len(self._fits) >= FITS_KEPT:
                self._fits.clear()
            belong = {name: self.agents[name] for name in self._belong[step] if name in self.reach}
            asked = self.steps.asked(dict(kind.skills), step)
            fit = self._fits[key] = Fit(self.queue, belong, asked, kind.caller, supervisors)
        return fit

    def fit_now(self, stream: Stream, since_us: int, at_us: int) -> Fit:
        waited_us = at_us - since_us
        step, supervised = self.steps.at(waited_us, self.pressed), self.steps.supervised(waited_us)
        key = 2 * step + supervised
        fit = stream.fits.get(key)
        if fit is None:
            fit = stream.fits[key] = self.fit(stream.asks.kind, step, supervised)
        return fit

    def fit_of(self, call: Waiting, at_us: int) -> Fit:
        waited_us = at_us - call.at_us
        step, supervised = self.steps.at(waited_us, self.pressed), self.steps.supervised(waited_us)
        return self.fit(kind_of(call), step, supervised)

    def agent_in(self, agent: str, standing: Standing) -> None:
        self.agent_out(agent)
        measure = getattr(standing, self._measure) if self._measure else 0
        key = (measure, self.reach[agent], agent)
        self._keys[agent] = key
        insort(self.ready, key)

    def agent_out(self, agent: str) -> None:
        key = self._keys.pop(agent, None)
        if key is not None:
            drop(self.ready, key)

    def has_ready(self, agent: str) -> bool:
        return agent in self._keys

    def in_order(self, last: str) -> Iterator[str]:
        """The ready in the strategy's order; `last` is who was rung before (round robin)."""
        place = 0
        if self.queue.strategy == "round-robin":
            place = bisect_left(self.ready, (0, self.reach.get(last, -1) + 1, ""))
        for number in range(len(self.ready)):
            yield self.ready[(place + number) % len(self.ready)][2]

    def choose(self, fit: Fit, last: str, preferred: str) -> tuple[str, ...]:
        """Whom of the fitting to ring now: the preferred, else the first in order of the least rank."""
        if preferred in self._keys and preferred in fit.ranks:
            return (preferred,)
        found: list[str] = []
        least = -1
        for agent in self.in_order(last):
            rank = fit.ranks.get(agent)
            if rank is None or (found and rank > least):
                continue
            if not found or rank < least:
                found, least = [agent], rank
            elif self.queue.strategy == "ring-all":
                found.append(agent)
            if rank == fit.least and self.queue.strategy != "ring-all":
                break
        return tuple(found)
