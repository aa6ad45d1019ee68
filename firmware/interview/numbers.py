"""Numbers of the house: which are free, and which nobody may have because a call for help begins so."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.inside import inside_numbers
from firmware.config.schema import Config, DialPlan

TELEPHONES, QUEUES, MENU = 801, 601, 600
"""Where proposals begin to count."""
SHORTEST, LONGEST = 2, 6
"""Digits."""


def hinders(plan: DialPlan, number: str) -> str:
    """The emergency number or outside prefix a number of the house would stand in the way of; empty: none."""
    for urgent in plan.emergency:
        if urgent and (number.startswith(urgent) or urgent.startswith(number)):
            return urgent
    prefix = plan.outside_prefix
    return prefix if prefix and number.startswith(prefix) else ""


def taken(config: Config) -> set[str]:
    """Numbers of telephones, queues, flows, groups and rooms."""
    return {one.number for one in config.extensions} | {number for number, _, _ in inside_numbers(config)}


class Numbers:
    """Hands out each number once."""

    def __init__(self, plan: DialPlan, given: set[str]) -> None:
        self._plan, self._given = plan, set(given)

    def take(self, first: int) -> str:
        """The next one from `first` on that is free."""
        number = next(one for one in _from(first) if one not in self._given and not hinders(self._plan, one))
        self._given.add(number)
        return number


def _from(first: int) -> Iterator[str]:
    """Its own hundred, then all other three digits, then four."""
    yield from map(str, range(first, first - first % 100 + 100))
    yield from map(str, range(200, 1000))
    yield from map(str, range(2000, 10_000))
