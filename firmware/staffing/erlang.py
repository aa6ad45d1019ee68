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
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_AGENTS = 2000
_POINTS = 4000
"""Of Simpson's rule; the result is exact to more digits than anybody staffs by."""
_FACTORS = np.array([1, *[4, 2] * (_POINTS // 2 - 1), 4, 1])
"""Simpson's."""
_NOTHING = 40.0
"""e to this power less is nothing."""
_Waits = NDArray[np.float64]


class Overloaded(ValueError):
    """Without end of patience the queue would grow for ever."""


def erlang_b(agents: int, load: float) -> float:
    """The share of calls that find all agents busy where nobody may wait. By recursion, stable for any number."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def lines_for(load: float, blocked: float) -> int:
    """The fewest lines on which at most this share of the calls finds none free; at most MOST_AGENTS."""
    share = 1.0
    for number in range(1, MOST_AGENTS):
        share = load * share / (number + load * share)
        if share <= blocked:
            return number
    return MOST_AGENTS


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
    def occupancy(self) -> float:
        """The share of their time in which agents are busy: load by agents."""
        return self.arrivals * self.handle / self.agents

    @property
    def _spare(self) -> float:
        """How much faster the agents could serve than calls come, a unit of time."""
        return self.agents / self.handle - self.arrivals

    @property
    def mean_wait(self) -> float:
        """Of all calls; since all of them are answered, the average speed of answer (ASA)."""
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

    def _exponent(self, wait: Any) -> Any:
        """λ·H(x) − nμ·x, H the integral of the share still patient after x; of one wait or of many."""
        patient = self.patience * -np.expm1(-wait / self.patience)
        return self.arrivals * patient - self.agents * wait / self.handle

    @property
    def _peak(self) -> float:
        """The exponent at its greatest: everything is told relative to it, that nothing overflows."""
        load = self.arrivals * self.handle / self.agents
        return float(self._exponent(self.patience * math.log(load))) if load > 1 else 0.0

    def _weight(self, waits: _Waits) -> _Waits:
        """Of offered waits."""
        return np.asarray(np.exp(self._exponent(waits) - self._peak))

    def _integral(self, integrand: Callable[[_Waits], _Waits], to: float) -> float:
        """Simpson's rule, from 0."""
        return float(to / _POINTS / 3 * np.dot(_FACTORS, integrand(np.linspace(0.0, to, _POINTS + 1))))

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

    @property
    def mean_wait_of_answered(self) -> float:
        """Average speed of answer (ASA): of the calls that are answered."""
        served = self._integral(lambda x: x * self._weight(x) * np.exp(-x / self.patience), self._end)
        unserved = self.answered_within(self._end) * self._all
        return self.arrivals * served / unserved

    @property
    def occupancy(self) -> float:
        """The share of their time in which agents are busy: what is not abandoned, by agents."""
        return self.arrivals * self.handle * (1 - self.abandons) / self.agents

    def answered_within(self, wait: float) -> float:
        """The share of all calls answered within this wait: the service level if abandoned calls count against it."""
        served = self._integral(lambda x: self._weight(x) * np.exp(-x / self.patience), min(wait, self._end))
        return (self._at_once + self.arrivals * served) / self._all


def agents_for(queue: ErlangA, within: float, share: float) -> int:
    """The fewest agents who answer this share of the calls within so long, however many it has; at most MOST_AGENTS."""
    for agents in range(max(1, math.ceil(queue.arrivals * queue.handle / 2)), MOST_AGENTS):
        if replace(queue, agents=agents).answered_within(within) >= share:
            return agents
    return MOST_AGENTS
