"""Outside people whom the box can call."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import ClassVar

from hwsim.scenario import OutsideParty as PartyPlan
from hwsim.world.draws import drawn_us, generator
from hwsim.world.percepts import Act, Alerted, Answer, HangUp, HeardGoodbye, Hush, Percept, Released, Talk
from hwsim.world.person import Doing, Person


class PartyState(Enum):
    ON_HOOK = auto()
    ALERTED = auto()
    TALKING = auto()


class OutsideParty(Person):
    """Answers after a while (or never), greets, talks, hangs up."""

    STEPS: ClassVar[Mapping[tuple[Enum, type[Percept]], Doing]]
    ALARMS: ClassVar[Mapping[str, Doing]]

    def __init__(self, name: str, plan: PartyPlan, seed: int) -> None:
        super().__init__(name, PartyState.ON_HOOK)
        self.plan = plan
        self._seed = seed
        self._calls = 0

    def _alerted(self, _: Percept, now_us: int) -> list[Act]:
        self._calls += 1
        self.state = PartyState.ALERTED
        if self.plan.behaves == "answers":
            chance = generator(self._seed, "party", self.name, self._calls)
            self.set_timer("answer", now_us + drawn_us(self.plan.answers_after_s, chance))
        return []

    def _answer(self, _: Percept, now_us: int) -> list[Act]:
        chance = generator(self._seed, "party talk", self.name, self._calls)
        self.state = PartyState.TALKING
        self.set_timer("talk", now_us + drawn_us(self.plan.talk_s, chance))
        return [Answer(), Talk()]

    def _goodbye(self, _: Percept, now_us: int) -> list[Act]:
        self.set_timer("talk", now_us + 1_000_000)
        return []

    def _released(self, _: Percept, __: int) -> list[Act]:
        self.state = PartyState.ON_HOOK
        self.clear_timers()
        return [Hush()]

    def _hang_up(self, _: Percept, __: int) -> list[Act]:
        self.state = PartyState.ON_HOOK
        return [Hush(), HangUp()]


OutsideParty.STEPS = {
    (PartyState.ON_HOOK, Alerted): OutsideParty._alerted,
    (PartyState.ALERTED, Released): OutsideParty._released,
    (PartyState.TALKING, HeardGoodbye): OutsideParty._goodbye,
    (PartyState.TALKING, Released): OutsideParty._released,
}
OutsideParty.ALARMS = {"answer": OutsideParty._answer, "talk": OutsideParty._hang_up}
