"""A second call at a telephone in use: the tone over the talk, flash to and fro, no caller given to the other."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config, Switchboard
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Tone
from tests.unit.fake_box import PHONES, FakeBox, office


def house(**changed: object) -> Config:
    config = structs.replace(office(), switchboard=Switchboard(call_waiting=True))
    return structs.replace(
        config,
        extensions=tuple(
            structs.replace(one, **changed) if one.number == "802" else one for one in config.extensions
        ),
    )


def knocking(config: Config | None = None) -> FakeBox:
    """801 talks to 802; 803 calls 802."""
    box = FakeBox(config or house())
    box.lift("801")
    box.key("801", "802")
    box.lift("802")
    assert box.talk("801", "802")
    box.lift("803")
    box.key("803", "802")
    return box


def tones(box: FakeBox) -> int:
    return sum(bool(one.items) for one in box.sent(c.Inject) if one.port == PHONES["802"])


def test_the_tone_is_heard_over_the_talk_and_the_caller_hears_ringback() -> None:
    box = knocking()
    assert box.sent(c.Inject)[0].items[0] == c.ToneItem(Tone.CALL_WAITING, 500)
    assert box.talk("801", "802") and box.words("803") == ["tone:ringback"]
    box.wait(21)
    assert tones(box) == 3


def test_without_it_the_second_caller_finds_busy() -> None:
    box = knocking(house(call_waiting="off"))
    assert box.words("803") == ["tone:busy"] and not box.sent(c.Inject)


def test_it_is_switched_by_code() -> None:
    box = FakeBox(office())
    for keys, busy in (("*291", False), ("*290", True)):
        box.lift("802")
        box.key("802", keys)
        box.hang_up("802")
        box.lift("801")
        box.key("801", "802")
        box.lift("802")
        box.lift("803")
        box.key("803", "802")
        assert (box.words("803") == ["tone:busy"]) is busy
        for phone in ("803", "802", "801"):
            box.hang_up(phone)


def test_flash_goes_to_and_fro() -> None:
    box = knocking()
    box.flash("802")
    assert box.talk("802", "803") and box.words("801") == ["music"]
    box.flash("802")
    box.key("802", "2")
    assert box.talk("801", "802") and box.words("803") == ["music"]


def test_put_down_the_telephone_rings_for_who_knocked() -> None:
    box = knocking()
    box.hang_up("802")
    assert PHONES["802"] in box.ringing
    box.lift("802")
    assert box.talk("802", "803")


def test_when_the_first_talk_ends_flash_takes_the_second() -> None:
    box = knocking()
    box.hang_up("801")
    assert box.words("802") == ["tone:busy"]
    box.flash("802")
    assert box.talk("802", "803")


def test_putting_down_gives_no_caller_to_the_other_but_rings_for_the_held_one() -> None:
    box = knocking()
    box.flash("802")
    box.hang_up("802")
    assert box.leg("803") is None
    assert PHONES["802"] in box.ringing and box.words("801") == ["tone:ringback"]
    box.lift("802")
    assert box.talk("801", "802")


def test_not_taken_it_goes_where_an_unanswered_call_goes() -> None:
    box = knocking(house(forward_no_answer="804"))
    box.wait(30.1)
    assert PHONES["804"] in box.ringing and box.talk("801", "802")
    assert box.engine.state.port(PHONES["802"]).knocks == 0
    assert box.sent(c.Inject)[-1].items == ()


def test_who_knocked_and_left_leaves_the_talk_alone() -> None:
    box = knocking()
    box.hang_up("803")
    assert box.talk("801", "802") and box.engine.state.port(PHONES["802"]).knocks == 0
    box.flash("802")
    assert box.leg("802").phase == Phase.DIALLING  # type: ignore[union-attr]


def test_a_third_caller_finds_busy() -> None:
    box = knocking()
    box.lift("804")
    box.key("804", "802")
    assert box.words("804") == ["tone:busy"]


def test_help_is_called_while_somebody_knocks() -> None:
    box = knocking()
    since = len(box.commands)
    box.hang_up("802")
    box.wait(0.3)
    box.lift("802")  # answers who knocked
    box.flash("802")
    box.key("802", "110")
    box.wait(2)
    assert any(isinstance(one, c.Dial) and one.digits == "110" for one in box.commands[since:])


def test_nobody_knocks_at_an_emergency_call() -> None:
    box = FakeBox(house())
    box.lift("802")
    box.key("802", "110")
    box.wait(2)
    line = next(name for name in ("L1", "L2", "L3", "L4") if f"{name}" and box.leg(name))
    box.dialled(line)
    box.answers(line)
    box.lift("803")
    box.key("803", "802")
    assert box.words("803") == ["tone:busy"] and not box.sent(c.Inject)


def test_a_call_for_help_the_switch_made_by_itself_ends_the_knocking() -> None:
    box = knocking()
    box.event(e.LastResortCalled(port=PHONES["802"], at_us=box.now_us, number="110", line=0))
    before = tones(box)
    box.wait(10.1)
    assert box.call("802").emergency and tones(box) == before
    assert box.words("803") == ["tone:busy"]


def test_a_knock_can_be_picked_up_elsewhere() -> None:
    box = knocking()
    box.lift("804")
    box.key("804", "*52802")
    assert box.talk("803", "804") and box.talk("801", "802")


def test_a_conference_of_all_three() -> None:
    box = knocking()
    box.flash("802")
    box.flash("802")
    box.key("802", "3")
    assert len(box.facts(f.ConferenceBegan)[-1].legs) == 3
