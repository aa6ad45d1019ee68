"""Anybody at one of the box's telephones."""

from __future__ import annotations

from enum import Enum

from hwsim.scenario import Person as Plan
from hwsim.world.person import Person


class Insider(Person):
    """`plan` says how this person's telephone is made and what he says."""

    def __init__(self, name: str, state: Enum, plan: Plan) -> None:
        super().__init__(name, state)
        self.plan = plan
