"""Ring groups: who rings when, who has the call, where it goes when nobody takes it."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.check import check_config
from firmware.config.schema import Config, Group
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from tests.unit.fake_box import LINES, PHONES, FakeBox, office

NOBODY = ("tone:busy",)


def house(**keys: object) -> Config:
    """The office with group 600 of 802, 803 and 804."""
    given: dict[str, object] = {
        "id": "service",
        "number": "600",
        "members": ("802", "803", "804"),
        "fallback": "voicemail:box",
    }
    group = Group(**(given | keys))  # type: ignore[arg-type]
    return structs.replace(office(), groups=(group,))


def rung(box: FakeBox) -> set[str]:
    return {one for one, port in PHONES.items() if port in box.ringing}


def dialled(**keys: object) -> FakeBox:
    box = FakeBox(house(**keys))
    box.lift("801")
    box.key("801", "600")
    return box


def test_all_ring_and_the_first_to_lift_has_the_call() -> None:
    box = dialled()
    assert rung(box) == {"802", "803", "804"}
    assert box.words("801") == ["tone:ringback"]
    box.lift("803")
    assert box.talk("801", "803")
    assert rung(box) == set()
    assert box.leg("802") is None and box.leg("804") is None
    assert box.facts(f.HuntEnded)[-1].why == "answered"


def test_hunt_rings_one_after_another() -> None:
    box = dialled(strategy="hunt", ring_s=10.0)
    seen = [rung(box)]
    for _ in range(3):
        box.wait(10)
        seen.append(rung(box))
    assert seen == [{"802"}, {"803"}, {"804"}, set()]
    assert box.leg("801").phase == Phase.MAILBOX  # type: ignore[union-attr]


def test_hunt_goes_round_as_often_as_it_should() -> None:
    box = dialled(strategy="hunt", ring_s=10.0, rounds=2)
    box.wait(31)
    assert rung(box) == {"802"}


def test_memory_rings_one_more_each_time() -> None:
    box = dialled(strategy="memory", ring_s=10.0)
    seen = [rung(box)]
    for _ in range(2):
        box.wait(10)
        seen.append(rung(box))
    assert seen == [{"802"}, {"802", "803"}, {"802", "803", "804"}]
    box.lift("802")
    assert box.talk("801", "802") and rung(box) == set()


def test_who_is_busy_undisturbed_or_forwarded_is_passed_by() -> None:
    config = house()
    phones = tuple(
        structs.replace(
            one,
            do_not_disturb=one.number == "803",
            forward_always="801" if one.number == "804" else "",
        )
        for one in config.extensions
    )
    box = FakeBox(structs.replace(config, extensions=phones))
    box.lift("801")
    box.key("801", "600")
    assert rung(box) == {"802"}


def test_nobody_free_falls_back_at_once() -> None:
    box = FakeBox(house())
    for phone in ("802", "803", "804"):
        box.lift(phone)
    box.lift("801")
    box.key("801", "600")
    assert box.leg("801").phase == Phase.MAILBOX  # type: ignore[union-attr]


def test_nobody_lifts_and_there_is_no_fallback() -> None:
    box = dialled(fallback="", ring_s=12.0)
    box.wait(12.1)
    assert rung(box) == set()
    assert tuple(box.words("801")) == NOBODY


def test_the_caller_who_leaves_silences_all() -> None:
    box = dialled()
    box.hang_up("801")
    assert rung(box) == set() and not box.engine.state.calls


def test_a_member_whose_line_dies_leaves_the_others_ringing() -> None:
    box = dialled(strategy="hunt", ring_s=15.0)
    box.event(e.LineAlarmed(port=PHONES["802"], at_us=box.now_us, alarm="chip"))
    assert rung(box) - {"802"} == {"803"}
    box.lift("803")
    assert box.talk("801", "803")


def test_an_outside_member_is_dialled_and_may_answer_first() -> None:
    box = dialled(members=("802", "913800138000"), may_call="national")
    box.wait(2)
    line = next(name for name, port in LINES.items() if port in box.off_hook)
    box.dialled(line)
    assert box.words("801") == ["tone:ringback"], "the line's own tones are not for him while others ring"
    box.answers(line)
    assert box.talk("801", line) and rung(box) == set()


@pytest.mark.parametrize("number", ["9110", "916895123", "90014155550100"])
def test_an_outside_member_is_never_an_emergency_premium_or_foreign_number(number: str) -> None:
    box = dialled(members=("802", number), may_call="national", strategy="memory", ring_s=5.0)
    box.wait(8)
    assert not box.sent(c.Dial)


def test_a_transfer_into_a_ringing_group_goes_on_ringing() -> None:
    box = FakeBox(house())
    box.to_queue("L1")
    agent = next(phone for phone in ("801", "802", "803") if PHONES[phone] in box.ringing)
    box.lift(agent)
    box.flash(agent)
    box.key(agent, "600")
    others = {"802", "803", "804"} - {agent}
    assert rung(box) == others
    box.hang_up(agent)
    assert rung(box) - {agent} == others and box.words("L1") == ["tone:ringback"]
    box.lift("804")
    assert box.talk("L1", "804") and rung(box) == set()
    assert box.facts(f.TransferMade)[-1].to == "group:service"
    box.hang_up("804")
    assert box.outcomes() == ["answered"]


def test_groups_that_lead_to_one_another_come_to_an_end() -> None:
    config = house(fallback="group:other")
    other = structs.replace(config.groups[0], id="other", number="601", fallback="group:service")
    loop = structs.replace(config, groups=(*config.groups, other))
    assert any("circle" in one.data for one in check_config(loop))
    box = FakeBox(loop)
    box.lift("801")
    box.key("801", "600")
    box.wait(3600)
    assert not box.facts(f.InputPassedOver)
    assert all(leg.phase != Phase.CALLING for leg in box.engine.state.legs.values())


def test_members_that_are_nobody_are_faults() -> None:
    slugs = {one.wording.slug for one in check_config(house(members=("899", "9110", "913800138000")))}
    assert {"forward-nowhere", "forward-emergency", "member-outside"} <= slugs
    assert not [one for one in check_config(house()) if one.path[0] == "group"]


def test_pickup_by_the_groups_number_takes_the_call_for_all() -> None:
    box = FakeBox(house(members=("802", "803")))
    box.lift("801")
    box.key("801", "600")
    box.lift("804")
    box.key("804", "*52600")
    assert box.talk("801", "804") and rung(box) == set()
