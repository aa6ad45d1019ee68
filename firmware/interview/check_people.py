"""People and their telephones: names, numbers nobody else has, a telephone for each."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.faults import Finding
from firmware.config.inside import inside_numbers
from firmware.config.lines import Path
from firmware.config.schema import Config
from firmware.config.shape import BROKEN
from firmware.interview import wordings as say
from firmware.interview.answers import Answers, Person
from firmware.interview.dial_plan import plan_of
from firmware.interview.found import found
from firmware.interview.numbers import LONGEST, SHORTEST, hinders
from firmware.interview.seating import Seating

LEAST_MOBILE, MOST_MOBILE = 5, 15


def check_people(answers: Answers, whole: Answers, config: Config) -> Iterator[Finding]:
    if not any(one.role != "staff" for one in whole.people):
        yield Finding(("person",), say.NOBODY)
    yield from _names(answers)
    yield from _numbers(answers, whole, config)
    yield from _mobiles(answers, whole, config)
    for place in Seating(whole, config).standing:
        data = {"name": whole.people[place].name, "count": _telephones(config)}
        yield Finding(("person", place) if answers.people else ("person",), say.NO_TELEPHONE, data)


def _telephones(config: Config) -> int:
    there = found(config)
    return len(there.telephones) + len(there.seats)


def _names(answers: Answers) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, one in enumerate(answers.people):
        plain = one.name.strip().casefold()
        if not plain:
            yield Finding(("person", at, "name"), say.NO_NAME)
        elif plain in seen and one.name != BROKEN:
            yield Finding(("person", at, "name"), say.NAME_TWICE, {"name": one.name})
        seen.add(plain)


def _numbers(answers: Answers, whole: Answers, config: Config) -> Iterator[Finding]:
    plan = plan_of(whole, config)
    own = {one.number for one in found(config).telephones}
    others = {number for number, _, _ in inside_numbers(config)}
    others |= {one.number for one in config.extensions} - own
    seen: set[str] = set()
    for at, one in enumerate(answers.people):
        path: Path = ("person", at, "extension")
        number = one.extension
        if number in ("", BROKEN):
            continue
        if not SHORTEST <= len(number) <= LONGEST and number not in own:
            data = {"number": number, "least": SHORTEST, "most": LONGEST}
            yield Finding(path, say.EXTENSION_LENGTH, data)
        elif number in others or number in seen:
            yield Finding(path, say.EXTENSION_TAKEN, {"number": number})
        elif hinders(plan, number):
            yield Finding(path, say.EXTENSION_HINDERS, {"number": number, "other": hinders(plan, number)})
        seen.add(number)


def _mobiles(answers: Answers, whole: Answers, config: Config) -> Iterator[Finding]:
    for at, one in enumerate(answers.people):
        if one.mobile in ("", BROKEN):
            continue
        path: Path = ("person", at, "mobile")
        if one.extension:
            yield Finding(path, say.BOTH_TELEPHONES, {"name": one.name})
        elif one.role == "staff":
            yield Finding(path, say.MOBILE_OF_STAFF, {"name": one.name})
        elif not _can_be_called(one, whole, config):
            yield Finding(path, say.BAD_MOBILE, {"number": one.mobile})
        elif not found(config).ways_out:
            yield Finding(path, say.MOBILE_WITHOUT_LINE)


def _can_be_called(one: Person, whole: Answers, config: Config) -> bool:
    """Neither abroad nor a call for help, with or without the prefix for a line."""
    plan, number = plan_of(whole, config), one.mobile
    dialled = plan.outside_prefix + number
    abroad = plan.international_prefix and number.startswith(plan.international_prefix)
    urgent = any(text.startswith(help_) for help_ in plan.emergency if help_ for text in (number, dialled))
    inside = dialled in {telephone.number for telephone in config.extensions}
    return LEAST_MOBILE <= len(number) <= MOST_MOBILE and not (abroad or urgent or inside)
