"""Queues of a proposal: who is rung how, how long callers wait, and what becomes of them then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import structs

from firmware.config.schema import Group, Queue, RoutingRule
from firmware.interview.answers import Department
from firmware.interview.house import OWN, SPEAKS, House, own_id
from firmware.interview.numbers import QUEUES

FEW = 3
"""So few people hear one another's telephones: all of them ring at once."""
LEAST_WAIT_S, MOST_WAIT_S = 60.0, 600.0
URGENT = 10
CONSENT, MESSAGE_KEY, CALLBACK_KEY = "recording-consent", "0", "1"
WAITING = f"{OWN}-waiting"
"""Prompt that tells waiting callers of the message key."""


def queues(house: House, mobiles: Mapping[str, Group], voicemail: str) -> Iterator[Queue]:
    """Those that are there, then new ones; what the interview does not ask about stays as it is."""
    mine = {name: _queue(house, name, mobiles, voicemail) for name in house.queues}
    for one in house.config.queues:
        yield mine.pop(one.id, one)
    yield from mine.values()


def _queue(house: House, name: str, mobiles: Mapping[str, Group], voicemail: str) -> Queue:
    department = house.answers.departments[list(house.queues).index(name)]
    there = house.queues[name] or Queue(id=name)
    load, wishes = house.answers.load, house.answers.wishes
    overflow = f"group:{mobiles[name].id}" if name in mobiles else voicemail
    offers_message = bool(voicemail) and overflow == voicemail
    return structs.replace(
        there,
        number=there.number or house.numbers.take(QUEUES),
        name=department.name,
        strategy=_strategy(house, department, there),
        wrap_up_s=float(load.notes_s),
        wrap_up_most_s=max(there.wrap_up_most_s, float(load.notes_s)),
        service_level_s=float(load.within_s),
        max_wait_s=_patience(house) if overflow else 0.0,
        overflow=overflow,
        no_agents="overflow",
        exit_key=MESSAGE_KEY if offers_message else "",
        comfort=_comfort(house, there, offers_message),
        record=house.records,
        consent=CONSENT if house.records and wishes.announce else "",
        priority=URGENT if department.urgent else 0,
        supervisors_after_s=_supervisors_after_s(house, department, there),
        last_agent=house.answers.goal in ("support", "sell"),
        callback_key=CALLBACK_KEY if wishes.callback and house.found.ways_out else "",
    )


def _comfort(house: House, there: Queue, offers_message: bool) -> tuple[str, ...]:
    """Whatever is said there, and of the message key where it leads to one."""
    own = own_prompt(house, WAITING)
    others = tuple(one for one in there.comfort if one != own)
    return (own, *others) if offers_message else others


def own_prompt(house: House, name: str) -> str:
    return own_id(name, (one.id for one in house.config.prompts))


def _patience(house: House) -> float:
    """Twice as long as callers last on average: hardly anybody is sent away who would have waited."""
    return min(MOST_WAIT_S, max(LEAST_WAIT_S, 2.0 * house.answers.load.patience_s))


def _strategy(house: House, department: Department, there: Queue) -> str:
    count = sum(at in house.agents for at, _ in house.members(department))
    if there.strategy not in ("longest-idle", "ring-all"):
        return there.strategy
    return "ring-all" if house.answers.goal == "answer" and 0 < count <= FEW else "longest-idle"


def _supervisors_after_s(house: House, department: Department, there: Queue) -> float:
    """At once, where nobody but supervisors answers."""
    roles = {person.role for at, person in house.members(department) if at in house.agents}
    return 0.0 if roles == {"supervisor"} else there.supervisors_after_s


def language_rules(house: House) -> Iterator[RoutingRule]:
    """Who chose another language than the house's gets people who speak it, in queues that have some."""
    others = [one for one in house.answers.languages if one != house.language]
    mine = {rule.id: rule for language in others for rule in _rule(house, language)}
    gone = {own_rule(house, language) for language in ("zh", "en")} - mine.keys()
    for one in house.config.routing:
        if one.id not in gone:
            yield mine.pop(one.id, one)
    yield from mine.values()


def own_rule(house: House, language: str) -> str:
    return own_id(f"{OWN}-{language}", (one.id for one in house.config.routing))


def _rule(house: House, language: str) -> Iterator[RoutingRule]:
    names = tuple(
        queue
        for queue, department in zip(house.queues, house.answers.departments, strict=True)
        if house.speaks_several and speakers(house, department, language)
    )
    if names:
        name = own_rule(house, language)
        yield RoutingRule(id=name, languages=(language,), queues=names, skills={language: SPEAKS})


def speakers(house: House, department: Department, language: str) -> int:
    """How many at telephones here speak it."""
    return sum(
        at in house.agents and language in person.languages for at, person in house.members(department)
    )
