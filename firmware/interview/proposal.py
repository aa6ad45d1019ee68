"""All that the interview has to show for answers: configuration, reasons, staffing, and the expected day."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from firmware.config.schema import Config
from firmware.interview.answers import Answers
from firmware.interview.configuring import configuration
from firmware.interview.house import House
from firmware.interview.rehearsal import expected_day
from firmware.interview.staffing import Staffing, staffing
from firmware.interview.why import Why, reasons


class Proposal(Struct, frozen=True):
    """All that the interview has to show."""

    answers: Answers
    """Completed."""
    config: Config
    why: tuple[Why, ...]
    staffing: Staffing
    scenario: str
    """The expected day, TOML."""


def propose(answers: Answers, config: Config, today: date) -> Proposal:
    """Raises nothing for answers without faults (`check_answers`)."""
    house = House(answers, config)
    made, plan = configuration(house), staffing(house)
    return Proposal(
        house.answers, made, tuple(reasons(house, plan, made)), plan, expected_day(house, made, today)
    )
