"""Toll fraud: whatever is keyed, stored, forwarded or sent by SIP, nothing outside the class of service is dialled.

What left is judged by who would get it (`far_exchange`), not by the box's own tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from firmware.config.schema import Class, Config, DialPlan
from firmware.engine import targets
from firmware.engine.dialling import classes
from firmware.engine.dialling import numbers as numbering
from firmware.engine.dialling.numbering import PLANS
from firmware.engine.dialling.numbers import NumberClass, classify
from firmware.engine.floor import callback_numbers
from firmware.engine.inside import redirecting, signalled
from firmware.engine.ivr import flows, node_targets
from firmware.engine.outside import incoming, trunks
from firmware.protocol import commands as c
from tests.property.dial_strings import strings
from tests.property.fraud_house import House, Judge
from tests.property.fraud_house import forbidden as forbidden_by
from tests.property.fraud_house import house as whole_house
from tests.property.fraud_sources import SOURCES, Source
from tests.unit.fake_box import FakeBox, office

TOWN = frozenset({NumberClass.LOCAL, NumberClass.SERVICE, NumberClass.INTERNAL})
SENDS = ("e164-plus", "dialled", "national", "e164")
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


# -- all sources, all strings ----------------------------------------------------------------------------

CHUNK = 100
STRINGS = strings()
PLACES = tuple(
    (country, copper, sends) for country in ("CN", "US") for copper in (False, True) for sends in SENDS
)


def tried(source: Source, texts: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each string, what left for it, what of that must not have; in boxes of two countries and all ways out."""
    for start in range(0, len(texts), CHUNK):
        country, copper, sends = PLACES[start // CHUNK % len(PLACES)]
        chunk = texts[start : start + CHUNK]
        box = House(source.furnish(whole_house(country, sends, copper=copper), chunk))
        for at, text in enumerate(chunk):
            before = len(box.left)
            source.act(box, text, at)
            box.over()
            left = box.left[before:]
            yield text, left, forbidden_by(left, country, source.reach)


def found(source: Source, texts: list[str]) -> bool:
    return any(wrong for _, _, wrong in tried(source, texts))


def test_there_are_more_than_a_thousand_strings() -> None:
    assert len(STRINGS) == len(set(STRINGS)) > 1000


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_forbidden_leaves_the_box(name: str) -> None:
    source, left, wrong = SOURCES[name], 0, {}
    for text, went, bad in tried(source, STRINGS):
        left += len(went)
        if bad:
            wrong[text] = bad
    assert not wrong
    assert left >= source.least, "the source no longer dials"


def test_a_carrier_that_refers_is_declined() -> None:
    box = House(whole_house())
    SOURCES["REFER by the carrier"].act(box, "sip:962345678@box", 0)
    assert box.wire.refers == [603]


JUDGED = (
    "sip telephone", "sip telephone of the town", "copper, overlap, keys after answer", "copper of the town",
    "feature codes", "consultation and three together", "speed dial", "voicemail", "forward keyed",
    "forward configured", "follow-me", "REFER", "REFER attended", "302", "Originate", "click-to-dial at SIP",
    "call-back on busy",
)  # fmt: skip


@pytest.mark.parametrize("name", JUDGED)
def test_planted_without_class_of_service_each_source_is_found_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "judge", lambda *_: classes.Verdict())
    assert found(SOURCES[name], STRINGS)


def _send_anything(turn: Any, call: Any, leg: Any, node: Any, target: str) -> None:
    targets.go(turn, call, leg, flows.fill(call, target))


def _route_anywhere(turn: Any, leg: Any) -> str:
    return f"outside:{turn.call_of(leg).called}"


def _number_and_area(national: str, numbering: Any) -> bool:
    return bool(numbering.premium.match(national))


PLANTED: dict[str, tuple[Any, str, Any, str]] = {
    "strangers are believed": (Judge, "number_of", lambda *_: "811", "anonymous"),
    "menus send anywhere": (node_targets, "_send", _send_anything, "menu"),
    "trunks route out": (incoming, "route", _route_anywhere, "trunk, Diversion"),
    "any number is called back": (callback_numbers, "dialable", lambda _c, _q, one: one, "queue call-back"),
    "callers are referred": (signalled, "_hindrance", lambda *_: None, "REFER of a trunk's caller"),
    "rooms are left by REFER": (signalled, "_hindrance", lambda *_: None, "conference room"),
    "programs redirect outside": (redirecting, "_target", lambda _t, one: f"outside:{one}", "redirect by a program"),
    "keys are heard before it rings": (trunks, "may_be_heard", lambda *_: True, "copper of the town"),
    "carrier codes are part of numbers": (numbering, "_without_carrier", lambda one, _: one, "sip telephone"),
    "premium behind an area is local": (numbering, "_is_premium", _number_and_area, "sip telephone"),
    "nobody reads on": (numbering, "_class_behind", lambda one, plan, area, _: numbering._class_at_home(
        one.lstrip("0"), PLANS[plan.country_code], area
    ), "sip telephone"),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_a_rule_taken_out_is_found_out(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead, source = PLANTED[fault]
    monkeypatch.setattr(where, name, instead)
    if fault == "trunks route out":
        monkeypatch.setattr(incoming, "leads_somewhere", lambda *_: True)
    assert found(SOURCES[source], STRINGS)
