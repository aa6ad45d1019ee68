"""Groups, forwards in circles, follow-me, park, paging, call waiting in any order of events: nothing hangs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from firmware.config.schema import Config, FollowMe, Group, PagingGroup, Switchboard
from firmware.engine.engine import Engine
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.property import test_engine_soup as soup
from tests.unit.fake_box import PHONES, FakeBox, office

NUMBERS = ("801", "802", "803", "804", "600", "601", "602", "913912345678", "110", "")
KEYS = ("600", "601", "602", "*50", "*5171", "*52600", "*551#", "*8", "*37", "801", "802", "803", "804")


def house(draw: soup.Draw) -> Config:
    """The office with groups that lead to one another and telephones that send calls round."""
    config = office(number="850", consent=draw.choice(["", "recording-consent"]))
    groups = tuple(
        Group(
            id=f"g{at}",
            number=f"60{at}",
            strategy=strategy,
            members=tuple(draw.sample(("801", "802", "803", "804", "913912345678", "9110"), 3)),
            may_call=draw.choice(["internal", "national"]),
            ring_s=draw.choice([0.0, 3.0, 12.0]),
            rounds=draw.choice([1, 3]),
            fallback=draw.choice(
                ["", "group:g0", "group:g1", "queue:sales", "extension:804", "voicemail:box"]
            ),
        )
        for at, strategy in enumerate(("all", "hunt", "memory"))
    )
    phones = tuple(
        structs.replace(
            one,
            forward_always=draw.choice(NUMBERS) if draw.random() < 0.2 else "",
            forward_busy=draw.choice(NUMBERS),
            forward_no_answer=draw.choice(NUMBERS),
            follow=(FollowMe(number=draw.choice(("801", "803", "913912345678")), after_s=2.0),),
            follow_me=draw.random() < 0.5,
        )
        for one in config.extensions
    )
    return structs.replace(
        config,
        extensions=phones,
        groups=groups,
        paging_groups=(PagingGroup(id="hall", number="1", members=("801", "802", "803", "804")),),
        switchboard=Switchboard(
            call_waiting=True,
            park_slots=("71", "72"),
            park_recall_s=15.0,
            recall_to=draw.choice(["", "extension:804", "queue:sales", "group:g2"]),
        ),
    )


def _another(draw: soup.Draw) -> i.AnyInput:
    return i.ConfigApplied(draw.randrange(99), "admin", msgspec.json.encode(house(draw)).decode())


@pytest.fixture(autouse=True, scope="module")
def _other_configurations() -> Iterator[None]:
    """What an admin applies meanwhile are houses too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(soup, "_another_config", _another)
        yield


def check(box: FakeBox) -> None:
    soup.check(box)
    state = box.engine.state
    for call in state.calls.values():
        legs = [state.legs[one] for one in call.legs]
        rung = [one for one in legs if one.phase == Phase.ALERTING and one.role == "called"]
        waiting = [one for one in legs if one.phase == Phase.CALLING]
        if len(rung) > 1:
            assert call.hunt is not None or call.paging
        if call.hunt is not None:
            assert waiting and f"hunt:{call.id}" in state.timers
        assert len(call.diverted) <= 3 and len(set(call.diverted)) == len(call.diverted)
    slots = [state.calls[one.call].slot for one in state.legs.values() if one.phase == Phase.PARKED]
    assert len(set(slots)) == len(slots), "one call a slot"


def living(seed: int, things: int, *, checked: bool = True) -> FakeBox:
    draw = soup.Draw(seed)
    box = FakeBox(house(draw))
    for _ in range(things):
        legs = [
            one for one in box.engine.state.legs.values() if one.phase == Phase.DIALLING and not one.digits
        ]
        talks = [one.party for one in box.engine.state.legs.values() if one.phase == Phase.TALKING]
        if legs and draw.random() < 0.4:
            soup._keys(
                box, draw.choice(legs).port, draw.choice((*KEYS, *(one for one in talks if one in PHONES)))
            )
        else:
            soup.one_thing(box, draw)
        if checked:
            check(box)
    assert [fact.where for fact in box.facts(f.InputPassedOver)] == []
    return box


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_no_order_of_events_breaks_what_groups_forwards_and_parking_promise(seed: int) -> None:
    soup.consent_came_first(living(seed, 120))


def test_long_days_in_which_everything_happens() -> None:
    boxes = [living(seed, 700) for seed in range(4)]
    for kind in (f.HuntBegan, f.CallDiverted, f.CallParked, f.CallUnparked, f.KnockTaken, f.PagingBegan):
        assert any(box.facts(kind) for box in boxes), f"days without {kind.__name__} show nothing"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_facts_alone_lead_to_the_same_state(seed: int) -> None:
    box = living(seed, 150, checked=False)
    again = Engine.restore(None, box.records, "box-1")
    assert again.snapshot() == box.engine.snapshot()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_nobody_who_may_call_inside_only_reaches_the_outside(seed: int) -> None:
    """No group may call outside here, and no telephone: whatever is keyed, only emergency numbers are dialled."""
    draw = soup.Draw(seed)
    config = house(draw)
    flow = config.flows[0]
    nodes = tuple(structs.replace(one, number="110") if one.kind == "outside" else one for one in flow.nodes)
    box = FakeBox(
        structs.replace(
            config,
            extensions=tuple(structs.replace(one, may_call="internal") for one in config.extensions),
            groups=tuple(structs.replace(one, may_call="internal") for one in config.groups),
            flows=(structs.replace(flow, nodes=nodes),),
        )
    )
    for _ in range(120):
        if draw.random() < 0.3:
            soup._keys(box, soup._phone(draw), draw.choice((*KEYS, *soup.DIALLED)))
        else:
            soup.sensible(box, draw)
            box.wait(draw.choice([0.1, 1, 5]))
    assert {one.digits for one in box.sent(c.Dial)} <= {"110"}


def _calls_for_help(box: FakeBox, phone: str) -> bool:
    """Puts down, lifts, flashes where somebody talks, and keys 110 when there is dial tone or a choice.

    Whoever is rung at that moment answers and flashes; where the other one is in two calls himself that does nothing,
    and putting down once more does.
    """
    for _ in range(3):
        if box.engine.state.port(PHONES[phone]).off_hook:
            box.hang_up(phone)
        box.lift(phone)
        for _ in range(2):
            leg = box.leg(phone)
            if leg is not None and leg.phase not in (Phase.DIALLING, Phase.CHOOSING):
                box.flash(phone)
        leg = box.leg(phone)
        if leg is None or leg.phase in (Phase.DIALLING, Phase.CHOOSING):
            break
    since = len(box.commands)
    box.key(phone, "110")
    box.wait(1.95)
    leg = box.leg(phone)
    placed = [one for one in box.commands[since:] if isinstance(one, c.Dial) and one.digits == "110"]
    return bool(placed) or (leg is not None and box.engine.state.calls[leg.call].emergency)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_help_is_called_from_every_state_these_features_make(seed: int) -> None:
    draw = soup.Draw(seed)
    box = living(seed, draw.randrange(10, 90), checked=False)
    phone = draw.choice(sorted(PHONES))
    assert _calls_for_help(box, phone), f"{phone} in {box.leg(phone)}"


def test_without_the_rows_for_calls_for_help_the_property_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.outside.emergency.place", lambda *_: None)
    with pytest.raises(AssertionError):
        test_help_is_called_from_every_state_these_features_make()
