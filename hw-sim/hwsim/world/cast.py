"""All people of a scenario: tells them what they notice, wakes them in time, has the stage do their acts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from firmware.config.schema import Features
from hwsim.scenario import Caller as CallerPlan
from hwsim.scenario import Scenario
from hwsim.world.attendant import Attendant
from hwsim.world.caller import Caller, CallerState
from hwsim.world.crowd import crowd
from hwsim.world.diary import Diary
from hwsim.world.party import OutsideParty
from hwsim.world.percepts import (
    Act,
    Answer,
    Decline,
    Displayed,
    Due,
    Flash,
    Goodbye,
    HangUp,
    HeardBell,
    HeardMusic,
    HeardTone,
    HeardVoice,
    Hush,
    LampChanged,
    Lift,
    LostVoice,
    Percept,
    PlaceCall,
    Press,
    Talk,
    Transfer,
)
from hwsim.world.person import Person
from hwsim.world.scripted import Scripted
from hwsim.world.timeline import Timeline
from hwsim.world.voiceprint import NUMBERS


class Stage(Protocol):
    """Either model of the world, as people act on it. `who` is a person's name."""

    def place_call(self, who: str, now_us: int) -> None: ...
    def lift(self, who: str, now_us: int) -> None: ...
    def answer(self, who: str, now_us: int) -> None: ...
    def hang_up(self, who: str, now_us: int) -> None: ...
    def press(self, who: str, digits: str, now_us: int) -> None: ...
    def flash(self, who: str, now_us: int) -> None: ...
    def transfer(self, who: str, digits: str, now_us: int) -> None: ...
    def decline(self, who: str, now_us: int) -> None: ...
    def talk(self, who: str, now_us: int) -> None: ...
    def hush(self, who: str, now_us: int) -> None: ...
    def goodbye(self, who: str, now_us: int) -> None: ...


class Cast:
    """`people` by name: attendants are `ext-NUMBER`, parties `party-NUMBER`, callers have their id."""

    def __init__(self, scenario: Scenario, seed: int, timeline: Timeline, stage: Stage, diary: Diary) -> None:
        self.people: dict[str, Person] = {}
        self.diary = diary
        self._seed = seed
        self._timeline = timeline
        self._stage = stage
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._next_number = 1
        self._wakes: dict[str, int] = {}
        self.callers: deque[Caller] = deque(maxlen=diary.entries.maxlen)
        """Everybody who called so far, in order; where the diary is limited, so is this."""
        features: Features = scenario.config.features
        for person in scenario.persons:
            name = f"ext-{person.extension}"
            scripted = Scripted(name, person) if person.script else None
            self.add(scripted or Attendant(name, person, seed, features))
        for party in scenario.outside_parties:
            self.add(OutsideParty(f"party-{party.number}", party, seed))
        self._crowd = crowd(scenario, seed)
        self._expect_next(self._crowd)

    def add(self, person: Person) -> None:
        self.people[person.name] = person
        self._number(person.name)
        self._wake(person)

    def wake(self, name: str) -> None:
        """After somebody's timers were set from outside."""
        if name in self.people:
            self._wake(self.people[name])

    def number(self, name: str) -> int:
        """A person's voiceprint."""
        return self._numbers[name]

    def name(self, number: int) -> str | None:
        """Whose voiceprint this is."""
        return self._names.get(number)

    def tell(self, who: str, percept: Percept, now_us: int) -> None:
        """`who` notices something; what he does about it is done at once.

        A telephone without a person is noted like one with; strangers notice nothing.
        """
        person = self.people.get(who)
        if not isinstance(percept, Due) and (person is not None or who.startswith("ext-")):
            self.diary.note(now_us, who, type(percept).__name__, _about(percept))
        if person is None:
            return
        for act in person.handle(percept, now_us):
            self._do(who, act, now_us)
        if isinstance(person, Caller) and person.state is CallerState.GONE:
            self._forget(who)
        else:
            self._wake(person)

    def _forget(self, who: str) -> None:
        """A caller who is gone for good."""
        self.people.pop(who, None)
        self._wakes.pop(who, None)

    def _do(self, who: str, act: Act, now_us: int) -> None:
        digits = act.digits if isinstance(act, Press | Transfer) else ""
        self.diary.note(now_us, who, type(act).__name__, digits)
        if isinstance(act, Press):
            self._stage.press(who, digits, now_us)
        elif isinstance(act, Transfer):
            self._stage.transfer(who, digits, now_us)
        else:
            getattr(self._stage, _DOINGS[type(act)])(who, now_us)

    def _number(self, name: str) -> None:
        number = self._next_number
        self._next_number = number % (NUMBERS - 1) + 1
        while self._next_number in self._names and self._names[self._next_number] in self.people:
            self._next_number = self._next_number % (NUMBERS - 1) + 1
        former = self._names.pop(number, None)
        if former is not None:
            self._numbers.pop(former, None)
        self._numbers[name], self._names[number] = number, name

    def _wake(self, person: Person) -> None:
        deadline_us = person.deadline_us
        planned_us = self._wakes.get(person.name)
        if deadline_us is None or (planned_us is not None and planned_us <= deadline_us):
            return
        self._wakes[person.name] = deadline_us
        self._timeline.at(deadline_us, partial(self._due, person.name))

    def _due(self, name: str, now_us: int) -> None:
        person = self.people.get(name)
        if person is None or self._wakes.get(name) != now_us:
            return
        del self._wakes[name]
        if person.deadline_us is not None and person.deadline_us <= now_us:
            self.tell(name, Due(), now_us)
        else:
            self._wake(person)

    def _expect_next(self, plans: Iterator[CallerPlan]) -> None:
        plan = next(plans, None)
        if plan is not None:
            self._timeline.at(max(0, round(plan.at_s * 1e6)), partial(self._arrive, plans, plan))

    def _arrive(self, plans: Iterator[CallerPlan], plan: CallerPlan, _: int) -> None:
        self.invite(plan)
        self._expect_next(plans)

    def invite(self, plan: CallerPlan) -> None:
        """A caller comes, by the scenario or by hand; calls at `plan.at_s`."""
        caller = Caller(plan.id, plan, self._seed)
        self.callers.append(caller)
        self.add(caller)


def _about(percept: Percept) -> str:
    if isinstance(percept, HeardVoice | LostVoice):
        return percept.who
    if isinstance(percept, HeardTone):
        return percept.tone.value
    if isinstance(percept, HeardMusic):
        return percept.tune
    if isinstance(percept, HeardBell):
        return percept.cadence
    if isinstance(percept, LampChanged):
        return "lit" if percept.lit else "dark"
    return f"{percept.number} {percept.name}".strip() if isinstance(percept, Displayed) else ""


_DOINGS: dict[type[Act], str] = {
    PlaceCall: "place_call",
    Lift: "lift",
    Answer: "answer",
    HangUp: "hang_up",
    Flash: "flash",
    Decline: "decline",
    Talk: "talk",
    Hush: "hush",
    Goodbye: "goodbye",
}
