"""What was not answered, filled in from the box as it stands: a box with telephones needs no answer at all."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config
from firmware.interview.answers import Answers, Department, Person, Place
from firmware.interview.customs import CUSTOMS
from firmware.interview.found import Found, found

DEPARTMENTS = {
    "answer": ("前台", "Reception"),
    "sell": ("销售", "Sales"),
    "support": ("客服", "Service"),
    "book": ("预订", "Bookings"),
}
"""By goal: what the one department is called where none is named."""


def completed(answers: Answers, config: Config) -> Answers:
    """Completed answers complete to themselves."""
    site = _site(answers.site, config)
    people = answers.people or _people(found(config), config, site.language)
    return structs.replace(
        answers,
        site=site,
        languages=tuple(dict.fromkeys(answers.languages or (site.language,))),
        people=tuple(structs.replace(one, languages=one.languages or (site.language,)) for one in people),
        departments=answers.departments or (_department(answers.goal, site.language),),
    )


def _site(place: Place, config: Config) -> Place:
    site = config.site
    country = place.country.upper() or site.country
    moved = country != site.country and country in CUSTOMS
    return Place(
        name=place.name or site.name,
        country=country,
        area=place.area or ("" if moved else site.area),
        zone=place.zone or (CUSTOMS[country].zone if moved else site.zone),
        language=place.language or site.language,
    )


def _people(there: Found, config: Config, language: str) -> tuple[Person, ...]:
    """Whoever has a telephone, and somebody for each telephone nobody has."""
    roles = {one.id: "supervisor" if one.kind == "supervisor" else "agent" for one in config.agents}
    known = [
        Person(
            name=one.name[:60] or _somebody(one.number, language),
            extension=one.number,
            role=roles.get(one.agent, "agent"),
        )
        for one in there.telephones
    ]
    names = {one.name for one in known}
    if len(names) < len(known):
        known = [structs.replace(one, name=_somebody(one.extension, language)) for one in known]
    new = [
        Person(name=_somebody(str(place), language)) for place, _ in enumerate(there.seats, len(known) + 1)
    ]
    return tuple((*known, *new)) or ((Person(name=_somebody("1", language)),) if there.sip_card else ())


def _somebody(what: str, language: str) -> str:
    return f"同事 {what}" if language == "zh" else f"Colleague {what}"


def _department(goal: str, language: str) -> Department:
    zh, en = DEPARTMENTS[goal]
    return Department(name=zh, other_name=en) if language == "zh" else Department(name=en, other_name=zh)
