"""People at telephones who react as was written down of a day: a ringing that nobody wrote down is drawn from what that
telephone did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import ClassVar

from msgspec import Struct

from firmware.config.schema import Features
from hwsim.scenario import Person as Plan
from hwsim.world.attendant import Attendant, AttendantState
from hwsim.world.draws import generator
from hwsim.world.percepts import Act, Percept, Rang
from hwsim.world.person import Doing

FOR_EVER_S = 100_000.0


class Reaction(Struct, frozen=True):
    """One ringing: how long it lasted in seconds, and whether the handset was lifted at its end."""

    seconds: float
    lifted: bool = True


class Remembered(Attendant):
    """Lifts as one of `reactions` was, drawn anew for each ringing; who let it ring out that day lets it ring out."""

    STEPS: ClassVar[Mapping[tuple[Enum, type[Percept]], Doing]]

    def __init__(self, extension: str, reactions: Sequence[Reaction], seed: int, features: Features) -> None:
        plan = Plan(extension=extension, talk_limit_s=FOR_EVER_S)
        super().__init__(f"ext-{extension}", plan, seed, features)
        self.reactions = reactions
        self._known: Reaction | None = None

    def expect(self, reaction: Reaction | None) -> None:
        """The next ringing is known: it is not drawn. None: it is."""
        self._known = reaction

    def _rang(self, _: Percept, now_us: int) -> list[Act]:
        self._rings += 1
        self.state = AttendantState.RINGING
        chance = generator(self._seed, "rung", self.name, self._rings)
        drawn, self._known = self._known or chance.choice(self.reactions), None
        if drawn.lifted:
            self.set_timer("lift", now_us + round(drawn.seconds * 1e6))
        return []


Remembered.STEPS = {**Attendant.STEPS, (AttendantState.IDLE, Rang): Remembered._rang}
