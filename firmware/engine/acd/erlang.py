"""How long callers wait in theory: Erlang B and C, and Erlang A, where they lose patience.

Calls come at random (Poisson), handle times and patience are exponential, whoever waited longest is served first. For
staffing, and for holding the distributor against. Times are in any one unit, rates in one over it; the load of a
queue in Erlang is arrival rate times mean handle time. Sources: A. K. Erlang 1917; C. Palm 1946; S. Zeltyn and
A. Mandelbaum 2005 for M/M/n+G, of which Erlang A is the case with exponential patience.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

MOST_AGENTS = 2000
_POINTS = 4000
"""Of Simpson's rule; the result is exact to more digits than anybody staffs by."""
_NOTHING = 40.0
"""e to this power less is nothing."""


class Overloaded(ValueError):
    """Without end of patience the queue would grow for ever."""


def erlang_b(agents: int, load: float) -> float:
    """The share of calls that find all agents busy where nobody may wait. By recursion, stable for any number."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


@dataclass(frozen=True)
class ErlangC:
    """M/M/n: everybody waits until served. Raises Overloaded unless `arrivals` × `handle` < `agents`."""

    agents: int
    arrivals: float
    """A unit of time."""
    handle: float
    """Mean, from answer until the agent is ready again."""

    def __post_init__(self) -> None:
        if self.arrivals * self.handle >= self.agents:
            raise Overloaded(f"{self.arrivals * self.handle:g} Erlang are too much for {self.agents} agents")

    @property
    def waits(self) -> float:
        """The share of calls that wait at all."""
        load = self.arrivals * self.handle
        blocked = erlang_b(self.agents, load)
        return blocked / (1 - load / self.agents * (1 - blocked))

    @property
    def _spare(self) -> float:
        """How much faster the agents could serve than calls come, a unit of time."""
        return self.agents / self.handle - self.arrivals

    @property
    def mean_wait(self) -> float:
        """Of all calls."""
        return self.waits / self._spare

    def answered_within(self, wait: float) -> float:
        """The share of all calls answered within this wait: the service level."""
        return 1 - self.waits * math.exp(-self._spare * wait)


@dataclass(frozen=True)
class ErlangA:
    """M/M/n+M: who waits loses patience. Never overloaded."""

    agents: int
    arrivals: float
    handle: float
    patience: float
    """Mean."""

    def _exponent(self, wait: float) -> float:
        """λ·H(x) − nμ·x, H the integral of the share still patient after x."""
        patient = self.patience * -math.expm1(-wait / self.patience)
        return self.arrivals * patient - self.agents * wait / self.handle

    @property
    def _peak(self) -> float:
        """The exponent at its greatest: everything is told relative to it, that nothing overflows."""
        load = self.arrivals * self.handle / self.agents
        return self._exponent(self.patience * math.log(load)) if load > 1 else 0.0

    def _weight(self, wait: float) -> float:
        """Of the offered wait."""
        return math.exp(self._exponent(wait) - self._peak)

    def _integral(self, integrand: Callable[[float], float], to: float) -> float:
        """Simpson's rule."""
        width = to / _POINTS
        inner = sum((4 if place % 2 else 2) * integrand(place * width) for place in range(1, _POINTS))
        return width / 3 * (integrand(0.0) + inner + integrand(to))

    @property
    def _end(self) -> float:
        """No offered wait worth counting is longer."""
        impatient = (self.arrivals * self.patience + _NOTHING) * self.handle / self.agents
        spare = self.agents / self.handle - self.arrivals
        return min(impatient, _NOTHING / spare) if spare > 0 else impatient

    @property
    def _at_once(self) -> float:
        """What stands for those who do not wait, on the scale of `_weight` times arrivals."""
        load = self.arrivals * self.handle
        return math.exp(-self._peak) / erlang_b(self.agents - 1, load)

    @property
    def _all(self) -> float:
        return self._at_once + self.arrivals * self._integral(self._weight, self._end)

    @property
    def waits(self) -> float:
        """The share of calls that wait at all."""
        return 1 - self._at_once / self._all

    @property
    def abandons(self) -> float:
        """The share of calls that lose patience."""
        return 1 - self.answered_within(self._end)

    @property
    def mean_wait(self) -> float:
        """Of all calls, answered or not."""
        return self.abandons * self.patience

    def answered_within(self, wait: float) -> float:
        """The share of all calls answered within this wait: the service level if abandoned calls count against it."""
        served = self._integral(
            lambda x: self._weight(x) * math.exp(-x / self.patience), min(wait, self._end)
        )
        return (self._at_once + self.arrivals * served) / self._all


def agents_for(queue: ErlangA, within: float, share: float) -> int:
    """The fewest agents who answer this share of the calls within so long, however many it has; at most MOST_AGENTS."""
    for agents in range(max(1, math.ceil(queue.arrivals * queue.handle / 2)), MOST_AGENTS):
        if replace(queue, agents=agents).answered_within(within) >= share:
            return agents
    return MOST_AGENTS
