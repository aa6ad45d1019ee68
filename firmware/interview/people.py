"""Telephones, agents and mobiles of a proposal."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from firmware.config.schema import Agent, Class, Extension, Group
from firmware.interview.answers import Person
from firmware.interview.house import FLUENT, House, own_id

CLASS = "staff"
SAFE = ("local", "service", "national")
"""Kinds of numbers; what is dear has to be allowed by somebody who knows why."""
MOBILE_RING_S = 25.0


def safe_class(house: House) -> Class:
    """As it stands, if it is there: who allowed more did so on purpose."""
    name = own_id(CLASS, (one.id for one in house.config.classes))
    there = next((one for one in house.config.classes if one.id == name), None)
    return there or Class(id=name, may_call=SAFE)


def telephones(house: House, mailbox: str) -> Iterator[Extension]:
    """In the order of the box: those that are there, each with what its person makes of it; then new ones."""
    seats = {seat.number: at for at, seat in house.telephones.items()}
    safe = safe_class(house).id
    for one in house.config.extensions:
        at = seats.pop(one.number, None)
        yield one if at is None else _telephone(house, one, at, safe, mailbox)
    for at in seats.values():
        yield _telephone(house, house.telephones[at], at, safe, mailbox)


def _telephone(house: House, one: Extension, at: int, safe: str, mailbox: str) -> Extension:
    person, agent = house.answers.people[at], house.agents.get(at)
    plain = not one.of_class and one.may_call == "national"
    return structs.replace(
        one,
        name=person.name,
        language=_language(house, person),
        of_class=safe if plain else one.of_class,
        voicemail=one.voicemail or mailbox,
        agent="" if agent is None else agent.id,
    )


def _language(house: House, person: Person) -> str:
    """What the box says to this telephone; empty where it is the house's."""
    first = person.languages[0]
    return "" if house.language in person.languages else first


def agents(house: House) -> Iterator[Agent]:
    """Those that are there keep queues the interview knows nothing of."""
    mine = {agent.id: at for at, agent in house.agents.items()}
    for one in house.config.agents:
        at = mine.pop(one.id, None)
        yield one if at is None else _agent(house, one, at)
    for at in mine.values():
        yield _agent(house, house.agents[at], at)


def _agent(house: House, one: Agent, at: int) -> Agent:
    person = house.answers.people[at]
    own = tuple(
        queue
        for queue, department in zip(house.queues, house.answers.departments, strict=True)
        if at in {place for place, _ in house.members(department)}
    )
    kept = tuple(queue for queue in one.queues if queue not in house.queues)
    skills = dict.fromkeys(person.languages, FLUENT) if house.speaks_several else {}
    return structs.replace(
        one,
        name=person.name,
        queues=(*own, *kept),
        skills={**skills, **one.skills},
        kind=_kind(one, person),
    )


def _kind(one: Agent, person: Person) -> str:
    if person.role == "supervisor":
        return "supervisor"
    return "normal" if one.kind == "supervisor" else one.kind


def mobiles(house: House, fallback: str) -> dict[str, Group]:
    """By queue: the mobiles of its people, all at once. They ring when nobody in the house answers."""
    found = {}
    ids = [group.id for group in house.config.groups]
    for queue, department in zip(house.queues, house.answers.departments, strict=True):
        numbers = tuple(
            house.plan.outside_prefix + person.mobile
            for _, person in house.members(department)
            if person.mobile
        )
        if numbers:
            name = own_id(f"{queue}-mobiles", ids)
            there = next((one for one in house.config.groups if one.id == name), Group(id=name))
            found[queue] = structs.replace(
                there,
                name=there.name or department.name,
                members=numbers,
                may_call="national",
                ring_s=MOBILE_RING_S,
                fallback=fallback,
            )
    return found
