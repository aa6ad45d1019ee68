"""Class of service: kinds, beginnings, hours, PINs and their lock, minutes and money, accounts."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import Account, Class, Config, DialPlan, Hours, Route
from firmware.engine.dialling import classes
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox, office

MOBILE, BEIJING, SHANGHAI, ABROAD, PREMIUM = (
    "13912345678",
    "62345678",
    "02162345678",
    "0019175551234",
    "16812345",
)


def house(given: Class, *, telephone: str = "804", **plan: object) -> Config:
    config = office()
    return structs.replace(
        config,
        classes=(given,),
        extensions=tuple(
            structs.replace(one, of_class=given.id) if one.number == telephone else one
            for one in config.extensions
        ),
        dial_plan=structs.replace(DialPlan(), **plan),
    )


def call(box: FakeBox, number: str, telephone: str = "804") -> None:
    box.lift(telephone)
    box.key(telephone, f"9{number}")
    box.wait(5)


def reasons(box: FakeBox) -> list[str]:
    return [one.reason for one in box.facts(f.AttemptRefused)]


@pytest.mark.parametrize(
    ("given", "goes", "refused"),
    [
        (Class(id="k"), (BEIJING, SHANGHAI, MOBILE), (ABROAD, PREMIUM)),
        (Class(id="k", may_call=()), (), (BEIJING, SHANGHAI, ABROAD)),
        (Class(id="k", may_call=("international",)), (ABROAD,), (BEIJING, PREMIUM)),
        (Class(id="k", may_call=(), allow=("+86 21",)), (SHANGHAI,), (BEIJING, ABROAD)),
        (Class(id="k", deny=("021 6",)), (BEIJING,), (SHANGHAI,)),
        (Class(id="k", deny=("+86",), allow=("+86 21",)), (SHANGHAI,), (BEIJING, MOBILE)),
        (Class(id="k", allow=("+86 21",), deny=("+86 21",)), (), (SHANGHAI,)),
    ],
)
def test_kinds_and_beginnings_decide_the_longest_one_first(
    given: Class, goes: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    for number in (*goes, *refused):
        box = FakeBox(house(given))
        call(box, number)
        assert bool(box.sent(c.Dial)) == (number in goes), number
        assert ("not-allowed" in reasons(box)) == (number in refused)


def test_hours_of_a_class_hold_and_an_unset_clock_is_no_licence() -> None:
    config = structs.replace(
        house(Class(id="k", hours="day")), hours=(Hours(id="day", open={"mon": ("08:00-18:00",)}),)
    )
    monday_us = 1_767_576_600_000_000  # 2026-01-05 09:30 in Shanghai
    for offset_us, goes in ((None, False), (monday_us, True), (monday_us + 12 * 3_600_000_000, False)):
        box = FakeBox(config)
        if offset_us is not None:
            box.give(i.ClockSet(offset_us, "ntp"))
        call(box, BEIJING)
        assert bool(box.sent(c.Dial)) == goes
        assert ("not-now" in reasons(box)) != goes


def test_a_pin_is_asked_and_the_number_then_goes_out() -> None:
    box = FakeBox(house(Class(id="k", pin="2468")))
    call(box, BEIJING)
    assert not box.sent(c.Dial)
    box.wait(2)
    assert box.words("804") == ["enter-pin"]
    box.key("804", "2468#")
    assert box.sent(c.Dial)[0].digits == BEIJING
    assert "2468" not in repr(box.records)


def test_a_pin_only_for_some_kinds_is_asked_only_there() -> None:
    box = FakeBox(
        house(Class(id="k", may_call=("local", "international"), pin="2468", pin_for=("international",)))
    )
    call(box, BEIJING)
    assert box.sent(c.Dial)


def test_wrong_pins_lock_for_a_while_and_only_this_telephone() -> None:
    config = house(Class(id="k", pin="2468"), pin_tries=3, pin_lock_s=600.0)
    config = structs.replace(
        config, extensions=tuple(structs.replace(one, of_class="k") for one in config.extensions)
    )
    box = FakeBox(config)
    call(box, BEIJING)
    for _ in range(3):
        box.key("804", "1357#")
    assert box.words("804") == ["pin-locked"]
    assert [one.wrong for one in box.facts(f.PinRefused)] == [1, 2, 3]
    assert box.facts(f.PinRefused)[-1].until_us > 0
    box.hang_up("804")
    call(box, BEIJING)
    assert box.words("804") == ["pin-locked"], "not even the right one is asked for"
    box.hang_up("804")
    call(box, BEIJING, "803")
    box.key("803", "2468#")
    assert box.sent(c.Dial), "another telephone is not locked"
    box.hang_up("803")
    box.wait(601)
    call(box, BEIJING)
    box.key("804", "2468#")
    assert len(box.sent(c.Dial)) == 2


def test_wrong_pins_count_over_many_calls() -> None:
    """Planted fault: a count that begins anew with every call would let a thief try all night."""
    box = FakeBox(house(Class(id="k", pin="2468"), pin_tries=4))
    tried = 0
    for _ in range(10):
        call(box, BEIJING)
        if box.words("804") == ["pin-locked"]:
            break
        box.key("804", "1111#")
        tried += 1
        box.hang_up("804")
    assert tried == 4


def test_unlocking_frees_the_next_call_and_only_that() -> None:
    box = FakeBox(house(Class(id="k", pin="2468")))
    box.lift("804")
    box.key("804", "*34")
    box.key("804", "2468#")
    assert box.words("804") == ["tone:dial"]
    box.key("804", f"9{BEIJING}")
    box.wait(5)
    assert box.sent(c.Dial)[0].digits == BEIJING
    box.hang_up("804")
    call(box, BEIJING)
    assert len(box.sent(c.Dial)) == 1


@pytest.mark.parametrize("unlocked", [False, True])
def test_unlocking_opens_nothing_that_dials_by_itself(unlocked: bool) -> None:
    """Planted fault: an unlock that forwards may use dials for any caller till it lapses."""
    config = house(Class(id="k", pin="2468"))
    config = structs.replace(
        config,
        extensions=tuple(
            structs.replace(one, forward_always=f"9{SHANGHAI}") if one.number == "804" else one
            for one in config.extensions
        ),
    )
    box = FakeBox(config)
    if unlocked:
        box.lift("804")
        box.key("804", "*342468#")
        assert box.words("804") == ["tone:dial"]
    for _ in range(3):
        box.lift("801")
        box.key("801", "804")
        box.hang_up("801")
    assert not box.sent(c.Dial)
    assert sum(f"forward:{SHANGHAI}" in repr(one) for one in box.facts(f.AttemptRefused)) == 3


def test_unlocking_lapses() -> None:
    box = FakeBox(house(Class(id="k", pin="2468")))
    box.lift("804")
    box.key("804", "*342468#")
    box.hang_up("804")
    box.wait(61)
    call(box, BEIJING)
    assert not box.sent(c.Dial)


def talks(box: FakeBox, seconds: float, line: str = "L4") -> None:
    call(box, BEIJING)
    box.dialled(line)
    box.answers(line)
    box.wait(seconds)


def test_a_call_ends_with_its_minutes() -> None:
    box = FakeBox(house(Class(id="k", call_minutes=3)))
    talks(box, 179)
    assert box.leg("L4") is not None
    box.wait(2)
    assert box.leg("L4") is None
    assert reasons(box) == ["limit-reached"]


def test_a_stolen_telephone_loses_no_more_than_its_day() -> None:
    """Toll fraud: whatever is dialled all day long, the minutes stay within the cap; the next day begins anew."""
    box = FakeBox(house(Class(id="k", day_minutes=10)))
    box.give(i.ClockSet(1_767_576_600_000_000, "ntp"))
    for _ in range(40):
        talks(box, 100)
        box.hang_up("804")
        box.wait(2)
    assert sum(one.seconds for one in box.facts(f.TalkSpent)) == pytest.approx(600, abs=1)
    assert reasons(box)[-1] == "day-spent"
    box.wait(24 * 3600)
    talks(box, 100)
    assert box.leg("L4") is not None


def test_a_day_costs_no_more_than_its_money() -> None:
    config = house(Class(id="k", day_cost=2.0))
    config = structs.replace(config, routes=(Route(id="dear", lines=("L4",), cost=1.0),))
    box = FakeBox(config)
    for _ in range(5):
        talks(box, 100)
        box.hang_up("804")
        box.wait(2)
    assert sum(one.cost for one in box.facts(f.TalkSpent)) == pytest.approx(2.0, abs=0.02)


def test_an_account_is_asked_of_those_who_need_one_and_kept_with_the_call() -> None:
    config = structs.replace(house(Class(id="k", needs_account=True)), accounts=(Account(code="4711"),))
    box = FakeBox(config)
    call(box, BEIJING)
    assert box.words("804") == ["account-needed"]
    box.hang_up("804")
    box.lift("804")
    box.key("804", "*334711#")
    assert box.words("804") == ["tone:dial"]
    box.key("804", f"9{BEIJING}")
    box.wait(5)
    assert box.sent(c.Dial)
    assert box.call("804").account == "4711"
    assert [one.account for one in box.facts(f.AccountGiven)] == ["4711"]


def test_an_account_nobody_listed_is_refused_unless_they_are_free() -> None:
    for accounts, taken in (("listed", False), ("free", True)):
        box = FakeBox(house(Class(id="k"), accounts=accounts))
        box.lift("804")
        box.key("804", "*33999#")
        assert bool(box.facts(f.AccountGiven)) == taken


def test_emergency_numbers_pass_every_class_at_once() -> None:
    box = FakeBox(house(Class(id="k", may_call=(), pin="2468", needs_account=True, day_minutes=1)))
    for keys in ("110", "9110"):
        box.lift("804")
        box.key("804", keys)
        assert box.sent(c.Dial)[-1].urgent
        box.hang_up("804")
        box.wait(5)


def test_calls_nobody_stands_beside_are_refused_what_would_have_to_be_asked() -> None:
    cases = {
        BEIJING: (Class(id="k", pin="2468"), "pin-needed"),
        SHANGHAI: (Class(id="k", needs_account=True), "account-needed"),
        ABROAD: (Class(id="k"), "not-allowed"),
        MOBILE: (Class(id="k"), ""),
        "110": (Class(id="k", may_call=("local", "service")), "not-allowed"),
    }
    for number, (given, why) in cases.items():
        box = FakeBox(house(given))
        turn = Turn(box.engine._board, box.now_us)
        assert classes.refusal(turn, "804", number) == why
        assert classes.allowed(turn, "804", number) == (not why)
        assert not classes.allowed(turn, "999", number), "who is not there may nothing"
