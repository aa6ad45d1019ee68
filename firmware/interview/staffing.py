"""How many people and lines the expected day wants, and what those who are there reach."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from firmware.config.times import DAYS
from firmware.interview.answers import Answers
from firmware.interview.house import House
from firmware.staffing.day import QUARTER_S, Interval, Target, curve, level_of, open_quarters
from firmware.staffing.erlang import lines_for

LOST_CALLS = 0.01
"""Share of calls that may find all lines busy in the busiest quarter-hour."""


class Pool(Struct, frozen=True):
    """Departments whose people are, at least in part, the same."""

    queues: tuple[str, ...]
    people: int
    """At telephones here."""
    day: tuple[Interval, ...]
    """With the figures of those people; `agents` is how many each quarter-hour wants."""

    @property
    def wanted(self) -> int:
        """In the busiest quarter-hour."""
        return max((one.agents for one in self.day), default=0)

    @property
    def service_level(self) -> float:
        """Of the day, 0 … 1."""
        return level_of(self.day)


class Staffing(Struct, frozen=True):
    """Of the week's longest day."""

    weekday: str
    """`mon` … `sun`."""
    pools: tuple[Pool, ...]
    lines_wanted: int
    lines: int
    """Calls that may come in at once over copper; 0: over trunks alone, which are not counted."""

    @property
    def service_level(self) -> float:
        """Of all calls, expected by theory: menus and ringing are not in it."""
        return level_of([one for pool in self.pools for one in pool.day])


def staffing(house: House) -> Staffing:
    day = weekday(house.answers)
    quarters = open_quarters(house.answers.opening.open[day])
    pools = tuple(_pool(house, places, quarters) for places in _pools(house))
    return Staffing(day, pools, _lines(house, pools), len(house.found.lines))


def weekday(answers: Answers) -> str:
    """The one on which it is open longest; of several the first."""
    spans = answers.opening.open
    return max(DAYS, key=lambda day: (len(open_quarters(spans.get(day, ()))), -DAYS.index(day)))


def shares(answers: Answers) -> list[float]:
    """Of the day's calls, each department's: as said, the others what is left in equal parts."""
    said = [one.share / 100 for one in answers.departments]
    silent = said.count(0.0)
    left = (1 - sum(said)) / silent if silent else 0.0
    whole = [share or left for share in said]
    total = sum(whole)
    return [share / total if total else 1 / len(whole) for share in whole]


def target(answers: Answers) -> Target:
    load = answers.load
    return Target(load.percent / 100, load.within_s, load.talk_s + load.notes_s, load.patience_s)


def _pools(house: House) -> list[list[int]]:
    """Places of departments that share somebody, directly or through others."""
    pools: list[tuple[set[int], list[int]]] = []
    for place, one in enumerate(house.answers.departments):
        people, places = {at for at, _ in house.members(one) if at in house.agents}, [place]
        for pool in [pool for pool in pools if pool[0] & people]:
            people |= pool[0]
            places = [*pool[1], *places]
            pools.remove(pool)
        pools.append((people, places))
    return [places for _, places in pools]


def _pool(house: House, places: Sequence[int], quarters: Sequence[int]) -> Pool:
    answers, names = house.answers, list(house.queues)
    people = {
        at for place in places for at, _ in house.members(answers.departments[place])
    } & house.agents.keys()
    calls = sum(shares(answers)[place] for place in places) * answers.load.calls_a_day
    peak = answers.load.peak_percent / 100
    day = curve(quarters, calls, peak, target(answers), staffed=len(people))
    return Pool(tuple(names[place] for place in places), len(people), tuple(day))


def _lines(house: House, pools: Sequence[Pool]) -> int:
    """Callers hold a line while they wait and talk, not while notes are written."""
    busiest = max(
        (sum(day) for day in zip(*([one.calls for one in pool.day] for pool in pools), strict=True)),
        default=0,
    )
    held_s = house.answers.load.talk_s + house.answers.load.within_s
    load = busiest / QUARTER_S * held_s
    return lines_for(load, LOST_CALLS) if load > 0 else 1
