"""Toll fraud: whatever is keyed, stored or forwarded, nothing outside the class of service is ever dialled."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from firmware.config.schema import Class, Config, DialPlan
from firmware.engine.dialling import classes
from firmware.engine.dialling.numbers import NumberClass, classify
from firmware.protocol import commands as c
from tests.unit.fake_box import FakeBox, office

TOWN = frozenset({NumberClass.LOCAL, NumberClass.SERVICE, NumberClass.INTERNAL})
TRICKS = (
    "",
    "00",
    "+",
    "000",
    "0086",
    "1790900",
    "12593",
    "010",
    "01",
    "16",
    "0",
    "9",
    "900",
    "*",
    "#",
    "00868",
    "19300",
)
TAILS = (
    "12125551234",
    "2465551234",
    "16812345",
    "9001234567",
    "02162345678",
    "62345678",
    "13912345678",
    "1",
    "",
)


def house() -> Config:
    """804 may call town; so may whoever has no class but a level of its own."""
    config = office()
    return structs.replace(
        config,
        classes=(Class(id="town", may_call=("local", "service")),),
        extensions=tuple(
            structs.replace(one, of_class="town")
            if one.number == "804"
            else structs.replace(one, may_call="local")
            for one in config.extensions
        ),
    )


def dialled(box: FakeBox) -> list[str]:
    return [one.digits for one in box.sent(c.Dial) if not one.urgent]


def forbidden(box: FakeBox, config: Config) -> list[str]:
    kinds = {number: classify(number, config.dial_plan, config.site) for number in dialled(box)}
    return [number for number, kind in kinds.items() if kind not in TOWN]


keys = st.builds("".join, st.tuples(st.sampled_from(TRICKS), st.sampled_from(TRICKS), st.sampled_from(TAILS)))


@settings(max_examples=150, deadline=None)
@given(keys | st.text("0123456789*#", max_size=20), st.sampled_from(["801", "804"]))
@example("0012125551234", "804")
@example("16812345#", "801")
def test_no_string_of_keys_reaches_what_is_forbidden(digits: str, telephone: str) -> None:
    box = FakeBox(house())
    box.lift(telephone)
    box.key(telephone, f"9{digits}")
    box.wait(6)
    box.key(telephone, digits)  # overlap: more digits once a line is had
    box.wait(6)
    assert not forbidden(box, house())


@settings(max_examples=60, deadline=None)
@given(keys)
def test_speed_dial_redial_and_forwards_lead_no_further(digits: str) -> None:
    stored = digits.replace("+", "") or "0"
    config = structs.replace(house(), dial_plan=DialPlan(speed_dial={"01": f"9{stored}"}))
    box = FakeBox(config)
    for code in ("*701", "*66", f"*219{stored}#"):
        box.lift("804")
        box.key("804", code)
        box.wait(6)
        box.hang_up("804")
    box.lift("801")
    box.key("801", "804")
    box.wait(6)
    assert not forbidden(box, config)


def test_planted_a_class_that_lets_everything_pass_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "judge", lambda *_: classes.Verdict())
    draw = Random(1)
    box = FakeBox(house())
    for _ in range(20):
        box.lift("804")
        box.key("804", f"9{draw.choice(TRICKS)}{draw.choice(TAILS)}")
        box.wait(6)
        box.hang_up("804")
        box.wait(2)
    assert forbidden(box, house())
