"""Parked calls: slots, music, retrieving, coming back; and transfers to places that are no telephone."""

from __future__ import annotations

from msgspec import structs

from firmware.config.check import check_config
from firmware.config.schema import Config, Room, Switchboard
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from tests.unit.fake_box import PHONES, FakeBox, office
from tests.unit.test_engine_restart import killed, report


def talking(config: Config | None = None) -> FakeBox:
    """The caller on L1 talks to 801."""
    box = FakeBox(config or office())
    box.to_queue("L1")
    box.lift("801")
    assert box.talk("L1", "801")
    return box


def parked(config: Config | None = None) -> FakeBox:
    box = talking(config)
    box.flash("801")
    box.key("801", "*50")
    return box


def phase(box: FakeBox, where: str) -> str:
    leg = box.leg(where)
    assert leg is not None
    return leg.phase


def test_the_slot_is_said_and_any_telephone_takes_the_call() -> None:
    box = parked()
    assert box.words("801") == ["parked-at", "digit-7", "digit-1"]
    assert phase(box, "L1") == Phase.PARKED and box.words("L1") == ["music"]
    box.hang_up("801")
    box.lift("804")
    box.key("804", "*5171")
    assert box.talk("L1", "804")
    assert [one.why for one in box.facts(f.CallUnparked)] == ["retrieved"]
    box.leave("L1")
    assert box.outcomes() == ["answered"]


def test_a_chosen_slot_and_the_next_free_one() -> None:
    box = talking()
    box.flash("801")
    box.key("801", "*5175")
    assert box.words("801") == ["parked-at", "digit-7", "digit-5"]
    box.hang_up("801")
    box.lift("802")
    box.key("802", "803")
    box.lift("803")
    for slot in "1":
        box.flash("802")
        box.key("802", "*50")
        assert box.words("802") == ["parked-at", "digit-7", f"digit-{slot}"]


def test_nothing_parked_nothing_to_park_all_taken() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*5171")
    assert box.words("804") == ["nothing-parked"]
    box.hang_up("804")
    box.lift("804")
    box.key("804", "*50")
    assert box.words("804") == ["nothing-to-park"]
    full = parked(structs.replace(office(), switchboard=Switchboard(park_slots=("71",))))
    full.hang_up("801")
    full.lift("802")
    full.key("802", "803")
    full.lift("803")
    full.flash("802")
    full.key("802", "*50")
    assert full.words("802") == ["park-full"]
    full.heard("802")
    full.heard("802")
    assert full.talk("802", "803"), "back to who was held"


def test_too_long_it_comes_back_and_then_into_its_slot_again() -> None:
    box = parked()
    box.hang_up("801")
    box.wait(90.1)
    assert box.ringing[PHONES["801"]].cadence == "recall"
    box.wait(30.1)
    assert phase(box, "L1") == Phase.PARKED
    box.wait(90.1)
    box.lift("801")
    assert box.talk("L1", "801")
    assert [one.why for one in box.facts(f.CallUnparked)] == ["recall", "recall"]


def test_too_long_and_not_taken_back_it_goes_to_the_operator() -> None:
    box = parked(structs.replace(office(), switchboard=Switchboard(recall_to="extension:804")))
    box.hang_up("801")
    box.wait(90.1 + 30.1)
    assert PHONES["804"] in box.ringing


def test_the_parked_caller_may_leave() -> None:
    box = parked()
    box.hang_up("801")
    box.leave("L1")
    assert not box.engine.state.calls and box.outcomes() == ["answered"]


def test_a_parked_telephone_can_call_for_help() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.key("801", "802")
    box.lift("802")
    box.flash("801")
    box.key("801", "*50")
    assert phase(box, "802") == Phase.PARKED
    box.key("802", "119")
    box.wait(2)
    assert [one.digits for one in box.sent(c.Dial)] == ["119"]


def test_a_parked_call_survives_an_engine_and_a_switch() -> None:
    box = killed(parked())
    box.hang_up("801")
    assert phase(box, "L1") == Phase.PARKED
    new_switch(box)
    assert phase(box, "L1") == Phase.PARKED and box.words("L1") == ["music"]
    box.lift("804")
    box.key("804", "*5171")
    assert box.talk("L1", "804")


def new_switch(box: FakeBox) -> None:
    """It knows of nothing but the hooks."""
    box.epoch, box.events = box.epoch + 1, 0
    for known in (box.playing, box.hears, box.recording, box.ringing):
        known.clear()
    box.event(report(box))


def test_no_slot_is_keyed_like_an_emergency_number() -> None:
    slots = Switchboard(park_slots=("10", "71", "71"))
    slugs = [one.wording.slug for one in check_config(structs.replace(office(), switchboard=slots))]
    assert sorted(slugs) == ["given-twice", "slot-emergency"]


# -- transfers to places that are no telephone ------------------------------------------------------


def test_hanging_up_while_consulting_a_queue_sends_the_caller_there() -> None:
    box = talking(office(number="850"))
    box.flash("801")
    box.key("801", "850")
    box.hang_up("801")
    assert phase(box, "L1") == Phase.QUEUED
    assert box.facts(f.TransferMade)[-1].to == "queue:sales"
    box.lift("802")
    assert box.talk("L1", "802")


def test_an_outside_party_that_was_called_can_be_sent_to_a_queue_too() -> None:
    box = FakeBox(office(number="850"))
    box.lift("802")
    box.key("802", "913800138000")
    box.wait(3)
    box.dialled("L4")
    box.answers("L4")
    box.flash("802")
    box.key("802", "850")
    box.hang_up("802")
    assert phase(box, "L4") == Phase.QUEUED
    box.wait(1)
    taker = next(one for one in ("801", "802", "803") if PHONES[one] in box.ringing)
    box.lift(taker)
    assert box.talk("L4", taker)
    assert not box.facts(f.InputPassedOver)


def test_hanging_up_while_a_mailbox_answers_leaves_the_caller_there() -> None:
    box = talking()
    box.flash("801")
    box.key("801", "804")
    box.wait(30.1)
    assert phase(box, "801") == Phase.MAILBOX
    box.hang_up("801")
    assert phase(box, "L1") == Phase.MAILBOX


def test_hanging_up_in_a_conference_room_sends_the_held_caller_there() -> None:
    box = talking(structs.replace(office(), rooms=(Room(id="team", number="700"),)))
    box.flash("801")
    box.key("801", "700")
    assert phase(box, "801") == Phase.ROOM
    box.hang_up("801")
    assert phase(box, "L1") == Phase.ROOM
    box.leave("L1")
    assert not box.engine.state.calls


def test_a_transfer_nobody_takes_back_goes_to_the_operator() -> None:
    box = talking(structs.replace(office(), switchboard=Switchboard(recall_to="extension:804")))
    box.flash("801")
    box.key("801", "803")
    box.hang_up("801")
    box.wait(30.1)
    assert PHONES["801"] in box.ringing
    box.wait(30.1)
    assert PHONES["804"] in box.ringing


# -- music ------------------------------------------------------------------------------------------


def test_queue_telephone_line_and_house_have_their_music_in_this_order() -> None:
    config = office()
    config = structs.replace(
        config,
        queues=tuple(structs.replace(one, music="lively") for one in config.queues),
        extensions=tuple(
            structs.replace(one, music="calm" if one.number == "801" else "") for one in config.extensions
        ),
        switchboard=Switchboard(hold_music="tango", park_music="waltz"),
    )
    box = parked(config)
    held = [one.items for one in box.sent(c.Play) if one.port == 0 and isinstance(one.items[-1], c.Music)]
    assert held[-2:] == [(c.Music("lively"),), (c.Music("waltz"),)]
    box.hang_up("801")
    for by, name in (("801", "calm"), ("802", "tango")):
        box.lift(by)
        box.key(by, "804")
        box.lift("804")
        box.flash(by)
        assert box.playing[PHONES["804"]].items == (c.Music(name),)
        for phone in (by, "804"):
            box.hang_up(phone)
        box.wait(40)
