"""Calls of one queue that ask for the same: among them who has waited longest always comes first.

Every agent who may be rung for a later one of them may be rung for the first, which is the more urgent: so only the
first of each stream is looked at, however many wait.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from firmware.engine.acd.fit import Fit
from firmware.engine.acd.state import Waiting
from firmware.protocol.choice import CallerKind

if TYPE_CHECKING:
    from firmware.engine.acd.index import QueueIndex

CallKey = tuple[int, int, int]
"""(waiting since, sequence, call): the smallest is served first."""

_Key = TypeVar("_Key", bound=tuple[object, ...])


class Kind(NamedTuple):
    """What decides who may be rung."""

    skills: tuple[tuple[str, int], ...] = ()
    caller: CallerKind = "plain"


class Asks(NamedTuple):
    """What all calls of a stream have in common. `held`: the agent they wait for alone."""

    kind: Kind
    priority: int
    held: str


def call_key(call: Waiting) -> CallKey:
    return (call.at_us, call.sequence, call.call)


def asks(call: Waiting, held: str) -> Asks:
    return Asks(kind_of(call), call.priority, held)


def kind_of(call: Waiting) -> Kind:
    return Kind(tuple(sorted(call.need.skills.items())), call.need.caller)


class Stream:
    """Those that ring nowhere, oldest first. `whole`: an agent ready before may fit too; else only the `fresh` may."""

    __slots__ = ("asks", "due", "fits", "fresh", "held_weight", "number", "open", "queue", "reach", "whole")

    def __init__(self, queue: QueueIndex, asks: Asks, number: int) -> None:
        self.queue = queue
        self.asks = asks
        self.fits: dict[int, Fit] = {}
        """By step, twice, plus one where supervisors may be rung."""
        widest = queue.fit(asks.kind, queue.steps.count, True)
        self.reach = widest.ranks
        """Who may ever be rung for it."""
        self.held_weight = widest.weight(asks.held)
        """How much waiting counts for the agent it is held for, who need not fit yet."""
        self.number = number
        """Its own among all streams."""
        self.open: list[CallKey] = []
        self.whole = True
        self.fresh: list[str] = []
        self.due = (0, 0)
        """When its head's next step comes, and which call that is, while that stands in the list of what is due."""

    @property
    def hopes(self) -> bool:
        """Whether somebody ready may be rung for it some time: then it is worth to look when a step comes."""
        ready, reach = self.queue.ready, self.reach
        return any(agent in reach for _, _, agent in ready)

    def add(self, key: CallKey) -> bool:
        """Whether it is the first now."""
        insort(self.open, key)
        return self.open[0] == key

    def remove(self, key: CallKey) -> bool:
        """Whether another one is the first now."""
        first = bool(self.open) and self.open[0] == key
        drop(self.open, key)
        return first


def drop(keys: list[_Key], key: _Key) -> None:
    place = bisect_left(keys, key)
    if place < len(keys) and keys[place] == key:
        del keys[place]
