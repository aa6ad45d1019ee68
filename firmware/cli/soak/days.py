"""A scenario of one day, day after day: everybody comes again, everything breaks again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec import structs

from hwsim.scenario import Break, Caller, Dialling, Fault, Scenario

DAY_S = 86_400.0
_Timed = TypeVar("_Timed", Break, Dialling, Fault, Caller)


def day_after_day(scenario: Scenario, hours: float) -> Scenario:
    """`scenario` is one day (or part of one); the result lasts `hours`. People who sign in by telephone do so once."""
    days = range(-(-round(hours * 3600) // round(DAY_S)))
    arrivals = [
        structs.replace(
            one,
            id=f"{one.id}.{day + 1}",
            from_s=one.from_s + day * DAY_S,
            to_s=(one.to_s or min(DAY_S, scenario.about.seconds)) + day * DAY_S,
        )
        for day in days
        for one in scenario.arrivals
    ]
    persons = [
        structs.replace(one, breaks=_again(one.breaks, days), dials=_again(one.dials, days))
        for one in scenario.persons
    ]
    return structs.replace(
        scenario,
        about=structs.replace(scenario.about, seconds=hours * 3600),
        arrivals=tuple(arrivals),
        persons=tuple(persons),
        callers=_again(scenario.callers, days),
        faults=_again(scenario.faults, days),
        expects=(),
    )


def _again(ones: Iterable[_Timed], days: Iterable[int]) -> tuple[_Timed, ...]:
    ones = tuple(ones)
    return tuple(structs.replace(one, at_s=one.at_s + day * DAY_S) for day in days for one in ones)
