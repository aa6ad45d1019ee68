"""A stolen password: what it can cost is bounded on every way out, and somebody is told within a minute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from drivers.sip import events as sip
from drivers.sip.message import Message
from firmware.cli.call_log import CallLog
from firmware.cli.doctor import spending as doctor
from firmware.config.check_sip import check_sip
from firmware.config.schema import Class, Config
from firmware.engine.outside import spending, unusual
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.places import Places
from tests.property.fraud_house import CARRIER, House, house
from tests.unit.mailbox_bench import kept_box, live

MINUTES = 10
ABROAD = "sip:90012125551234@box"


def far_house(**rules: Any) -> House:
    """811 may call abroad, ten minutes a day."""
    config = house()
    far = Class(id="far", may_call=("local", "national", "international"), day_minutes=MINUTES)
    return House(_with(config, structs.replace(far, **rules)))


def _with(config: Config, given: Class) -> Config:
    telephones = (
        structs.replace(one, of_class=given.id) if one.number == "811" else one for one in config.extensions
    )
    return structs.replace(config, classes=(*config.classes, given), extensions=tuple(telephones))


def calls_itself(box: House) -> None:
    box.invite("811", ABROAD)


def forwards(box: House) -> None:
    box.lift("801")
    box.key("801", "811")
    answer = Message("SIP/2.0 302 Moved", (("contact", f"<{ABROAD}>"),))
    box.hear(sip.CallEnded(box.wire.placed[-1][0], 302, 23, "", answer))


def refers(box: House) -> None:
    dialog = box.invite("811", "sip:802@box")
    box.lift("802")
    box.refer(dialog, f"<{ABROAD}>")


def refers_attended(box: House) -> None:
    first = box.invite("811", "sip:802@box")
    box.lift("802")
    second = box.invite("811", ABROAD)
    box.answer_all()
    box.refer(first, "<sip:x@box?Replaces=1>", second)


def sends_a_caller_on(box: House) -> None:
    box.invite(CARRIER, "sip:62349001@box", ("from", "<sip:02162345678@y>;tag=1"))
    answer = Message("SIP/2.0 302 Moved", (("contact", f"<{ABROAD}>"),))
    box.hear(sip.CallEnded(box.wire.placed[-1][0], 302, 23, "", answer))


WAYS = (calls_itself, forwards, refers, refers_attended, sends_a_caller_on)


def rob(box: House, way: Callable[[House], None], seconds: float = 86_400 / 4) -> float:
    """The same again as soon as it is over, for six hours; minutes that were talked abroad."""
    end_us = box.now_us + seconds * 1e6
    while box.now_us < end_us:
        way(box)
        box.answer_all()
        box.wait(3600)
        box.over()
        box.wait(1)
    return sum(one.seconds for one in box.facts(f.TalkSpent)) / 60


@pytest.mark.parametrize("way", WAYS)
def test_what_a_day_may_cost_holds_on_every_way_out(way: Callable[[House], None]) -> None:
    box = far_house()
    assert 0 < rob(box, way) <= MINUTES + 0.1
    assert {one.who for one in box.facts(f.TalkSpent)} == {"811"}


@pytest.mark.parametrize("way", WAYS)
def test_planted_nobody_counts_and_the_robbery_is_found_out(
    way: Callable[[House], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending, "over", lambda *_: None)
    monkeypatch.setattr(spending, "answered", lambda *_: None)
    box = far_house()
    way(box)
    box.answer_all()
    box.wait(3600)
    leg = next(one for one in box.engine.state.legs.values() if one.payer == "811")
    assert leg.answered and box.now_us - leg.answered_us > MINUTES * 60 * 1e6


@pytest.mark.parametrize("way", WAYS)
def test_no_call_outside_is_longer_than_its_class_allows(way: Callable[[House], None]) -> None:
    box = far_house(call_minutes=3, day_minutes=0)
    way(box)
    box.answer_all()
    box.wait(600)
    assert [round(one.seconds) for one in box.facts(f.TalkSpent)] == [180]


def test_without_any_class_a_call_ends_after_four_hours() -> None:
    config = house()
    box = House(
        structs.replace(
            config,
            extensions=tuple(structs.replace(one, may_call="all", of_class="") for one in config.extensions),
        )
    )
    refers_attended(box)
    box.wait(4 * 3600 + 10)
    assert not box.engine.state.calls


# -- alarms ---------------------------------------------------------------------------------------------


def robbed(box: House, uri: str = ABROAD) -> list[tuple[float, f.TelephoneSuspected]]:
    """A dialler at work for a minute; alarms and when, in seconds from its first call."""
    first_us, found = box.now_us, []
    while box.now_us < first_us + 60e6:
        box.invite("811", uri)
        box.answer_all()
        box.wait(3)
        box.over()
    for record in box.records:
        found += [
            ((record.at_us - first_us) / 1e6, one)
            for one in record.facts
            if isinstance(one, f.TelephoneSuspected)
        ]
    return found


def test_many_calls_abroad_raise_an_alarm_within_a_minute_and_only_one() -> None:
    ((at_s, alarm),) = robbed(far_house())
    assert at_s <= 60
    assert (alarm.who, alarm.why, alarm.count) == ("811", "abroad", 5)


def test_many_refused_calls_do_too() -> None:
    ((at_s, alarm),) = robbed(House(house()))
    assert at_s <= 60
    assert (alarm.who, alarm.why, alarm.count) == ("811", "refused", 10)


def test_a_day_that_is_used_up_raises_one() -> None:
    box = far_house()
    calls_itself(box)
    box.answer_all()
    box.wait(3600)
    assert [one.why for one in box.facts(f.TelephoneSuspected)] == ["spent"]


def test_refused_transfers_forwards_and_orders_count() -> None:
    box = House(structs.replace(house(), dial_plan=structs.replace(house().dial_plan, alarm_refused=3)))
    refers(box)
    box.over()
    forwards(box)
    box.over()
    box.give(i.CallOrder("1", "gate:x", "dial", "811", "90012125551234"))
    assert [(one.who, one.count) for one in box.facts(f.TelephoneSuspected)] == [("811", 3)]


def test_a_telephone_that_calls_home_and_now_and_then_abroad_raises_none() -> None:
    box = far_house(day_minutes=0)
    for _ in range(12):
        box.invite("811", "sip:913912345678@box")
        box.wait(5)
        box.over()
        calls_itself(box)
        box.wait(200)
        box.over()
    assert not box.facts(f.TelephoneSuspected)


def test_it_is_told_again_after_an_hour_and_never_where_nobody_wants_it() -> None:
    box = far_house(day_minutes=0)
    robbed(box)
    box.wait(1800)
    assert len(robbed(box)) == 1
    box.wait(3600)
    assert len(robbed(box)) == 2
    config = house()
    quiet = structs.replace(config, dial_plan=structs.replace(config.dial_plan, alarm_refused=0))
    assert not robbed(House(quiet))


def test_calls_of_a_trunk_nobody_pays_for_count_for_nobody() -> None:
    box = House(house())
    for _ in range(20):
        box.invite(CARRIER, "sip:0012125551234@box")
    assert not box.facts(f.CallSuspected)


def test_what_is_remembered_is_bounded() -> None:
    box = House(house())
    for _ in range(4):
        robbed(box)
    suspect = box.engine.state.dialling.suspects["811"]
    assert len(suspect.at_us["refused"]) == 10


def test_planted_calls_nobody_counts_raise_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unusual, "_count", lambda *_: None)
    assert not robbed(far_house())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "ALARM: telephone 811: 5 calls within 600 s: abroad or to premium numbers. Is it its own people?",
        ),
        ("zh", "警报：话机 811 在 600 秒内有 5 次异常呼叫（国际或高价号码），请确认是否本人使用"),
    ],
)
def test_the_call_log_tells_it(language: str, said: str) -> None:
    box = far_house()
    robbed(box)
    log = CallLog(lambda _: "00:00:00", language=language)
    assert f"00:00:00  {said}" in [line for record in box.records for line in log.lines(record)]


def test_the_doctor_names_the_telephone_for_a_week(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        assert list(doctor.look(Places(tmp_path))) == []
        for why in (unusual.ABROAD, unusual.REFUSED, unusual.SPENT):
            live(box, f.CallSuspected(1, "811", why, 5), f.TelephoneSuspected("811", why, 5, 600.0))
        found = list(doctor.look(Places(tmp_path)))
        assert [one.slug for one in found] == ["telephone-abroad", "telephone-refused", "telephone-spent"]
        for one in found:
            assert not one.well
            assert "811" in one.seen and "811" in one.said("zh")[0] != one.seen
        box.now_us += 8 * 86_400_000_000
        live(box, f.LampTold("801", 0))
        assert list(doctor.look(Places(tmp_path))) == []


# -- configuration --------------------------------------------------------------------------------------

ANYWHERE = ("10.0.0.0/8", "0.0.0.0/0")


def warned(config: Config, *local: str) -> list[str]:
    config = structs.replace(config, sip=structs.replace(config.sip, local=local)) if local else config
    return [str(one.data["name"]) for one in check_sip(config) if one.wording.slug == "sip-uncapped"]


def test_a_box_open_to_the_world_warns_of_whoever_may_call_abroad_without_a_limit() -> None:
    far = Class(id="far", may_call=("local", "international"))
    config = _with(house(), far)
    assert warned(config) == []
    assert warned(config, *ANYWHERE) == ["811"]
    assert warned(config, "203.0.113.0/24", "8.8.0.0/16") == ["811"]
    assert warned(_with(house(), structs.replace(far, day_minutes=10)), *ANYWHERE) == []
    assert warned(_with(house(), structs.replace(far, day_cost=5.0)), *ANYWHERE) == []
    assert warned(house(), *ANYWHERE) == [], "nobody calls abroad as shipped"


@pytest.mark.parametrize("level", ["international", "all"])
def test_a_level_without_a_class_has_no_limit(level: str) -> None:
    config = house()
    telephones = tuple(structs.replace(one, may_call=level, of_class="") for one in config.extensions)
    assert warned(structs.replace(config, extensions=telephones), *ANYWHERE) == ["811", "812"]
