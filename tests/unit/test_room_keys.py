"""What is keyed in a conference room: silence for oneself, and the chair's door, last guest and all others."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config, Room
from firmware.engine.engine import Engine
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import journal
from tests.unit.fake_box import FakeBox, office
from tests.unit.test_rooms import come, house, ports, together, tone_over

CHAIR, GUEST = "1357#", "2468#"


def chaired() -> Config:
    room = Room(id="board", number="500", pin="2468", chair_pin="1357", tones=False)
    return structs.replace(office(), rooms=(room,))


def meeting() -> FakeBox:
    """801 has the chair, 802 and 804 are its guests."""
    box = FakeBox(chaired())
    for telephone, pin in (("801", CHAIR), ("802", GUEST), ("804", GUEST)):
        box.lift(telephone)
        box.key(telephone, "500")
        box.key(telephone, pin)
    assert together(box) == ports("801", "802", "804")
    return box


def hears(box: FakeBox, telephone: str) -> set[int]:
    (port,) = ports(telephone)
    return box.mixes.get(port) or {box.hears[port]}


def said(box: FakeBox) -> list[str]:
    return [item.prompt for one in box.sent(c.Inject) for item in one.items if isinstance(item, c.Phrase)]


def test_who_mutes_himself_is_not_heard_and_hears_on() -> None:
    box = FakeBox(house(tones=False))
    come(box, "801", "802", "804")
    box.key("802", "1")
    assert hears(box, "801") == ports("804") and hears(box, "804") == ports("801")
    assert hears(box, "802") == ports("801", "804")
    mixes = len(box.sent(c.Confer))
    box.wait(5)
    box.key("802", "1")
    assert len(box.sent(c.Confer)) == mixes + 1 and together(box) == ports("801", "802", "804")
    assert said(box) == ["room-muted", "room-heard"]


def test_the_chair_silences_all_others_and_lets_them_speak_again() -> None:
    box = meeting()
    box.key("801", "6")
    assert [hears(box, one) for one in ("801", "802", "804")] == [{-1}, ports("801"), ports("801")]
    box.wait(5)
    box.key("801", "6")
    assert together(box) == ports("801", "802", "804")


def test_a_locked_room_lets_only_chairs_in_until_it_is_opened_or_the_chair_leaves() -> None:
    box = meeting()
    box.hang_up("804")
    box.key("801", "4")
    box.lift("804")
    box.key("804", "500")
    box.key("804", GUEST)
    assert box.words("804") == ["room-locked"]
    box.hang_up("804")
    box.hang_up("801")
    assert not box.engine.state.dialling.rooms["board"].locked
    assert said(box) == ["room-locked"] * 2, "all inside hear it"


def test_the_chair_sends_the_last_guest_out() -> None:
    box = meeting()
    box.key("801", "5")
    assert box.words("804") == ["room-dismissed"]
    assert together(box) == ports("801", "802")
    box.wait(5)
    box.key("801", "55")
    assert box.words("802") == ["room-dismissed"]
    assert box.leg("801") is not None


def test_a_guest_is_no_chair() -> None:
    box = meeting()
    box.key("802", "456")
    assert not box.facts(f.RoomLocked) and not box.facts(f.RoomMuted)
    assert together(box) == ports("801", "802", "804")


def test_an_emergency_number_is_one_though_its_keys_are_commands() -> None:
    box = meeting()
    box.key("802", "110")
    box.wait(2)
    assert box.sent(c.Dial)[-1].urgent
    tone_over(box)
    assert together(box) == ports("801", "804")


def test_commands_of_a_chair_are_no_emergency_number() -> None:
    """Mute, mute, lock: 114 is dialled with more time between its keys than anybody in need takes."""
    box = meeting()
    for key in "1122":
        box.key("801", key)
        box.wait(2.5)
    assert not box.sent(c.Dial)
    box.wait(5)
    box.key("801", "120")
    box.wait(3)
    assert box.sent(c.Dial)[-1].digits == "120"


def test_keys_that_mean_nothing_in_a_room_are_not_written_down() -> None:
    box = meeting()
    box.key("802", "4231")
    box.key("801", "4562")
    digits = [one.input.event.digit for one in box.records[-8:]]  # type: ignore[union-attr]
    assert digits == ["x", "x", "x", "1", "4", "5", "6", "x"]


def test_who_hears_the_announcement_while_the_door_is_closed_stays_outside() -> None:
    box = FakeBox(house(chair_pin="1357", pin="2468", consent="recording-consent", tones=False))
    for telephone, pin in (("801", CHAIR), ("804", GUEST)):
        box.lift(telephone)
        box.key(telephone, "500")
        box.key(telephone, pin)
    box.heard("801")
    box.key("801", "4")
    box.heard("804")
    assert box.words("804") == ["room-locked"]


def test_who_left_muted_is_not_muted_when_he_comes_back() -> None:
    box = meeting()
    box.key("802", "1")
    box.hang_up("802")
    box.wait(2)
    box.lift("802")
    box.key("802", "500")
    box.key("802", GUEST)
    assert box.leg("802") is not None and box.leg("802").phase == Phase.ROOM  # type: ignore[union-attr]
    assert together(box) == ports("801", "802", "804")


def test_the_facts_alone_give_the_same_state() -> None:
    box = meeting()
    for keys in ("1", "6", "4", "5"):
        box.key("801", keys)
        box.wait(5)
    records = [journal.decode(journal.encode(record)) for record in box.records]
    assert Engine.restore(None, records).snapshot() == box.engine.snapshot()
