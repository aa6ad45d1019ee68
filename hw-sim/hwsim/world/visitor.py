"""Somebody outside whom a person at the bench plays: does nothing by himself but ring, and leave when forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import ClassVar

from hwsim.scenario import Caller as CallerPlan
from hwsim.world.caller import Caller, CallerState
from hwsim.world.percepts import (
    Act,
    Connected,
    HangUp,
    HeardVoice,
    Hush,
    LostVoice,
    Percept,
    PlaceCall,
    Refused,
    Released,
    Talk,
)
from hwsim.world.person import Doing

FORGOTTEN_US = 120_000_000
"""Nobody played him for so long: he hangs up."""
MARK_US = 7_000_000
"""So often whom he talks to is told that he is there; the people of the world take silence for nobody."""


class Visitor(Caller):
    """`played` whenever somebody still plays him."""

    STEPS: ClassVar[Mapping[tuple[Enum, type[Percept]], Doing]]
    ALARMS: ClassVar[Mapping[str, Doing]]

    def __init__(self, name: str, plan: CallerPlan, seed: int) -> None:
        super().__init__(name, plan, seed)
        self.gone_us = 0
        self._played_us = round(plan.at_s * 1e6)
        self.set_timer("forgotten", self._played_us + FORGOTTEN_US)

    def played(self, now_us: int) -> None:
        self._played_us = now_us

    def left(self, why: str, now_us: int) -> None:
        """It is over."""
        self.state, self.why, self.gone_us = CallerState.GONE, why, now_us
        self.clear_timers()

    def _call(self, _: Percept, __: int) -> list[Act]:
        self.state = CallerState.RINGING
        return [PlaceCall()]

    def _connected(self, _: Percept, __: int) -> list[Act]:
        self.state = CallerState.LISTENING
        return []

    def _over(self, percept: Percept, now_us: int) -> list[Act]:
        self.left("busy" if isinstance(percept, Refused) else "released", now_us)
        return [Hush()]

    def _voice(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, HeardVoice)
        self._heard.add(percept.who)
        self.set_timer("mark", now_us + MARK_US)
        return [Talk()]

    def _no_voice(self, percept: Percept, _: int) -> list[Act]:
        assert isinstance(percept, LostVoice)
        self._heard.discard(percept.who)
        return []

    def _mark(self, _: Percept, now_us: int) -> list[Act]:
        if not self._heard:
            return []
        self.set_timer("mark", now_us + MARK_US)
        return [Talk()]

    def _forgotten(self, _: Percept, now_us: int) -> list[Act]:
        until_us = self._played_us + FORGOTTEN_US
        if now_us < until_us:
            self.set_timer("forgotten", until_us)
            return []
        self.left("forgotten", now_us)
        return [Hush(), HangUp()]


Visitor.STEPS = {
    (CallerState.RINGING, Refused): Visitor._over,
    (CallerState.RINGING, Released): Visitor._over,
    (CallerState.RINGING, Connected): Visitor._connected,
    (CallerState.LISTENING, Released): Visitor._over,
    (CallerState.LISTENING, HeardVoice): Visitor._voice,
    (CallerState.LISTENING, LostVoice): Visitor._no_voice,
}
Visitor.ALARMS = {
    "call": Visitor._call,
    "mark": Visitor._mark,
    "forgotten": Visitor._forgotten,
}
