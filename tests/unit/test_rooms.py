"""Conference rooms: PIN, chair, who hears whom, tones, consent, being left alone, calling for help."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config, DialPlan, Room
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import LINES, PHONES, FakeBox, office

PORTS = LINES | PHONES


def house(pin_tries: int = 5, **room: object) -> Config:
    config = office()
    return structs.replace(
        config,
        rooms=(structs.replace(Room(id="board", number="500"), **room),),
        lines=tuple(
            structs.replace(one, target="room:board") if one.name == "L1" else one for one in config.lines
        ),
        dial_plan=DialPlan(pin_tries=pin_tries),
    )


def come(box: FakeBox, *telephones: str) -> None:
    for telephone in telephones:
        box.lift(telephone)
        box.key(telephone, "500")
    tone_over(box)


def tone_over(box: FakeBox) -> None:
    """The tones everybody hears come to their ends."""
    for where, port in PORTS.items():
        if port in box.playing and box.words(where) == ["tone:confirm"]:
            box.heard(where)


def together(box: FakeBox) -> set[int]:
    mixes = box.sent(c.Confer)
    return set(mixes[-1].members) if mixes else set()


def ports(*names: str) -> set[int]:
    return {PORTS[name] for name in names}


def test_the_first_hears_music_and_from_the_second_on_all_hear_one_another() -> None:
    box = FakeBox(house())
    come(box, "801")
    assert box.words("801") == ["music"]
    come(box, "802")
    assert together(box) == ports("801", "802")
    assert not box.playing
    come(box, "804")
    assert together(box) == ports("801", "802", "804")
    assert [len(one.legs) for one in box.facts(f.RoomMixed)] == [2, 3]


def test_all_hear_a_tone_when_somebody_comes_and_when_somebody_goes() -> None:
    box = FakeBox(house())
    come(box, "801", "802")
    box.lift("804")
    box.key("804", "500")
    assert [box.words(one) for one in ("801", "802", "804")] == [["tone:confirm"]] * 3
    tone_over(box)
    box.hang_up("804")
    assert [box.words(one) for one in ("801", "802")] == [["tone:confirm"]] * 2
    tone_over(box)
    assert together(box) == ports("801", "802")


def test_without_tones_the_mix_is_made_at_once() -> None:
    box = FakeBox(house(tones=False))
    come(box, "801", "802", "804")
    box.hang_up("802")
    assert together(box) == ports("801", "804")
    assert not box.playing


def outsiders_left(transfer_outside: bool) -> FakeBox:
    """801 calls two numbers outside, brings each into the room, and puts down."""
    config = house(tones=False)
    box = FakeBox(
        structs.replace(
            config, dial_plan=structs.replace(config.dial_plan, transfer_outside=transfer_outside)
        )
    )
    for line, number in (("L4", "913912345678"), ("L3", "913812345678")):
        box.lift("801")
        box.key("801", number)
        box.dialled(line)
        box.answers(line)
        box.flash("801")
        box.key("801", "500")
        box.hang_up("801")
    return box


def test_two_outside_are_not_left_to_talk_at_the_houses_cost() -> None:
    """Planted fault: whoever came into the room would hear one another, though no transfer may join them."""
    box = outsiders_left(transfer_outside=False)
    assert [box.words(one) for one in ("L3", "L4")] == [["music"], ["music"]]
    assert not box.engine.state.dialling.rooms["board"].mixed
    come(box, "802")
    assert together(box) == ports("802", "L3", "L4")
    box.hang_up("802")
    assert [box.words(one) for one in ("L3", "L4")] == [["music"], ["music"]]
    box.wait(599)
    assert box.leg("L3") is not None
    box.wait(2)
    assert [box.words(one) for one in ("L3", "L4")] == [["goodbye"], ["goodbye"]]


def test_two_outside_talk_on_where_transfers_may_join_them() -> None:
    assert together(outsiders_left(transfer_outside=True)) == ports("L3", "L4")


def test_who_is_left_alone_hears_music_and_not_for_ever() -> None:
    box = FakeBox(house())
    come(box, "801", "802")
    box.hang_up("801")
    assert box.words("802") == ["music"]
    box.wait(599)
    assert box.leg("802").phase == Phase.ROOM  # type: ignore[union-attr]
    box.wait(2)
    assert box.words("802") == ["goodbye"]
    assert not box.engine.state.dialling.rooms


def test_an_outside_caller_needs_the_pin_and_counts_as_answered_once_somebody_is_there() -> None:
    box = FakeBox(house(pin="2468"))
    come(box, "801")
    box.key("801", "2468#")
    box.ring("L1")
    box.wait(3)
    assert box.words("L1") == ["enter-pin"]
    box.key("L1", "2468#")
    tone_over(box)
    assert together(box) == ports("801", "L1")
    box.leave("L1")
    assert box.outcomes() == ["answered"]
    assert "2468" not in repr(box.records)


def test_wrong_pins_of_outsiders_lock_outsiders_out_and_nobody_else() -> None:
    box = FakeBox(house(pin="2468", pin_tries=3))
    for wrong in ("1111#2222#", "3333#"):
        box.ring("L1")
        box.key("L1", wrong)
        box.leave("L1")
        box.wait(5)
    box.ring("L1")
    assert box.words("L1") == ["pin-locked"]
    come(box, "801")
    box.key("801", "2468#")
    assert box.leg("801").phase == Phase.ROOM  # type: ignore[union-attr]


def test_nobody_is_heard_before_the_chair_is_there_or_after_it_left() -> None:
    box = FakeBox(house(pin="2468", chair_pin="1357"))
    for telephone, pin in (("801", "2468#"), ("802", "2468#")):
        come(box, telephone)
        box.key(telephone, pin)
    assert not together(box)
    assert box.words("802") == ["music"]
    come(box, "804")
    box.key("804", "1357#")
    tone_over(box)
    assert together(box) == ports("801", "802", "804")
    box.hang_up("804")
    assert [box.words(one) for one in ("801", "802")] == [["music"], ["music"]]


def test_a_full_room_lets_nobody_in() -> None:
    box = FakeBox(house(most_members=2))
    come(box, "801", "802", "804")
    assert box.words("804") == ["room-full"]
    assert together(box) == ports("801", "802")


def test_a_recorded_room_is_taped_for_each_only_after_the_announcement() -> None:
    """Planted fault: recording at the door would tape who has not been told."""
    box = FakeBox(house(record=True, consent="recording-consent"))
    come(box, "801")
    assert not box.recording
    assert box.words("801") == ["recording-consent"]
    box.heard("801")
    assert set(box.recording) == ports("801")
    come(box, "802")
    assert set(box.recording) == ports("801"), "802 hears the announcement still"
    assert not together(box)
    box.heard("802")
    tone_over(box)
    assert set(box.recording) == ports("801", "802")
    assert together(box) == ports("801", "802")
    assert [one.party for one in box.facts(f.RecordingBegan)] == ["room:board"] * 2


def test_help_is_called_from_inside_and_the_others_talk_on() -> None:
    box = FakeBox(house())
    come(box, "801", "802", "804")
    box.key("802", "110")
    box.wait(2)
    assert box.sent(c.Dial)[-1].urgent
    tone_over(box)
    assert together(box) == ports("801", "804")


def test_a_line_in_a_room_is_freed_for_help_when_no_other_is() -> None:
    box = FakeBox(house())
    come(box, "801")
    box.ring("L1")
    tone_over(box)
    for line in ("L2", "L3", "L4"):
        box.lift({"L2": "802", "L3": "804", "L4": "803"}[line])
    box.hang_up("802")
    box.lift("802")
    box.key("802", "110")
    box.wait(2)
    assert box.sent(c.Dial)[-1].digits == "110"


def test_a_new_switch_brings_the_room_together_again() -> None:
    from firmware.protocol import events as e

    box = FakeBox(house())
    come(box, "801", "802")
    before = len(box.sent(c.Confer))
    box.epoch, box.events = 2, 0
    reports = tuple(
        e.PortReport(port, "fxs", port in box.off_hook, False, -1, "") for port in PHONES.values()
    )
    box.wait(1)
    box.event(e.StateReport(port=-1, at_us=box.now_us, tick=1, ports=reports))
    assert together(box) == ports("801", "802")
    assert len(box.sent(c.Confer)) > before


def test_a_room_taken_out_of_the_configuration_goes_on_till_all_left() -> None:
    import msgspec

    box = FakeBox(house())
    come(box, "801", "802", "804")
    config = structs.replace(house(), rooms=())
    box.give(i.ConfigApplied(2, "admin", msgspec.json.encode(config).decode()))
    box.hang_up("804")
    tone_over(box)
    assert together(box) == ports("801", "802")
    box.hang_up("801")
    box.hang_up("802")
    assert not box.engine.state.dialling.rooms
    assert [one.where for one in box.facts(f.InputPassedOver)] == []


def test_a_number_whose_middle_digit_leads_to_a_pin_is_still_a_call_for_help() -> None:
    """Found by a walk through random houses: 2 of 120 was the way out of a queue, to a room with a PIN."""
    config = office(number="700", exit_key="2", overflow="room:board")
    box = FakeBox(structs.replace(config, rooms=(Room(id="board", pin="4711"),)))
    for telephone in ("801", "802", "803"):
        box.lift(telephone)
    box.lift("804")
    box.key("804", "700")
    box.wait(3)
    assert box.leg("804").phase == Phase.QUEUED  # type: ignore[union-attr]
    box.key("804", "120")
    box.wait(2)
    assert [one.digits for one in box.sent(c.Dial) if one.urgent] == ["120"]
