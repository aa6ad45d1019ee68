"""Intercom, paging, pickup groups, call-back on busy."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config, Group, PagingGroup, PickupGroup, Switchboard
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from tests.unit.fake_box import PHONES, FakeBox, office
from tests.unit.test_engine_restart import killed
from tests.unit.test_parking import new_switch

HALL = PagingGroup(id="hall", number="1", members=("802", "803", "804"), ring_s=10.0, longest_s=30.0)


def paged(config: Config | None = None) -> FakeBox:
    box = FakeBox(structs.replace(config or office(), paging_groups=(HALL,)))
    box.lift("801")
    box.key("801", "*551#")
    return box


def rung(box: FakeBox) -> set[str]:
    return {one for one, port in PHONES.items() if port in box.ringing}


def test_all_ring_distinctively_and_who_lifts_hears_one_way() -> None:
    box = paged()
    assert rung(box) == {"802", "803", "804"}
    assert {one.cadence for one in box.ringing.values()} == {"intercom"}
    box.lift("802")
    assert box.words("801") == ["tone:beep"]
    box.lift("804")
    assert [box.hears[PHONES[one]] for one in ("802", "804")] == [PHONES["801"]] * 2
    assert not box.talk("801", "802")
    box.wait(10.1)
    assert rung(box) == set()


def test_one_listener_may_go_and_the_speaker_ends_it() -> None:
    box = paged()
    box.lift("802")
    box.lift("803")
    box.hang_up("802")
    assert box.hears[PHONES["803"]] == PHONES["801"]
    box.hang_up("801")
    assert not box.engine.state.calls and box.words("803") == ["tone:busy"]


def test_nobody_comes_or_he_speaks_too_long() -> None:
    box = paged()
    box.wait(10.1)
    assert box.words("801") == ["tone:busy"]
    box = paged()
    box.lift("802")
    box.wait(40.2)
    assert not box.engine.state.calls


def test_busy_and_undisturbed_telephones_are_left_alone() -> None:
    config = office()
    phones = tuple(structs.replace(one, do_not_disturb=one.number == "803") for one in config.extensions)
    box = FakeBox(structs.replace(config, extensions=phones, paging_groups=(HALL,)))
    box.lift("802")
    box.lift("801")
    box.key("801", "*551#")
    assert rung(box) == {"804"}


def test_a_listener_calls_for_help_and_the_others_hear_on() -> None:
    box = paged()
    box.lift("802")
    box.lift("803")
    box.key("802", "110")
    box.wait(2)
    assert [one.digits for one in box.sent(c.Dial)] == ["110"]
    assert box.hears[PHONES["803"]] == PHONES["801"]


def test_intercom_rings_its_own_way_and_goes_nowhere_else() -> None:
    config = office()
    phones = tuple(
        structs.replace(one, forward_always="803", forward_no_answer="803") if one.number == "804" else one
        for one in config.extensions
    )
    box = FakeBox(structs.replace(config, extensions=phones))
    box.lift("801")
    box.key("801", "*54804")
    assert rung(box) == {"804"} and box.ringing[PHONES["804"]].cadence == "intercom"
    box.wait(15.1)
    assert rung(box) == set() and box.words("801") == ["tone:busy"]


def test_pickup_of_ones_own_group_only_directed_from_anywhere() -> None:
    group = PickupGroup(id="desk", members=("801", "802"))
    box = FakeBox(structs.replace(office(), pickup_groups=(group,)))
    box.lift("803")
    box.key("803", "802")
    box.lift("804")
    box.key("804", "*8")
    assert box.words("804") == ["nothing-to-pick-up"]
    box.hang_up("804")
    box.lift("801")
    box.key("801", "*8")
    assert box.talk("801", "803")


def test_a_page_and_a_ringing_group_survive_an_engine_and_a_switch() -> None:
    config = structs.replace(office(), groups=(Group(id="g", number="600", members=("802", "803")),))
    box = FakeBox(structs.replace(config, paging_groups=(HALL,)))
    box.lift("801")
    box.key("801", "600")
    killed(box)
    new_switch(box)
    assert rung(box) == {"802", "803"} and box.words("801") == ["tone:ringback"]
    box.hang_up("801")
    box.lift("801")
    box.key("801", "*551#")
    box.lift("802")
    killed(box)
    new_switch(box)
    assert box.hears[PHONES["802"]] == PHONES["801"] and PHONES["801"] not in box.hears
    assert rung(box) == {"803", "804"}


def test_a_knock_survives_an_engine_and_a_switch() -> None:
    box = FakeBox(structs.replace(office(), switchboard=Switchboard(call_waiting=True)))
    for phone, number in (("801", "802"), ("803", "802")):
        box.lift(phone)
        box.key(phone, number)
        if phone == "801":
            box.lift("802")
    killed(box)
    new_switch(box)
    assert box.talk("801", "802")
    before = len(box.sent(c.Inject))
    box.wait(10.1)
    assert len(box.sent(c.Inject)) == before + 1
    box.flash("802")
    assert box.talk("802", "803")


def test_an_amplifier_is_paged_and_hears_no_busy_tone_afterwards() -> None:
    config = office()
    phones = tuple(structs.replace(one, pager=one.number == "804") for one in config.extensions)
    group = Group(id="g", number="600", members=("803", "804"))
    box = FakeBox(structs.replace(config, extensions=phones, groups=(group,), paging_groups=(HALL,)))
    box.lift("801")
    box.key("801", "*551#")
    box.lift("804")
    assert box.hears[PHONES["804"]] == PHONES["801"]
    box.hang_up("801")
    assert PHONES["804"] not in box.playing
    box.hang_up("804")
    box.lift("801")
    box.key("801", "600")
    assert rung(box) == {"803"}
    box.hang_up("801")
    box.lift("801")
    box.key("801", "804")
    box.lift("802")
    box.key("802", "*8")
    assert box.words("802") == ["nothing-to-pick-up"]


# -- call-back on busy ------------------------------------------------------------------------------


def busy(config: Config | None = None) -> FakeBox:
    """801 found 802 busy (with 803) and put down."""
    box = FakeBox(config or office())
    box.lift("803")
    box.key("803", "802")
    box.lift("802")
    box.lift("801")
    box.key("801", "802")
    assert box.words("801") == ["tone:busy"]
    box.hang_up("801")
    return box


def code(box: FakeBox, telephone: str, keys: str) -> list[str]:
    box.lift(telephone)
    box.key(telephone, keys)
    said = box.words(telephone)
    box.hang_up(telephone)
    return said


def end(box: FakeBox) -> None:
    box.hang_up("802")
    box.hang_up("803")
    box.wait(2.1)


def test_when_both_are_free_the_telephone_rings_and_calls_the_other() -> None:
    box = busy()
    assert code(box, "801", "*37") == ["callback-set"]
    box.wait(5)
    assert rung(box) == set()
    end(box)
    assert box.ringing[PHONES["801"]].cadence == "recall"
    box.lift("801")
    assert rung(box) == {"802"}
    box.lift("802")
    assert box.talk("801", "802")
    assert not box.engine.state.completions


def test_a_box_where_telephones_come_free_all_the_time_calls_back_all_the_same() -> None:
    """Planted fault: a timer that begins anew whenever somebody puts down never comes due."""
    box = busy()
    code(box, "801", "*37")
    box.hang_up("802")
    box.hang_up("803")
    for _ in range(4):
        box.lift("804")
        box.wait(0.6)
        box.hang_up("804")
        box.wait(0.6)
    assert box.ringing[PHONES["801"]].cadence == "recall"


def test_cancelled_lapsed_or_not_lifted_it_is_over() -> None:
    box = busy()
    code(box, "801", "*37")
    assert code(box, "801", "*38") == ["callback-cancelled"]
    end(box)
    assert rung(box) == set()
    box = busy()
    code(box, "801", "*37")
    box.wait(2701)
    end(box)
    assert rung(box) == set() and box.facts(f.CompletionOver)[-1].why == "lapsed"
    box = busy()
    code(box, "801", "*37")
    end(box)
    box.wait(20.1)
    assert rung(box) == set() and not box.engine.state.completions


def test_it_is_bounded_and_needs_a_busy_telephone() -> None:
    box = FakeBox(office())
    assert code(box, "801", "*37") == ["callback-not-possible"]
    box = busy(structs.replace(office(), switchboard=Switchboard(completions=0)))
    assert code(box, "801", "*37") == ["callback-not-possible"]
    box = busy()
    code(box, "801", "*37")
    code(box, "801", "*37")
    assert len(box.engine.state.completions) == 1
