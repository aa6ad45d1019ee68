"""Emergency calls: from every telephone, in every state, over whatever line can be had."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import DialPlan
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause
from tests.unit.fake_box import LINES, PHONES, FakeBox, office

MOBILE = "913912345678"


@pytest.mark.parametrize("number", ["110", "119", "120", "9110", "9119"])
@pytest.mark.parametrize("extension", ["801", "803", "804"])
def test_emergency_numbers_are_called_at_once_from_every_telephone(number: str, extension: str) -> None:
    box = FakeBox(office())
    box.lift(extension)
    box.key(extension, number)
    assert box.sent(c.Dial)[0].digits == number[-3:]
    assert box.facts(f.NumberDialled)[0].emergency


def test_emergency_after_the_busy_tone_without_hanging_up() -> None:
    box = FakeBox(office())
    box.lift("803")
    box.wait(50)
    box.key("803", "110")
    assert box.sent(c.Dial)[0].digits == "110"


def test_emergency_while_a_last_word_is_spoken() -> None:
    box = FakeBox(office())
    box.lift("803")
    box.key("803", MOBILE)
    assert box.words("803") == ["not-allowed"]
    box.key("803", "119")
    assert box.sent(c.Dial)[0].digits == "119"


def test_emergency_while_signing_in() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*41")
    box.key("804", "120")
    assert box.sent(c.Dial)[0].digits == "120"


@pytest.mark.parametrize("keys", ["110", "9110"])
def test_emergency_while_another_telephone_rings(keys: str) -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", "804")
    box.key("802", keys)
    assert [one.digits for one in box.sent(c.Dial)] == ["110"]
    assert box.leg("804") is None


def test_emergency_while_a_message_is_being_left() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", "804")
    box.wait(31)
    box.heard("802")
    box.key("802", "119")
    assert [one.digits for one in box.sent(c.Dial)] == ["119"]
    assert PHONES["802"] not in box.recording


def test_emergency_with_the_prefix_while_signing_in() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*419120")
    assert [one.digits for one in box.sent(c.Dial)] == ["120"]


def test_emergency_while_a_consulted_telephone_rings_keeps_the_caller() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.flash("801")
    box.key("801", "804")
    box.key("801", "110")
    assert [one.digits for one in box.sent(c.Dial)] == ["110"]
    assert box.words("L1") == ["music"]
    box.wait(5)
    assert box.call("801").emergency


@pytest.mark.parametrize("number", ["811", "9911"])
def test_the_last_keys_of_a_number_are_not_the_first_of_an_emergency_number(number: str) -> None:
    box = FakeBox(office())
    box.lift("801")
    box.key("801", number)
    box.wait(5)
    box.key("801", "0")
    assert not [one for one in box.sent(c.Dial) if one.digits == "110"]


def test_keys_that_go_over_an_outside_line_are_the_far_ends() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.key("801", MOBILE)
    box.dialled("L4")
    box.key("801", "110")
    assert [one.digits for one in box.sent(c.Dial)] == [MOBILE[1:]]


def test_emergency_by_pulses_while_a_last_word_is_spoken() -> None:
    config = office()
    phones = tuple(structs.replace(one, pulse=True) for one in config.extensions)
    box = FakeBox(structs.replace(config, extensions=phones))
    box.lift("803")
    box.key("803", MOBILE)
    assert box.words("803") == ["not-allowed"]
    assert [one.pulses for one in box.sent(c.Listen) if one.port == PHONES["803"]][-1]


def test_emergency_from_a_conversation_by_flash() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.flash("801")
    box.key("801", "110")
    assert box.sent(c.Dial)[0].digits == "110"


def test_emergency_keyed_while_held_and_taken_back_in_the_middle_of_it() -> None:
    """Found by a walk through random houses: the first key while held, the others in the talk."""
    box = FakeBox(office())
    box.lift("801")
    box.key("801", "803")
    box.lift("803")
    box.flash("801")
    assert box.leg("803").phase == "held"  # type: ignore[union-attr]
    box.key("803", "1")
    box.flash("801")
    assert box.talk("801", "803")
    box.key("803", "10")
    box.wait(2)
    assert box.sent(c.Dial)[-1].urgent


def test_emergency_keys_in_a_talk_are_the_other_partys() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.key("801", "803")
    box.lift("803")
    box.key("803", "110")
    box.wait(5)
    assert not box.sent(c.Dial)


def test_emergency_with_all_lines_taken_ends_the_call_that_hurts_least() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.to_queue("L2")
    box.ring("L3")
    box.to_queue("L4")
    box.wait(2)
    box.lift("804")
    box.key("804", "110")
    ended = box.facts(f.CallEnded)[0]
    assert ended.cause == Cause.PREEMPTED
    assert box.leg("L3") is not None
    assert box.sent(c.Dial) == []
    box.wait(1.1)
    dial = box.sent(c.Dial)[0]
    assert (dial.port, dial.digits) == (LINES["L3"], "110"), "the caller in the menu makes room, within 2 s"
    assert box.talk("L1", "801")


def test_emergency_uses_lines_that_are_not_for_outgoing_calls() -> None:
    config = office()
    lines = tuple(structs.replace(line, outgoing=False) for line in config.lines)
    box = FakeBox(structs.replace(config, lines=lines))
    box.lift("804")
    box.key("804", "110")
    assert box.sent(c.Dial)[0].digits == "110"


def test_emergency_does_not_wait_for_a_dead_line() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "110")
    for line in ("L4", "L3", "L2"):
        assert not box.sent(c.Dial)[-1].proceed_without_dial_tone
        box.wait(2)
        box.dialled(line, ok=False)
    assert box.sent(c.Dial)[-1].port == LINES["L1"]
    assert box.sent(c.Dial)[-1].proceed_without_dial_tone


def test_an_emergency_call_is_not_pre_empted() -> None:
    config = office()
    box = FakeBox(structs.replace(config, lines=config.lines[:1]))
    box.lift("804")
    box.key("804", "110")
    box.lift("803")
    box.key("803", "119")
    assert box.words("803") == ["all-lines-busy", "please-wait"]
    assert box.leg("L1") is not None
    box.hang_up("804")
    box.wait(4)
    assert box.sent(c.Dial)[-1].digits == "119", "it is tried for as long as the caller waits"


def test_a_telephone_nobody_configured_can_call_for_help() -> None:
    config = office()
    box = FakeBox(structs.replace(config, extensions=config.extensions[:3]))
    box.lift("804")
    box.key("804", "110")
    assert box.sent(c.Dial)[0].digits == "110"


def test_the_prefix_is_the_admins_choice() -> None:
    config = structs.replace(office(), dial_plan=DialPlan(outside_prefix="0"))
    box = FakeBox(config)
    box.lift("804")
    box.key("804", "0110")
    assert box.sent(c.Dial)[0].digits == "110"
