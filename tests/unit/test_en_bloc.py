"""Feature codes dialled in one go, with the `#` at their end or without it."""

from __future__ import annotations

import pytest

from firmware.config.schema import Agent
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.events import DigitReceived
from tests.unit.fake_box import FakeBox
from tests.unit.test_signalled_reconcile import ANN, dials, house

AGENTS = (Agent(id="8130", name="Ann"), Agent(id="8131", name="Ben", pin="4711"))
NAMES = {one.id for one in AGENTS}


def signed_in(box: FakeBox) -> set[str]:
    return {one.agent for one in box.facts(f.AgentChanged) if one.agent in NAMES and one.extension == "201"}


@pytest.mark.parametrize("dialled", ["*418130#", "*418130"])
def test_an_agent_without_a_pin_signs_in(dialled: str) -> None:
    box = FakeBox(house(agents=AGENTS))
    dials(box, ANN, 1, dialled)
    assert signed_in(box) == {"8130"}
    assert c.Connect(port=ANN) in box.commands, "what went well is no failed call"


def test_a_pin_that_was_not_dialled_is_asked_for() -> None:
    box = FakeBox(house(agents=AGENTS))
    dials(box, ANN, 1, "*418131")
    assert c.Connect(port=ANN) in box.commands, "keys come when the call is answered"
    for key in "4711#":
        box.event(DigitReceived(port=ANN, at_us=box.now_us, digit=key))
    assert signed_in(box) == {"8131"}


def test_what_is_no_code_is_no_number() -> None:
    box = FakeBox(house(agents=AGENTS))
    dials(box, ANN, 1, "*99999")
    assert [one.reason for one in box.facts(f.AttemptRefused)] == ["no-such-number"]
    assert c.Connect(port=ANN) not in box.commands
