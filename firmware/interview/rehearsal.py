"""The expected day as a scenario: the proposed box, callers as many as were named, its people at their telephones.

It is a TOML text for `tipring rehearse --fast`; the service level it reports is what the proposal may promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from msgspec import Struct, field, structs

from firmware.config.export import as_toml
from firmware.config.schema import Config
from firmware.config.times import DAYS
from firmware.interview.configuring import channel_of
from firmware.interview.flows import LANGUAGE_KEYS, menu_keys
from firmware.interview.house import House
from firmware.interview.staffing import shares, weekday
from firmware.staffing.day import QUARTER_S, open_quarters, shape

SEED = 1
MENU_AFTER_S = {False: 6, True: 14}
"""When callers key, after the box answered; later where a language is chosen first."""
LANGUAGE_AFTER_S = 7
_MOST_PATIENCE, _MOST_TALK = 10, 6
"""Times the mean: nobody waits or talks longer."""
_RING_S = 60.0
_WEEKS = 60
_FIRST_NUMBER = 62340001

Table = dict[str, Any]


class Day(Struct, frozen=True):
    """A scenario as it is written; `hwsim.scenario` reads it."""

    scenario: Table
    box: Config
    arrivals: list[Table]
    person: list[Table]
    parties: list[Table] = field(name="outside_party")


def expected_day(house: House, proposal: Config, today: date) -> str:
    """TOML. The day is the first ordinary one after `today` on the weekday that is open longest."""
    begin = _quarters(house)[0] * QUARTER_S
    end = (_quarters(house)[-1] + 1) * QUARTER_S
    chosen = _day(house, today)
    hours, minutes = divmod(begin // 60, 60)
    about = {
        "name": "expected-day",
        "description": f"The expected {weekday(house.answers)}, as the interview was answered",
        "seed": SEED,
        "seconds": float(end - begin),
        "starts": f"{chosen}T{hours:02}:{minutes:02}:00",
    }
    box = numbered(proposal)
    return as_toml(Day(about, box, list(_arrivals(house, box)), list(_persons(house)), list(_parties(house))))


def _quarters(house: House) -> tuple[int, ...]:
    return open_quarters(house.answers.opening.open[weekday(house.answers)])


def _day(house: House, today: date) -> date:
    """No holiday, if there is such a day within a year."""
    opening = house.answers.opening
    first = today + timedelta(days=(DAYS.index(weekday(house.answers)) - today.weekday()) % 7)
    weeks = [first + timedelta(weeks=week) for week in range(_WEEKS)]
    return next((one for one in weeks if one.isoformat() not in opening.holidays), first)


def _arrivals(house: House, proposal: Config) -> Iterator[Table]:
    """One stream a quarter-hour; lines with one number hunt, so that one number is called for all of them."""
    load, quarters = house.answers.load, _quarters(house)
    peaks = shape(quarters, load.peak_percent / 100)
    called = _called(proposal)
    for quarter, share in zip(quarters, peaks, strict=True):
        from_s = (quarter - quarters[0]) * QUARTER_S
        for number, (part, line) in called.items():
            calls = share * part * load.calls_a_day
            if calls > 0:
                yield {
                    "id": f"{quarter // 4:02}{quarter % 4 * 15:02}-{line}",
                    "calls": number,
                    "from_s": float(from_s),
                    "to_s": float(from_s + QUARTER_S),
                    "per_hour": round(calls * 3600 / QUARTER_S, 4),
                    "language": house.language,
                    "patience_s": _spread(load.patience_s, _MOST_PATIENCE),
                    "ring_patience_s": _RING_S,
                    "talk_s": _spread(load.talk_s, _MOST_TALK),
                    "choice": list(_choices(house, line)),
                }


def _spread(mean_s: float, most: int) -> Table:
    """Exponential, as the theory takes it."""
    return {"least": 0.0, "most": float(mean_s * most), "mean": float(mean_s)}


def numbered(proposal: Config) -> Config:
    """Lines without a number of their own hunt in this world: all that lead to one place have one number."""
    targets = list(dict.fromkeys(line.target for line in proposal.lines))
    lines = tuple(
        structs.replace(line, number=line.number or f"{_FIRST_NUMBER + targets.index(line.target)}")
        for line in proposal.lines
    )
    return structs.replace(proposal, lines=lines)


def _called(proposal: Config) -> dict[str, tuple[float, str]]:
    """What callers dial: its share of the calls, by the lines behind it, and the name of one of them."""
    ways = [(line.number, line.name) for line in proposal.lines]
    ways = ways or [(trunk.number or trunk.name, trunk.name) for trunk in proposal.trunks]
    numbers = [number for number, _ in ways]
    return {number: (numbers.count(number) / len(ways), name) for number, name in reversed(ways)}


def _choices(house: House, line: str) -> Iterator[Table]:
    """By department (where there is a menu), and by language in equal parts."""
    direct = bool(channel_of(house, line).department)
    several = house.speaks_several
    keys = {at: key for key, at in menu_keys(house.answers.departments).items()}
    parts = shares(house.answers) if not direct and len(keys) > 1 else [1.0]
    for at, part in enumerate(parts):
        for language in house.answers.languages:
            press = [f"{LANGUAGE_KEYS[language]}@{LANGUAGE_AFTER_S}"] if several else []
            if len(parts) > 1:
                press.append(f"{keys[at]}@{MENU_AFTER_S[several]}")
            if part > 0:
                weight = round(part / len(house.answers.languages), 6)
                yield {"weight": weight, "language": language, "press": press}


def _persons(house: House) -> Iterator[Table]:
    for at, telephone in house.telephones.items():
        if at in house.agents:
            yield {"extension": telephone.number, "language": house.answers.people[at].languages[0]}


def _parties(house: House) -> Iterator[Table]:
    """The mobiles."""
    for number in dict.fromkeys(one.mobile for one in house.answers.people if one.mobile):
        yield {"number": number, "answers_after_s": 6.0}
