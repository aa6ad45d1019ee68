"""Everything wrong with answers for one box, each told at its question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path as FilePath
from typing import Any

import msgspec

from firmware.config.check import countries
from firmware.config.check_lookalikes import unseen_signs
from firmware.config.faults import Fault, Finding
from firmware.config.load import load, look_at
from firmware.config.schema import Config
from firmware.config.shape import BROKEN
from firmware.config.times import span_minutes
from firmware.interview import wordings as say
from firmware.interview.answers import MOST_PEOPLE, MOST_SERVICES, Answers, Department
from firmware.interview.check_people import check_people
from firmware.interview.completing import completed
from firmware.interview.customs import custom
from firmware.interview.dial_plan import plan_of
from firmware.interview.found import found
from firmware.interview.numbers import hinders, taken

MENU_KEYS = "123456789"


def load_answers(path: FilePath | str, config: Config) -> tuple[Answers | None, list[Fault]]:
    """The answers in a TOML file for a box of this configuration, or None and all faults."""
    return load(path, Answers, (partial(check_answers, config=config),))


def read_answers(document: dict[str, Any], config: Config) -> tuple[Answers | None, list[Finding]]:
    """The same of a form's values."""
    answers, findings = look_at(document, Answers, (partial(check_answers, config=config),))
    good = all(finding.wording.warning for finding in findings)
    return (answers if good else None), findings


def check_answers(answers: Answers, config: Config) -> Iterator[Finding]:
    """Paths are those of the answers as given; what was left out is held as it will be filled in."""
    yield from _signs(answers)
    country = answers.site.country.upper()
    if country and country != BROKEN and country not in countries():
        data = {"value": country, "known": ", ".join(countries())}
        yield Finding(("site", "country"), say.NO_SUCH_COUNTRY, data)
        return
    whole = completed(answers, config)
    yield from _moving(whole, config)
    yield from check_people(answers, whole, config)
    yield from _departments(answers, whole)
    yield from _channels(answers, whole, config)
    yield from _opening(answers)
    yield from _wishes(whole)


def _signs(answers: Answers) -> Iterator[Finding]:
    for path, sign in unseen_signs(msgspec.to_builtins(answers)):
        yield Finding(path, say.INVISIBLE, {"sign": f"U+{ord(sign):04X}"})


def _moving(whole: Answers, config: Config) -> Iterator[Finding]:
    """Another country has other emergency numbers: what the house has already must not stand in their way."""
    if whole.site.country == config.site.country:
        return
    plan = plan_of(whole, config)
    for number in sorted(taken(config) - {""}):
        if hinders(plan, number):
            data = {"number": number, "other": hinders(plan, number)}
            yield Finding(("site", "country"), say.EXTENSION_HINDERS, data)


def _departments(answers: Answers, whole: Answers) -> Iterator[Finding]:
    if len(answers.departments) > MOST_SERVICES:
        count = {"count": len(answers.departments), "most": MOST_SERVICES}
        yield Finding(("department", MOST_SERVICES), say.TOO_MANY, count)
    if len(answers.people) > MOST_PEOPLE:
        count = {"count": len(answers.people), "most": MOST_PEOPLE}
        yield Finding(("person", MOST_PEOPLE), say.TOO_MANY_PEOPLE, count)
    yield from _keys(answers)
    people = {one.name: one.role for one in whole.people}
    seen: set[str] = set()
    for at, one in enumerate(answers.departments):
        yield from _named(one.name, seen, ("department", at, "name"))
        for place, name in enumerate(one.people):
            if name not in people and name != BROKEN:
                data = {"name": name, "known": ", ".join(people)}
                yield Finding(("department", at, "people", place), say.NO_SUCH_PERSON, data)
        if not _answered(one, people):
            yield Finding(("department", at), say.DEPARTMENT_NOBODY, {"name": one.name})
    shares = sum(one.share for one in answers.departments)
    if shares > 100:
        yield Finding(("department", 0, "share"), say.SHARES, {"sum": shares})


def _answered(one: Department, people: dict[str, str]) -> bool:
    names = one.people or tuple(people)
    return any(people.get(name, "agent") != "staff" for name in names) or not people


def _keys(answers: Answers) -> Iterator[Finding]:
    keys: set[str] = set()
    for at, one in enumerate(answers.departments):
        if one.key not in ("", BROKEN):
            path = ("department", at, "key")
            if one.key not in MENU_KEYS:
                yield Finding(path, say.BAD_KEY, {"key": one.key})
            elif one.key in keys:
                yield Finding(path, say.KEY_TWICE, {"key": one.key})
            keys.add(one.key)


def _named(name: str, seen: set[str], path: tuple[str | int, ...]) -> Iterator[Finding]:
    """Names are told apart without regard to capitals and blanks around them."""
    if name == BROKEN:
        return
    plain = name.strip().casefold()
    if not plain:
        yield Finding(path, say.NO_NAME)
    elif plain in seen:
        yield Finding(path, say.NAME_TWICE, {"name": name})
    seen.add(plain)


def _channels(answers: Answers, whole: Answers, config: Config) -> Iterator[Finding]:
    there = found(config).ways_in
    departments = [one.name for one in whole.departments]
    for name, count in Counter(one.line for one in answers.channels).items():
        if count > 1:
            at = max(place for place, one in enumerate(answers.channels) if one.line == name)
            yield Finding(("channel", at, "line"), say.NAME_TWICE, {"name": name})
    for at, one in enumerate(answers.channels):
        if one.line not in there and one.line != BROKEN:
            data = {"name": one.line, "known": ", ".join(there)}
            yield Finding(("channel", at, "line"), say.NO_SUCH_LINE, data)
        if one.department and one.department not in (*departments, BROKEN):
            data = {"name": one.department, "known": ", ".join(departments)}
            yield Finding(("channel", at, "department"), say.NO_SUCH_DEPARTMENT, data)
    if not there:
        yield Finding(("channel",), say.NO_LINE)


def _opening(answers: Answers) -> Iterator[Finding]:
    spans = answers.opening.open
    if not any(spans.values()):
        yield Finding(("opening", "open"), say.NEVER_OPEN)
    for day, texts in spans.items():
        for first, second in _overlapping(texts):
            yield Finding(("opening", "open", day), say.OVERLAPPING, {"first": first, "second": second})
    for at, date in enumerate(answers.opening.working):
        if date in answers.opening.holidays:
            yield Finding(("opening", "working", at), say.BOTH_WAYS, {"date": date})


def _overlapping(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each span that begins before an earlier one has ended, once: of thousands as many are told."""
    known = [(span, text) for text in texts if text != BROKEN and (span := span_minutes(text))]
    last: tuple[tuple[int, int], str] | None = None
    for one in sorted(known, key=lambda row: row[0]):
        if last and one[0][0] < last[0][1]:
            yield last[1], one[1]
        if last is None or one[0][1] > last[0][1]:
            last = one


def _wishes(whole: Answers) -> Iterator[Finding]:
    wishes, usual = whole.wishes, custom(whole.site.country)
    records = wishes.record == "yes" or (wishes.record == "country" and usual.record)
    if records and usual.must_announce and not wishes.announce:
        yield Finding(("wishes", "announce"), say.MUST_ANNOUNCE, {"country": whole.site.country})
