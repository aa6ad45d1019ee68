"""What people do with their telephones, through chips, drivers, switch and engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import AnswerSign, Cause, HangUpSign
from hwsim.scenario import Fault, OutsideLine, Scenario
from tests.scenario.hand_box import HandBox, caller, config, scenario

pytestmark = pytest.mark.scenario
Made = Callable[[Scenario], HandBox]
SEIZED_WITHIN_S = 2.0
TONE_KNOWN_S, DIALLED_S = 1.8, 0.7
"""From seizing to a known dial tone (0.3 s till it comes), and what three digits take."""


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda given: HandBox(given, tmp_path)


def calls_for_help(box: HandBox, number: str, keys: str = "110") -> tuple[float, float]:
    """Seconds from the last key to the first seizure, and to the exchange having the digits."""
    keyed_s = box.key(number, keys)
    box.wait(12.0)
    seized_s = box.ordered(c.Seize, keyed_s - 0.3)[0][0]
    dialled_s = next(at_s for at_s, told in box.told(e.DialEnded, keyed_s - 0.3) if told.dialled)
    assert box.facts(f.CallAnswered, keyed_s)[-1].by == "line"
    return seized_s - keyed_s, dialled_s - keyed_s


def test_help_is_called_at_once_from_a_telephone_that_may_call_nobody(made: Made) -> None:
    box = made(scenario())
    box.lift("803")
    seized_s, dialled_s = calls_for_help(box, "803", "9110")
    assert seized_s <= SEIZED_WITHIN_S
    assert dialled_s <= TONE_KNOWN_S + DIALLED_S


def test_help_is_called_when_callers_hold_every_line(made: Made) -> None:
    callers = tuple(caller(line, 1.0 + n, f"c{n}") for n, line in enumerate(("L1", "L2", "L3", "L4")))
    box = made(scenario(callers=callers))
    box.wait(20.0)
    assert [box.line_state(line) for line in ("L1", "L2", "L3", "L4")] == ["ANSWERED"] * 4
    box.lift("804")
    seized_s, dialled_s = calls_for_help(box, "804")
    assert seized_s <= SEIZED_WITHIN_S
    assert dialled_s <= SEIZED_WITHIN_S + TONE_KNOWN_S + DIALLED_S
    assert [one.cause for one in box.facts(f.CallEnded)] == [Cause.PREEMPTED]


def test_help_is_called_over_the_next_line_where_one_is_silent(made: Made) -> None:
    box = made(scenario(lines=(OutsideLine(line="L4", dial_tone_after_s=60.0),)))
    box.lift("801")
    seized_s, dialled_s = calls_for_help(box, "801")
    assert seized_s <= SEIZED_WITHIN_S
    assert dialled_s <= 3.0 + TONE_KNOWN_S + DIALLED_S
    assert box.line_state("L3") == "CONVERSING"


@pytest.mark.parametrize(("per_second", "make_percent"), [(9.0, 45.0), (11.0, 30.0)])
def test_a_dial_calls_for_help_and_a_colleague(made: Made, per_second: float, make_percent: float) -> None:
    office = config()
    dials = tuple(structs.replace(one, pulse=True) for one in office.extensions)
    box = made(scenario(structs.replace(office, extensions=dials)))
    box.lift("803")
    box.pulse("803", "110", per_second, make_percent)
    box.wait(14.0)
    assert [one.digits for _, one in box.ordered(c.Dial)] == ["110"]
    box.lift("801")
    box.pulse("801", "804", per_second, make_percent)
    box.wait(7.0)
    assert box.rings("804")
    box.lift("804")
    box.flash("801", 95)
    assert box.facts(f.HoldBegan), "in conversation a short break is the R key, not a digit"


@pytest.mark.parametrize("flash_ms", [90, 600])
def test_the_recall_key_holds_consults_confers_and_hands_over(made: Made, flash_ms: int) -> None:
    box = made(scenario(callers=(caller(),)))
    box.wait(14.0)
    box.lift("801")
    box.wait(2.0)
    pair = {("li", "801"), ("801", "li")}
    assert box.hears("li", "801", "804") == pair
    box.flash("801", flash_ms)
    box.key("801", "804")
    box.wait(3.0)
    box.lift("804")
    assert box.hears("li", "801", "804") == {("801", "804"), ("804", "801")}
    box.flash("801", flash_ms)
    box.key("801", "3")
    box.wait(1.0)
    third = {("li", "804"), ("804", "li")}
    assert box.hears("li", "801", "804") == pair | third | {("801", "804"), ("804", "801")}
    box.hang_up("801")
    assert box.hears("li", "801", "804") == third


def test_a_blind_transfer_nobody_takes_comes_back(made: Made) -> None:
    box = made(scenario(callers=(caller(),)))
    box.wait(14.0)
    box.lift("801")
    box.wait(2.0)
    box.flash("801")
    box.key("801", "804")
    box.hang_up("801")
    box.wait(2.0)
    assert box.rings("804")
    box.wait(36.0)
    assert (box.rings("801"), box.rings("804")) == (True, False)
    box.lift("801")
    assert box.hears("li", "801") == {("li", "801"), ("801", "li")}
    assert [one.kind for one in box.facts(f.TransferMade)] == ["blind", "recall"]


@pytest.mark.parametrize(
    ("settings", "reverses", "sign"),
    [
        ({"answer": "reversal"}, True, AnswerSign.REVERSAL),
        ({"answer": "voice"}, False, AnswerSign.VOICE),
        ({"answer": "timeout", "answer_timeout_s": 8.0}, False, AnswerSign.TIMEOUT),
        ({"answer": "voice", "dial": "pulse"}, False, AnswerSign.VOICE),
    ],
)
def test_an_answer_is_known_and_ends_nothing(
    made: Made, settings: dict[str, object], reverses: bool, sign: AnswerSign
) -> None:
    line = OutsideLine(line="L4", answer_reversal=reverses, leaves="reversal" if reverses else "busy-tone")
    box = made(scenario(config(**settings), lines=(line,)))
    box.lift("801")
    box.key("801", "913900001111")
    box.wait(45.0)
    assert [one.sign for one in box.facts(f.CallAnswered)] == [sign]
    assert box.line_state("L4") == "CONVERSING"
    assert not box.told(e.FarEndReleased)


def test_a_number_that_cannot_be_had_says_why_and_frees_its_line(made: Made) -> None:
    box = made(scenario())
    causes = {"2222": Cause.USER_BUSY, "4444": Cause.UNALLOCATED_NUMBER, "5555": Cause.NO_CIRCUIT_AVAILABLE}
    for last, cause in causes.items():
        box.lift("801")
        began_s = box.now_s
        box.key("801", "91390000" + last)
        box.wait(14.0)
        assert [one.cause for one in box.facts(f.CallEnded, began_s)] == [cause]
        box.hang_up("801")
        assert box.line_state("L4") == "IDLE"


@pytest.mark.parametrize(
    ("leaves", "sign", "believed"),
    [
        ("open-loop", HangUpSign.OPEN_LOOP, True),
        ("open-loop", HangUpSign.OPEN_LOOP, False),
        ("reversal", HangUpSign.REVERSAL, True),
        ("reversal", HangUpSign.REVERSAL, False),
        ("busy-tone", HangUpSign.BUSY_TONE, True),
        ("congestion", HangUpSign.BUSY_TONE, True),
        ("congestion", HangUpSign.BUSY_TONE, False),
        ("silence", HangUpSign.SILENCE, True),
    ],
)
def test_each_sign_of_a_far_end_that_left_is_believed_where_the_line_says_so(
    made: Made, leaves: str, sign: HangUpSign, believed: bool
) -> None:
    others = tuple(one.value for one in HangUpSign if one not in (sign, HangUpSign.SILENCE))
    settings = config(hangup=(sign.value,) if believed else others, silence_limit_s=12.0)
    box = made(scenario(settings, (caller(),), (OutsideLine(line="L1", leaves=leaves),)))
    box.wait(14.0)
    box.lift("801")
    box.wait(3.0)
    box.world.hang_up("li", box.world.now_us)
    box.wait(20.0)
    assert [told.sign for _, told in box.told(e.FarEndReleased)] == ([sign] if believed else [])
    assert bool(box.facts(f.CallEnded)) is believed


def test_a_new_switch_leaves_the_house_talking_and_dialling(made: Made) -> None:
    box = made(structs.replace(scenario(), faults=(Fault(at_s=12.0, kind="kill-switch"),)))
    box.wait(1.0)
    box.lift("801")
    box.key("801", "804")
    box.wait(3.0)
    box.lift("804")
    box.lift("803")
    box.wait(10.0)
    assert box.facts(f.SwitchLost)
    assert box.hears("801", "804") == {("801", "804"), ("804", "801")}
    calls_for_help(box, "803")
