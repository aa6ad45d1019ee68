"""People at the box's telephones: agents, and others who answer and call."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import ClassVar

from firmware.config.schema import Features
from firmware.protocol.names import Tone
from hwsim.scenario import Person as Plan
from hwsim.world import errands
from hwsim.world.draws import drawn_us, generator
from hwsim.world.errands import DIAL_TONES, Errand, Step, Wait
from hwsim.world.insider import Insider
from hwsim.world.percepts import (
    Act,
    Due,
    Flash,
    HangUp,
    HeardGoodbye,
    HeardTone,
    HeardVoice,
    Hush,
    Lift,
    LostVoice,
    Percept,
    Press,
    Rang,
    RingingStopped,
    Talk,
)
from hwsim.world.person import Doing

NOBODY_US = 20_000_000
"""How long somebody who answered says hello to nobody."""
COLLEAGUE_US = 20_000_000
"""How long colleagues talk when no outside person is with them."""
FAREWELL_US = 1_000_000
NOTICE_US = 1_200_000
"""From hearing a tone that says it is over to hanging up."""
BETWEEN_US = 500_000
"""From hanging up to lifting again, and from hearing what was waited for to going on."""
OVER = (Tone.BUSY, Tone.CONGESTION, Tone.SPECIAL_INFORMATION, Tone.HOWLER)


BACK = (Step(400_000, flash=True), Step(0, talk=True))
"""From a consultation that came to nothing to the first party."""


class AttendantState(Enum):
    IDLE = auto()
    RINGING = auto()
    TALKING = auto()
    """Answered a call."""
    BUSY = auto()
    """On an errand that began with lifting the handset."""


class Attendant(Insider):
    """Answers after a reaction time, talks till the other says goodbye or is gone, does errands when free."""

    STEPS: ClassVar[Mapping[tuple[Enum, type[Percept]], Doing]]
    ALARMS: ClassVar[Mapping[str, Doing]]

    def __init__(self, name: str, plan: Plan, seed: int, features: Features) -> None:
        super().__init__(name, AttendantState.IDLE, plan)
        self._seed = seed
        self._rings = 0
        self._calls = 0
        self._steps: list[Step] = []
        self._current: Step | None = None
        self._to_do: list[Errand] = []
        self._met: set[str] = set()
        self._hears: set[str] = set()
        self._errands: list[Errand] = []
        for at_us, digits in errands.planned(plan, features):
            self._plan(at_us, errands.feature_code(digits))
        for i, dialling in enumerate(plan.dials):
            talk_us = drawn_us(dialling.talk_s, generator(seed, "dials", name, i))
            self._plan(round(dialling.at_s * 1e6), errands.call(dialling, talk_us))

    def _plan(self, at_us: int, errand: Errand) -> None:
        self.set_timer(f"errand:{len(self._errands)}", at_us)
        self._errands.append(errand)

    # -- being rung ----------------------------------------------------------------------------------

    def _rang(self, _: Percept, now_us: int) -> list[Act]:
        self._rings += 1
        self.state = AttendantState.RINGING
        chance = generator(self._seed, "rung", self.name, self._rings)
        reaction_us = drawn_us(self.plan.reacts_s, chance)
        if chance.random() >= self.plan.ignores:
            self.set_timer("lift", now_us + reaction_us)
        return []

    def _ringing_stopped(self, _: Percept, now_us: int) -> list[Act]:
        self.clear_timers("lift")
        return self._free(now_us)

    def _lift(self, _: Percept, now_us: int) -> list[Act]:
        self._calls += 1
        self.state = AttendantState.TALKING
        self._met.clear()
        self._hears.clear()
        limit_us = drawn_us(self.plan.talk_limit_s, generator(self._seed, "limit", self.name, self._calls))
        self.set_timer("over", now_us + NOBODY_US)
        self.set_timer("limit", now_us + limit_us)
        return [Lift(), Talk()]

    # -- in conversation -----------------------------------------------------------------------------

    def _heard_voice(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, HeardVoice)
        self._hears.add(percept.who)
        if self._current is not None:
            return self._came(Wait.VOICE, now_us)
        if not _is_colleague(percept.who):
            self.clear_timers("over")
        elif all(_is_colleague(who) for who in self._hears):
            self.set_timer("over", now_us + COLLEAGUE_US)
        if percept.who not in self._met:
            self._met.add(percept.who)
            self._intend(percept.who, now_us)
        return []

    def _intend(self, who: str, now_us: int) -> None:
        """Decide, once for each person talked to, whether to hold, transfer or confer."""
        chance = generator(self._seed, "handling", self.name, who).random()
        for i, plan in enumerate(self.plan.handling):
            if chance < plan.share:
                self.set_timer(f"handle:{i}", now_us + round(plan.after_s * 1e6))
                return
            chance -= plan.share

    def _handle(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, Due)
        if self.state is not AttendantState.TALKING:
            return []
        self._steps = list(errands.handling(self.plan.handling[int(percept.timer.partition(":")[2])]))
        return self._next(now_us)

    def _lost_voice(self, percept: Percept, now_us: int) -> list[Act]:
        """Nobody there any more: a while of hello, then on-hook."""
        assert isinstance(percept, LostVoice)
        self._hears.discard(percept.who)
        if all(_is_colleague(who) for who in self._hears) and self._current is None:
            self._over_by(now_us + NOBODY_US)
        return []

    def _over_by(self, at_us: int) -> None:
        """Hang up then, unless it is to be sooner."""
        self.set_timer("over", min(at_us, self._timers.get("over", at_us)))

    def _goodbye(self, _: Percept, now_us: int) -> list[Act]:
        self._over_by(now_us + FAREWELL_US)
        return []

    def _tone(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, HeardTone)
        current = self._current
        if percept.tone in DIAL_TONES and current is not None:
            return self._came(Wait.DIAL_TONE, now_us)
        if percept.tone not in (*OVER, *DIAL_TONES):
            return []
        if self.state is AttendantState.TALKING and current is not None:
            self._steps = list(BACK)
            self._current = Step(NOTICE_US)
            self.set_timer("step", now_us + NOTICE_US)
        elif current is None or current.until is not Wait.DIAL_TONE:
            self._over_by(now_us + NOTICE_US)
        return []

    def _hang_up(self, _: Percept, now_us: int) -> list[Act]:
        return [Hush(), HangUp(), *self._free(now_us)]

    # -- errands -------------------------------------------------------------------------------------

    def _errand(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, Due)
        index = percept.timer.partition(":")[2]
        if index:
            self._to_do.append(self._errands[int(index)])
        if self.state is not AttendantState.IDLE or not self._to_do:
            return []
        self.state = AttendantState.BUSY
        self._steps = list(self._to_do.pop(0))
        return [Lift(), *self._next(now_us)]

    def _next(self, now_us: int) -> list[Act]:
        acts: list[Act] = []
        while self._steps:
            step = self._steps.pop(0)
            acts += _acts_of(step)
            if step.hang_up:
                return acts + self._free(now_us)
            if step.for_us:
                self._current = step
                self.set_timer("step", now_us + step.for_us)
                return acts
        self._current = None
        return acts

    def _step_over(self, _: Percept, now_us: int) -> list[Act]:
        if self._current is not None and self._current.give_up:
            return self._hang_up(Due(), now_us)
        if self._current is not None and self._current.go_back:
            self._steps = list(BACK)
        return self._next(now_us)

    def _came(self, what: Wait, now_us: int) -> list[Act]:
        """What the present step waits for, or a caller where dial tone should be."""
        assert self._current is not None
        if what is self._current.until:
            self._current = Step(BETWEEN_US)
            self.set_timer("step", now_us + BETWEEN_US)
        elif self.state is AttendantState.BUSY and self._current.until is Wait.DIAL_TONE:
            self.state = AttendantState.TALKING
            self._stop_errand()
            return [Talk()]
        return []

    def _stop_errand(self) -> None:
        self._steps, self._current = [], None
        self.clear_timers("step")

    def _free(self, now_us: int) -> list[Act]:
        """On-hook again."""
        self.state = AttendantState.IDLE
        self._stop_errand()
        self.clear_timers("over", "limit", *(name for name in self._timers if name.startswith("handle")))
        if self._to_do:
            self.set_timer("errand", now_us + BETWEEN_US)
        return []


def _is_colleague(who: str) -> bool:
    return who.startswith("ext-")


def _acts_of(step: Step) -> list[Act]:
    acts: list[Act] = []
    if step.hush:
        acts.append(Hush())
    if step.flash:
        acts.append(Flash())
    if step.press:
        acts.append(Press(step.press))
    if step.talk:
        acts.append(Talk())
    if step.hang_up:
        acts.append(HangUp())
    return acts


Attendant.STEPS = {
    (AttendantState.IDLE, Rang): Attendant._rang,
    (AttendantState.RINGING, RingingStopped): Attendant._ringing_stopped,
    (AttendantState.TALKING, HeardVoice): Attendant._heard_voice,
    (AttendantState.TALKING, LostVoice): Attendant._lost_voice,
    (AttendantState.TALKING, HeardGoodbye): Attendant._goodbye,
    (AttendantState.TALKING, HeardTone): Attendant._tone,
    (AttendantState.BUSY, HeardVoice): Attendant._heard_voice,
    (AttendantState.BUSY, HeardGoodbye): Attendant._goodbye,
    (AttendantState.BUSY, HeardTone): Attendant._tone,
}
Attendant.ALARMS = {
    "lift": Attendant._lift,
    "handle": Attendant._handle,
    "over": Attendant._hang_up,
    "limit": Attendant._hang_up,
    "errand": Attendant._errand,
    "step": Attendant._step_over,
}
