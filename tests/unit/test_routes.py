"""Which line an outgoing call takes, what is dialled on it, and why."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config, LineGroup, Route
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from tests.unit.fake_box import LINES, FakeBox, office


def house(*routes: Route, groups: tuple[LineGroup, ...] = ()) -> Config:
    return structs.replace(office(), routes=routes, line_groups=groups)


def call(box: FakeBox, number: str, telephone: str = "801") -> None:
    box.lift(telephone)
    box.key(telephone, f"9{number}")
    box.wait(5)


def chosen(box: FakeBox) -> list[tuple[str, str]]:
    return [(one.line, one.route) for one in box.facts(f.LineChosen)]


def dialled(box: FakeBox) -> list[tuple[int, str]]:
    return [(one.port, one.digits) for one in box.sent(c.Dial)]


CHEAP = Route(id="cheap", lines=("L1", "L2"), cost=0.1)
DEAR = Route(id="dear", lines=("L3",), cost=0.5)


def test_without_routes_the_order_of_lines_serves_and_the_fact_says_so() -> None:
    box = FakeBox(office())
    call(box, "62345678")
    assert dialled(box) == [(LINES["L4"], "62345678")]
    assert box.facts(f.LineChosen)[0].why == "order of lines"


def test_the_cheapest_route_comes_first_however_they_are_written() -> None:
    box = FakeBox(house(DEAR, CHEAP))
    for telephone in ("801", "802", "804"):
        call(box, "62345678", telephone)
    assert chosen(box)[:3] == [("L1", "cheap"), ("L2", "cheap"), ("L3", "dear")]
    assert box.facts(f.LineChosen)[2].why == "route dear at 0.5; passed by: L1 in use, L2 in use"


def test_a_line_without_dial_tone_or_in_alarm_is_passed_by() -> None:
    box = FakeBox(house(CHEAP, DEAR))
    box.event(e.LineAlarmed(port=LINES["L1"], at_us=box.now_us, alarm="no-battery"))
    call(box, "62345678")
    box.dialled("L2", ok=False)
    assert chosen(box) == [("L2", "cheap"), ("L3", "dear")]
    assert box.facts(f.LineChosen)[-1].why.endswith("L1 alarm no-battery, L2 tried")


def test_kind_number_and_rewriting() -> None:
    far = Route(id="far", kinds=("national",), lines=("L2",), prefix="17909")
    town = Route(id="town", numbers=("+86 10",), lines=("L3",), strip=1)
    box = FakeBox(house(far, town))
    call(box, "02162345678", "801")
    call(box, "62345678", "802")
    assert dialled(box) == [(LINES["L2"], "1790902162345678"), (LINES["L3"], "2345678")]
    assert [one.number for one in box.facts(f.NumberDialled)] == ["02162345678", "62345678"]


def test_where_no_route_fits_nothing_is_dialled_and_it_is_said() -> None:
    box = FakeBox(house(Route(id="far", kinds=("international",), lines=("L1",))))
    call(box, "62345678")
    assert not dialled(box)
    assert [one.reason for one in box.facts(f.AttemptRefused)] == ["no-route"]
    assert [(one.leg, one.why) for one in box.facts(f.LineChosen)] == [(0, "no-route")]


def test_a_group_keeps_lines_free_beyond_its_limit() -> None:
    group = LineGroup(id="out", lines=("L1", "L2", "L3"), most_calls=1)
    box = FakeBox(house(Route(id="r", lines=("out",)), groups=(group,)))
    call(box, "62345678", "801")
    call(box, "62345679", "802")
    assert dialled(box) == [(LINES["L1"], "62345678")]
    assert box.facts(f.LineChosen)[-1].why == "L1 in use, L2 group full, L3 group full"
    assert [one.reason for one in box.facts(f.AttemptRefused)] == ["no-line-free"]


def test_help_goes_over_any_line_whatever_routes_say() -> None:
    box = FakeBox(house(Route(id="far", kinds=("international",), lines=("L1",), prefix="9", strip=1)))
    call(box, "110")
    assert dialled(box)[0][1] == "110"
