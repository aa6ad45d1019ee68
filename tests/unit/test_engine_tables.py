"""The engine's tables are whole: every fact, timer, phase and player's end has its row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from firmware.config.schema import flows
from firmware.engine import steps
from firmware.engine.apply import APPLY
from firmware.engine.apply.calls import CALL_TIMERS, LEG_TIMERS
from firmware.engine.engine import DECIDE
from firmware.engine.ivr.nodes import KINDS
from firmware.engine.state import Phase
from firmware.protocol.events import AnySwitchEvent, StateReport
from firmware.protocol.facts import AnyFact
from firmware.protocol.inputs import AnyInput

SOURCES = "\n".join(path.read_text() for path in Path(steps.__file__).parent.rglob("*.py"))


def test_every_fact_has_its_effect_and_every_input_its_decision() -> None:
    assert set(APPLY) == set(get_args(AnyFact))
    assert set(DECIDE) == set(get_args(AnyInput))


def test_every_event_means_something_somewhere() -> None:
    meant = set(steps.ALWAYS) | set(steps.IDLE) | {event for event, _ in steps.STEPS} | {StateReport}
    assert meant == set(get_args(AnySwitchEvent))


def test_every_timer_that_is_set_has_a_row_and_ends_with_its_leg_or_call() -> None:
    named = set(re.findall(r'timer\(f"([a-z]+):', SOURCES)) | set(
        re.findall(r'TimerSet\(f"([a-z]+):', SOURCES)
    )
    assert named <= set(steps.NUMBERED_TIMERS) | set(steps.AGENT_TIMERS) | set(steps.NAMED_TIMERS)
    assert set(steps.NUMBERED_TIMERS) == set(LEG_TIMERS) | set(CALL_TIMERS) | {
        "howl",
        "report",
        "job",
        "callback",
    }


def test_every_purpose_of_a_player_leads_somewhere() -> None:
    said = set(re.findall(r'(?:play|say)\(\w+, "(\w*)"', SOURCES))
    assert said == set(steps.AFTER_PLAY)


def test_every_phase_is_entered_somewhere_and_every_row_names_one() -> None:
    entered = {phase for phase in Phase if SOURCES.count(f"Phase.{phase.name}") > 1}
    assert entered == set(Phase)
    assert {phase for _, phase in steps.STEPS} <= set(Phase)


def test_every_kind_of_node_of_the_schema_is_served() -> None:
    assert set(KINDS) == set(flows._STEPS)
