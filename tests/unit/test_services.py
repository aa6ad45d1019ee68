"""Day, night and holiday service; called numbers; rules about callers; speed dial and redial."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import CallerRule, Config, DialPlan, Did, Hours, Service
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Presentation
from tests.unit.fake_box import LINES, FakeBox, office

MONDAY_US = 1_767_576_600_000_000
"""2026-01-05 09:30 in Shanghai."""
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


def house(**service: object) -> Config:
    config = office()
    open_hours: dict[str, tuple[str, ...]] = {
        day: ("08:00-18:00",) for day in ("mon", "tue", "wed", "thu", "fri")
    }
    settings = {
        "hours": "week",
        "day": "queue:sales",
        "night": "voicemail:box",
        "holiday": "flow:main",
    } | service
    return structs.replace(
        config,
        hours=(*config.hours, Hours(id="week", open=open_hours)),
        services=(msgspec.convert({"id": "main", "telephones": ["801"]} | settings, Service),),
        lines=tuple(structs.replace(one, target="service:main") for one in config.lines),
    )


def box_at(config: Config, wall_us: int) -> FakeBox:
    box = FakeBox(config)
    box.give(i.ClockSet(wall_us - box.now_us, "ntp"))
    return box


def entered(box: FakeBox) -> list[tuple[str, str]]:
    return [(one.mode, one.why) for one in box.facts(f.ServiceEntered)]


@pytest.mark.parametrize(
    ("wall_us", "mode", "why"),
    [
        (MONDAY_US, "day", "calendar"),
        (MONDAY_US + 12 * HOUR_US, "night", "calendar"),
        (MONDAY_US + 2 * DAY_US, "holiday", "Spring Festival"),
        (MONDAY_US + 3 * DAY_US, "night", "exception"),
        (MONDAY_US + 5 * DAY_US, "day", "exception"),
    ],
)
def test_hours_holidays_and_exceptions_say_where_calls_go(wall_us: int, mode: str, why: str) -> None:
    config = house(
        holidays={"2026-01-07": "Spring Festival", "2026-01-10": "Worked"},
        exceptions={"2026-01-08": "night", "2026-01-10": "day"},
    )
    box = box_at(config, wall_us)
    box.ring("L1")
    assert entered(box) == [(mode, why)]
    assert bool(box.facts(f.Enqueued)) == (mode == "day")
    assert bool(box.facts(f.FlowEntered)) == (mode == "holiday")


def keyed(box: FakeBox, key: str, telephone: str = "801") -> list[str]:
    box.lift(telephone)
    box.key(telephone, f"*30{key}")
    words = box.words(telephone)
    box.hang_up(telephone)
    return words


def test_a_key_switches_and_is_announced_and_the_calendars_next_change_ends_it() -> None:
    box = box_at(house(), MONDAY_US)
    assert keyed(box, "2") == ["service-night"]
    box.ring("L1")
    assert entered(box) == [("night", "keyed")]
    box.leave("L1")
    box.wait(9 * 3600)
    assert [(one.mode, one.by) for one in box.facts(f.ServiceSwitched)] == [
        ("night", "801"),
        ("", "calendar"),
    ]
    box.wait(15 * 3600)
    box.ring("L2")
    assert entered(box)[-1] == ("day", "calendar")


def switches(box: FakeBox) -> list[str]:
    return [one.mode for one in box.facts(f.ServiceSwitched)]


def test_what_is_keyed_ends_by_the_clock_as_it_was_set_since() -> None:
    box = box_at(house(), MONDAY_US)
    keyed(box, "2")
    box.give(i.ClockSet(MONDAY_US + 4 * HOUR_US - box.now_us, "ntp"))
    box.wait(4 * 3600)
    assert switches(box) == ["night"]
    box.wait(3600)
    assert switches(box) == ["night", ""]


def test_a_clock_that_is_set_past_closing_ends_what_was_keyed() -> None:
    box = box_at(house(), MONDAY_US)
    keyed(box, "1")
    box.give(i.ClockSet(MONDAY_US + 9 * HOUR_US - box.now_us, "ntp"))
    assert switches(box) == ["day", ""]
    box.ring("L1")
    assert entered(box) == [("night", "calendar")]


def test_a_first_clock_gives_what_was_keyed_its_end() -> None:
    box = FakeBox(house())
    keyed(box, "2")
    box.give(i.ClockSet(MONDAY_US - box.now_us, "ntp"))
    box.wait(9 * 3600)
    assert switches(box) == ["night", ""]


def test_what_is_keyed_ends_by_the_hours_that_came_into_force() -> None:
    config = house()
    box = box_at(config, MONDAY_US)
    keyed(box, "2")
    week = Hours(id="week", open={"mon": ("08:00-12:00",)})
    changed = structs.replace(config, hours=(*config.hours[:-1], week))
    box.give(i.ConfigApplied(2, "test", msgspec.json.encode(changed).decode()))
    box.wait(3 * 3600)
    assert switches(box) == ["night", ""]


def test_what_is_keyed_lasts_till_it_is_cancelled_where_so_wished() -> None:
    box = box_at(house(keyed_until="cancelled"), MONDAY_US)
    keyed(box, "3")
    box.wait(80 * 3600)
    box.ring("L1")
    assert entered(box)[-1] == ("holiday", "keyed")
    box.leave("L1")
    assert keyed(box, "0") == ["service-day"]
    box.ring("L2")
    assert entered(box)[-1] == ("day", "calendar")


def test_only_telephones_that_may_can_switch() -> None:
    box = box_at(house(), MONDAY_US)
    assert keyed(box, "2", "802") == ["not-allowed"]
    assert not box.facts(f.ServiceSwitched)


def test_a_box_that_does_not_know_the_time_serves_by_day() -> None:
    box = FakeBox(house())
    box.ring("L1")
    assert entered(box) == [("day", "no-clock")]


# -- called numbers ---------------------------------------------------------------------------------


def dids(*table: Did, number: str = "6234 5601") -> Config:
    config = office()
    return structs.replace(
        config,
        dids=table,
        lines=tuple(structs.replace(one, number=number, flow="") for one in config.lines),
    )


@pytest.mark.parametrize("line_number", ["62345601", "010-62345601", "+86 10 6234 5601"])
@pytest.mark.parametrize("block", ["62345600-62345699", "+861062345600-+861062345699", "62345601"])
def test_a_called_number_leads_to_its_target_however_both_are_written(line_number: str, block: str) -> None:
    box = FakeBox(dids(Did(number=block, target="extension:8##", name="Shop"), number=line_number))
    box.ring("L1", number="13912345678")
    routed = box.facts(f.CallRouted)[0]
    assert (routed.target, routed.why) == ("extension:801", "did")
    ring = box.sent(c.Ring)[0]
    assert (ring.number, ring.name) == ("13912345678", "Shop 13912345678")


def test_a_number_in_no_block_leads_nowhere_and_is_left_ringing() -> None:
    box = FakeBox(dids(Did(number="62345700-62345799", target="extension:8##")))
    box.ring("L1", rings=5)
    assert not box.sent(c.Seize)


# -- rules about callers ----------------------------------------------------------------------------


def ruled(*rules: CallerRule) -> Config:
    return structs.replace(office(), caller_rules=rules)


def test_a_refused_caller_hears_so_and_is_let_go() -> None:
    box = FakeBox(ruled(CallerRule(numbers=("+86 139",), refuse=True)))
    box.ring("L1")
    assert box.words("L1") == ["caller-refused"]
    box.heard("L1")
    assert box.outcomes() == ["refused"]
    box.ring("L2", number="02162345678")
    assert box.facts(f.CallRouted)[-1].why == "line"


def test_who_hides_his_number_can_be_sent_elsewhere() -> None:
    box = FakeBox(ruled(CallerRule(anonymous=True, target="voicemail:box")))
    box.ring("L1", number="")
    assert box.facts(f.CallRouted)[0].why == "caller-rule:1"
    box.ring("L2")
    assert box.facts(f.CallRouted)[1].why == "line"
    box.event(e.LineRang(port=LINES["L3"], at_us=box.now_us, count=1))
    box.event(
        e.CallerIdReceived(
            port=LINES["L3"],
            at_us=box.now_us,
            number="13912345678",
            name="",
            presentation=Presentation.PRIVATE,
            form="x",
        )
    )
    box.event(e.LineRang(port=LINES["L3"], at_us=box.now_us, count=2))
    assert box.facts(f.CallRouted)[2].why == "caller-rule:1"


def test_a_rules_name_is_shown_and_the_first_that_fits_counts() -> None:
    rules = (
        CallerRule(numbers=("139",), lines=("L2",), name="other line"),
        CallerRule(numbers=("139",), name="老王", target="extension:804"),
        CallerRule(target="voicemail:box"),
    )
    box = FakeBox(ruled(*rules))
    box.ring("L1")
    assert box.sent(c.Ring)[0].name == "老王"
    assert box.facts(f.CallRouted)[0].why == "caller-rule:2"


# -- speed dial, redial -----------------------------------------------------------------------------


def dials(box: FakeBox, keys: str, telephone: str = "801") -> None:
    box.lift(telephone)
    box.key(telephone, keys)
    box.wait(5)


def stored(**own: str) -> Config:
    config = office()
    return structs.replace(
        config,
        dial_plan=DialPlan(speed_dial={"07": "962345678", "08": "804", "09": "9110", "10": "9001234567890"}),
        extensions=tuple(
            structs.replace(one, speed_dial={"07": "913800000000"}) if own and one.number == "802" else one
            for one in config.extensions
        ),
    )


def test_speed_dial_stands_for_its_number_and_the_telephones_own_comes_first() -> None:
    box = FakeBox(stored(own="yes"))
    dials(box, "*707")
    dials(box, "*707", "802")
    assert [one.digits for one in box.sent(c.Dial)] == ["62345678", "13800000000"]


def test_speed_dial_obeys_the_class_and_reaches_the_house_and_help() -> None:
    box = FakeBox(stored())
    dials(box, "*710")
    assert [one.reason for one in box.facts(f.AttemptRefused)] == ["not-allowed"]
    box.hang_up("801")
    dials(box, "*708")
    assert box.leg("804") is not None
    box.hang_up("801")
    dials(box, "*709")
    assert box.sent(c.Dial)[-1].urgent


def test_an_empty_place_is_told() -> None:
    box = FakeBox(stored())
    box.lift("801")
    box.key("801", "*799")
    assert box.words("801") == ["number-unknown"]


def test_redial_is_of_the_telephone_and_never_a_feature_code() -> None:
    box = FakeBox(office())
    dials(box, "962345678")
    box.hang_up("801")
    dials(box, "*41900#1234#")
    box.hang_up("801")
    dials(box, "*66")
    assert [one.digits for one in box.sent(c.Dial)] == ["62345678", "62345678"]
    dials(box, "*66", "804")
    assert box.words("804") == ["number-unknown"]
    assert "1234" not in repr(box.facts(f.NumberRemembered))


def test_an_erasure_forgets_what_was_dialled_last() -> None:
    box = FakeBox(office())
    dials(box, "962345678")
    box.give(i.ErasureOrder("e1", "admin", "asked", ("m",)))
    assert not box.engine.state.dialling.last


# -- shown ------------------------------------------------------------------------------------------


def test_the_mode_and_who_is_in_a_room_are_shown() -> None:
    from firmware.cli.engine_words import state_lines
    from firmware.config.schema import Room
    from firmware.engine.view import state_view

    box = box_at(structs.replace(house(), rooms=(Room(id="board", number="500"),)), MONDAY_US)
    keyed(box, "2")
    dials(box, "500", "804")
    view = state_view(box.engine, 1, now_us=box.now_us, link_up=True, gap_us=0, alarms=())
    assert view.services == (("main", "night", "keyed"),)
    assert view.rooms == (("board", ("804",)),)
    assert any("夜间" in line for line in state_lines(view, "zh"))
