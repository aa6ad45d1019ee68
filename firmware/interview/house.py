"""What every part of a proposal needs to know: completed answers, the box as it stands, names of its parts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from firmware.config.check_lookalikes import skeleton
from firmware.config.schema import Agent, Config, DialPlan, Extension, Queue
from firmware.interview.answers import Answers, Department, Person
from firmware.interview.completing import completed
from firmware.interview.customs import Custom, custom
from firmware.interview.dial_plan import plan_of
from firmware.interview.found import Found, found
from firmware.interview.numbers import Numbers, taken
from firmware.interview.seating import Seating

USUAL_IDS = {
    "sales": ("销售", "销售部", "sales"),
    "service": ("客服", "客服部", "服务", "售后", "售后服务", "service", "support", "customer service"),
    "bookings": ("预订", "预约", "订座", "bookings", "booking", "reservations"),
    "reception": ("前台", "总机", "reception", "front desk"),
    "accounts": ("财务", "财务部", "accounts", "accounting", "billing"),
    "orders": ("订单", "下单", "orders"),
    "technical": ("技术", "技术支持", "technical", "technical support"),
    "complaints": ("投诉", "complaints"),
}
OWN = "office"
"""Hours, service, mailbox and flows of the interview are called so, or begin so."""
FLUENT, SPEAKS = 80, 50
"""Level of a language a person has, and that a caller's choice of it asks for."""


class House:
    """One proposal's ground; all of it is worked out once."""

    def __init__(self, answers: Answers, config: Config) -> None:
        self.config = config
        self.answers: Answers = completed(answers, config)
        self.plan: DialPlan = plan_of(self.answers, config)
        self.custom: Custom = custom(self.answers.site.country)
        self.found: Found = found(config)
        self.telephones: dict[int, Extension] = Seating(self.answers, config).telephones
        given = {one.number for one in self.telephones.values()}
        self.numbers = Numbers(self.plan, taken(config) | given)

    @property
    def language(self) -> str:
        return self.answers.site.language

    @property
    def records(self) -> bool:
        wish = self.answers.wishes.record
        return self.custom.record if wish == "country" else wish == "yes"

    @property
    def speaks_several(self) -> bool:
        return len(self.answers.languages) > 1

    @cached_property
    def queues(self) -> dict[str, Queue | None]:
        """Id of each department's queue, in their order, with the one that is there."""
        known = {queue.name: queue for queue in self.config.queues if queue.name}
        chosen: dict[str, Queue | None] = {}
        for place, one in enumerate(self.answers.departments, 1):
            there = known.get(one.name)
            name = there.id if there is not None else self._usual(one, place, chosen)
            chosen[name] = next((queue for queue in self.config.queues if queue.id == name), None)
        return chosen

    def _usual(self, one: Department, place: int, chosen: Iterable[str]) -> str:
        plain = {one.name.strip().casefold(), one.other_name.strip().casefold()}
        wanted = next(
            (name for name, words in USUAL_IDS.items() if plain & set(words)), f"department-{place}"
        )
        named = {queue.id for queue in self.config.queues if queue.name in self._department_names}
        while wanted in chosen or wanted in named:
            wanted = f"{wanted}-{place}"
        return own_id(wanted, (queue.id for queue in self.config.queues))

    @cached_property
    def _department_names(self) -> set[str]:
        return {one.name for one in self.answers.departments}

    @cached_property
    def agents(self) -> dict[int, Agent]:
        """By the person's place: the agent of that name or at that telephone, or a new one with its number."""
        by_id = {one.id: one for one in self.config.agents}
        by_name = {one.name: one for one in self.config.agents if one.name}
        given: dict[str, int] = {}
        agents: dict[int, Agent] = {}
        for at, person in enumerate(self.answers.people):
            telephone = self.telephones.get(at)
            if telephone is None or person.role == "staff":
                continue
            there = by_name.get(person.name) or by_id.get(telephone.agent)
            if there is None or there.id in given:
                number = telephone.number
                free = number not in by_id and number not in given
                there = Agent(id=number if free else self.numbers.take(int(number[:3]) + 1), name=person.name)
            given[there.id] = at
            agents[at] = there
        return agents

    def members(self, department: Department) -> list[tuple[int, Person]]:
        """People who answer its callers, with their places."""
        return [
            (at, person)
            for at, person in enumerate(self.answers.people)
            if person.role != "staff" and (not department.people or person.name in department.people)
        ]


def own_id(wanted: str, there: Iterable[str]) -> str:
    """The name of the part that is there under this name or one that looks like it; else `wanted`."""
    return next((one for one in there if skeleton(one) == skeleton(wanted)), wanted)
