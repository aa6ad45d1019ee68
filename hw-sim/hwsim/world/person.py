"""What all people of the world have in common: a name, timers, a table of what they do when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, ClassVar

from hwsim.world.percepts import Act, Due, Percept

Doing = Callable[[Any, Percept, int], list[Act]]
"""A method of the person: (person, percept, now) to acts; it may set `state` and timers."""


class Person:
    """A sans-IO machine: `handle` a percept, `handle(Due())` at `deadline_us`.

    `STEPS` is everything this kind of person does. What is not in it is not noticed.
    """

    STEPS: ClassVar[Mapping[tuple[Enum, type[Percept]], Doing]]
    ALARMS: ClassVar[Mapping[str, Doing]]
    """What a timer of that name does."""

    def __init__(self, name: str, state: Enum) -> None:
        self.name = name
        self.state: Enum = state
        self._timers: dict[str, int] = {}

    @property
    def deadline_us(self) -> int | None:
        return min(self._timers.values(), default=None)

    def handle(self, percept: Percept, now_us: int) -> list[Act]:
        if isinstance(percept, Due):
            return self._alarms(now_us)
        doing = self.STEPS.get((self.state, type(percept)))
        return [] if doing is None else doing(self, percept, now_us)

    def _alarms(self, now_us: int) -> list[Act]:
        acts: list[Act] = []
        while self._timers:
            name, at_us = min(self._timers.items(), key=lambda timer: (timer[1], timer[0]))
            if at_us > now_us:
                break
            del self._timers[name]
            acts += self.ALARMS[name.partition(":")[0]](self, Due(name), now_us)
        return acts

    def set_timer(self, name: str, at_us: int) -> None:
        self._timers[name] = at_us

    def clear_timers(self, *names: str) -> None:
        """Those of these names, or all."""
        if not names:
            self._timers.clear()
        for name in names:
            self._timers.pop(name, None)

    def timer_us(self, name: str) -> int | None:
        return self._timers.get(name)
