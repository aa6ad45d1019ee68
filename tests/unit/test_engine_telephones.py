"""Telephones of the house: dialling, calling one another, calling out, feature codes, emergency calls."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import Config
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState, AnswerSign, Cause, Direction, HangUpSign, Tone
from tests.unit.fake_box import LINES, PHONES, FakeBox, office

MOBILE = "913912345678"


def with_line(config: Config, name: str, **settings: object) -> Config:
    lines = tuple(structs.replace(line, **settings) if line.name == name else line for line in config.lines)
    return structs.replace(config, lines=lines)


def test_lifting_gives_dial_tone_and_a_digit_ends_it() -> None:
    box = FakeBox(office())
    box.lift("804")
    assert box.words("804") == ["tone:dial"]
    box.key("804", "8")
    assert box.words("804") == []


def test_who_does_not_dial_hears_busy_then_the_howler_then_nothing() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.wait(11)
    assert box.words("804") == ["tone:busy"]
    box.wait(31)
    assert box.words("804") == ["tone:howler"]
    box.wait(61)
    assert box.words("804") == []
    box.hang_up("804")
    assert not box.engine.state.calls


def test_one_telephone_calls_another() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "802")
    assert box.words("804") == ["tone:ringback"]
    assert box.ringing[PHONES["802"]].number == "804"
    box.wait(4)
    box.lift("802")
    assert box.talk("804", "802")
    assert box.facts(f.NotRecorded)[-1].reason == "internal"
    box.hang_up("804")
    assert box.words("802") == ["tone:busy"]
    assert box.facts(f.CallEnded)[-1].outcome is None


def test_a_busy_telephone_gives_busy_tone() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.lift("804")
    box.key("804", "801")
    assert box.words("804") == ["tone:busy"]
    assert box.facts(f.CallEnded)[-1].cause == Cause.USER_BUSY


def test_an_unanswered_telephone_stops_ringing() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "802")
    box.wait(31)
    assert not box.ringing
    assert box.facts(f.CallEnded)[-1].cause == Cause.NO_ANSWER


def test_an_unanswered_telephone_with_a_mailbox_takes_a_message() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", "804")
    box.wait(31)
    assert box.words("802") == ["voicemail-greeting", "tone:beep"]


def test_a_number_nobody_has_is_said_to_be_unknown() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "77")
    box.wait(5)
    assert box.words("804") == ["number-unknown"]
    box.heard("804")
    assert box.words("804") == ["tone:busy"]


def test_a_pulse_telephones_breaks_are_digits_until_the_call_is_through() -> None:
    config = office()
    extensions = tuple(structs.replace(one, pulse=True) for one in config.extensions)
    box = FakeBox(structs.replace(config, extensions=extensions))
    box.lift("804")
    listens = [one for one in box.sent(c.Listen) if one.port == 7]
    assert listens[-1].pulses
    box.key("804", "802")
    box.lift("802")
    listens = [one for one in box.sent(c.Listen) if one.port == 7]
    assert not listens[-1].pulses


# -- outgoing ---------------------------------------------------------------------------------------


def test_an_outgoing_call_takes_the_last_line_first_and_strips_the_prefix() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", MOBILE)
    dial = box.sent(c.Dial)[0]
    assert (dial.port, dial.digits, dial.pulse) == (LINES["L4"], "13912345678", False)
    assert box.facts(f.NumberDialled)[0].e164 == "+8613912345678"
    box.wait(2)
    box.dialled("L4")
    assert box.hears[PHONES["802"]] == LINES["L4"], "the caller hears the exchange's ringback"
    box.event(e.ToneHeard(port=3, at_us=box.now_us, tone=Tone.RINGBACK))
    assert box.talk("802", "L4")
    assert not box.sent(c.Record)
    box.wait(5)
    box.answers("L4")
    assert box.facts(f.CallAnswered) == [f.CallAnswered(1, "line", AnswerSign.VOICE)]
    assert [record.port for record in box.sent(c.Record)] == [PHONES["802"]]
    box.leave("L4")
    assert box.words("802") == ["tone:busy"]
    assert LINES["L4"] not in box.off_hook


def test_a_number_that_could_go_on_is_dialled_after_the_pause() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", "964001234")
    assert not box.sent(c.Dial)
    box.wait(4.5)
    assert box.sent(c.Dial)[0].digits == "64001234"


def heard_by_the_line(box: FakeBox) -> bool:
    return box.hears.get(LINES["L4"], -1) == PHONES["802"]


def may_call(level: str) -> Config:
    config = office()
    return structs.replace(
        config,
        extensions=tuple(
            structs.replace(one, may_call=level if one.number == "802" else one.may_call)
            for one in config.extensions
        ),
    )


@pytest.mark.parametrize("sign", ["ringback", "voice", "reversal", "timeout"])
def test_the_exchange_hears_no_keys_of_the_caller_before_it_takes_no_more_digits(sign: str) -> None:
    """Toll fraud: `95123456#`, and then the digits that make another number of it."""
    answer = {"reversal": "reversal", "timeout": "timeout"}.get(sign, "voice")
    box = FakeBox(with_line(may_call("local"), "L4", answer=answer, answer_timeout_s=12.0))
    box.lift("802")
    box.key("802", "95123456#")
    box.dialled("L4")
    assert box.hears[PHONES["802"]] == LINES["L4"]
    box.wait(11.9)
    assert not heard_by_the_line(box)
    if sign == "ringback":
        box.event(e.ToneHeard(port=3, at_us=box.now_us, tone=Tone.RINGBACK))
    elif sign == "timeout":
        box.wait(0.2)
    else:
        box.answers("L4", AnswerSign(sign))
    assert heard_by_the_line(box)


def test_a_voice_on_a_line_that_waits_for_reversal_hears_the_caller() -> None:
    box = FakeBox(with_line(may_call("local"), "L4", answer="reversal"))
    box.lift("802")
    box.key("802", "962345678#")
    box.dialled("L4")
    box.answers("L4", AnswerSign.VOICE)
    assert heard_by_the_line(box)
    assert not box.facts(f.CallAnswered)


def test_who_is_given_a_line_that_still_takes_digits_is_not_heard_by_it_either() -> None:
    box = FakeBox(may_call("national"))
    box.lift("801")
    box.key("801", "802")
    box.lift("802")
    box.flash("802")
    box.key("802", "95123456#")
    box.dialled("L4")
    box.hang_up("802")
    assert box.hears[PHONES["801"]] == LINES["L4"]
    assert box.hears[LINES["L4"]] == -1
    box.event(e.ToneHeard(port=3, at_us=box.now_us, tone=Tone.RINGBACK))
    assert box.talk("801", "L4")


@pytest.mark.parametrize(("level", "number"), [("all", "962345678#"), ("internal", "110")])
def test_who_may_call_everything_and_who_calls_for_help_is_heard_at_once(level: str, number: str) -> None:
    box = FakeBox(may_call(level))
    box.lift("802")
    box.key("802", number)
    box.dialled("L4")
    assert heard_by_the_line(box)


@pytest.mark.parametrize("keys", ["9160#", "9139#", "9168#", "9021#", "900#", "917909#", "912593#", "96234#"])
def test_the_beginning_of_a_dearer_number_is_not_dialled(keys: str) -> None:
    """Planted fault: three digits that are judged local, and the rest keyed on the line."""
    box = FakeBox(may_call("national"))
    box.lift("802")
    box.key("802", keys)
    box.wait(5)
    assert box.words("802") in (["not-allowed"], ["number-unknown"])
    assert not box.sent(c.Dial)


def test_the_callers_hanging_up_lets_the_line_go() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", MOBILE)
    box.hang_up("802")
    assert LINES["L4"] not in box.off_hook


def test_a_busy_subscriber_gives_busy_tone_and_frees_the_line() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", MOBILE)
    box.dialled("L4")
    box.leave("L4", HangUpSign.BUSY_TONE)
    assert box.words("802") == ["tone:busy"]
    assert box.facts(f.CallEnded)[-1].cause == Cause.USER_BUSY


def test_a_congested_exchange_gives_congestion_tone() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", MOBILE)
    box.dialled("L4")
    box.event(e.ToneHeard(port=3, at_us=box.now_us, tone=Tone.CONGESTION))
    assert box.words("802") == ["tone:congestion"]


def test_no_dial_tone_tries_the_next_line() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", MOBILE)
    box.dialled("L4", ok=False)
    assert box.sent(c.Dial)[-1].port == LINES["L3"]
    assert LINES["L4"] not in box.off_hook


def test_no_line_free_gives_congestion() -> None:
    box = FakeBox(office())
    for line in LINES:
        box.ring(line)
    box.lift("802")
    box.key("802", MOBILE)
    assert box.words("802") == ["tone:congestion"]
    assert box.facts(f.AttemptRefused)[-1].reason == "no-line-free"


def test_class_of_service_refuses_and_says_so() -> None:
    box = FakeBox(office())
    box.lift("803")
    box.key("803", MOBILE)
    assert box.words("803") == ["not-allowed"]
    assert not box.sent(c.Seize)


def test_international_calls_need_leave() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", "90014155550100")
    box.wait(5)
    assert box.words("802") == ["not-allowed"]


def test_a_line_that_rings_as_we_seize_it_is_a_caller_who_is_served() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", MOBILE)
    box.event(e.LineRang(port=3, at_us=box.now_us, count=1))
    call = box.call("L4")
    assert call.direction is Direction.INBOUND
    assert box.words("L4") == ["welcome"]
    assert box.sent(c.Dial)[-1].port == LINES["L3"]


def test_answer_by_reversal_does_not_believe_a_voice() -> None:
    box = FakeBox(with_line(office(), "L4", answer="reversal"))
    box.lift("802")
    box.key("802", MOBILE)
    box.dialled("L4")
    box.answers("L4", AnswerSign.VOICE)
    assert not box.facts(f.CallAnswered)
    box.answers("L4", AnswerSign.REVERSAL)
    assert box.facts(f.CallAnswered)[0].sign == "reversal"


def test_answer_by_time() -> None:
    box = FakeBox(with_line(office(), "L4", answer="timeout", answer_timeout_s=12.0))
    box.lift("802")
    box.key("802", MOBILE)
    box.dialled("L4")
    box.wait(11.9)
    assert not box.facts(f.CallAnswered)
    box.wait(0.2)
    assert box.facts(f.CallAnswered)[0].sign == "timeout"


def test_a_line_just_let_go_rests_before_it_is_seized() -> None:
    config = office()
    plan = structs.replace(config.dial_plan, outgoing_order=("L1",))
    box = FakeBox(structs.replace(config, dial_plan=plan))
    box.ring("L1")
    box.lift("802")
    box.key("802", MOBILE[:-1])
    box.leave("L1")
    box.event(e.DigitReceived(port=5, at_us=box.now_us, digit="8"))
    assert not box.sent(c.Dial)
    box.wait(1.1)
    assert box.sent(c.Dial)[0].port == LINES["L1"]


# -- feature codes ----------------------------------------------------------------------------------


def test_signing_in_with_a_pin_keeps_the_pin_out_of_the_journal() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*41900#1234#")
    assert box.words("804") == ["signed-in"]
    box.heard("804")
    box.hang_up("804")
    assert box.agent("900") == (AgentState.READY, "")
    assert box.engine.state.agents["900"].extension == "804"
    keyed = [
        record.input.event.digit
        for record in box.records
        if isinstance(record.input, i.FromSwitch) and isinstance(record.input.event, e.DigitReceived)
    ]
    assert "".join(keyed) == "*41900#xxxx"
    assert b"1234#" not in box.engine.snapshot()


def test_a_wrong_pin_is_asked_again_till_it_is_locked() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*41900#1111#")
    assert box.words("804") == ["wrong-agent-or-pin"]
    for wrong in ("2222#", "3333#", "4444#", "5555#"):
        box.key("804", wrong)
    assert box.words("804") == ["pin-locked"]
    assert box.facts(f.AttemptRefused)[-1].reason == "pin-locked"
    assert "900" not in box.engine.state.agents


def test_wrong_pins_of_an_agent_count_over_many_calls_till_time_unlocks() -> None:
    """Planted fault: a count that begins anew with every call would let a thief try all night."""
    box = FakeBox(office())
    for wrong in range(1111, 1121):
        box.lift("804")
        box.key("804", f"*41900#{wrong}#")
        box.hang_up("804")
    assert [one.wrong for one in box.facts(f.PinRefused)] == [1, 2, 3, 4, 5]
    assert {(one.of, one.who) for one in box.facts(f.PinRefused)} == {("agent:900", "804")}
    box.lift("804")
    box.key("804", "*41900#1234#")
    assert box.words("804") == ["pin-locked"], "not even the right one counts"
    box.hang_up("804")
    box.lift("803")
    box.key("803", "*41900#1234#")
    assert box.words("803") == ["signed-in"], "another telephone is not locked"
    box.hang_up("803")
    box.wait(901)
    box.lift("804")
    box.key("804", "*41900#1234#")
    assert box.words("804") == ["signed-in"]


def test_who_does_not_key_the_agent_is_asked() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*41")
    box.wait(2.5)
    assert box.words("804") == ["enter-agent"]


def test_not_ready_with_a_reason_and_ready_again() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.key("801", "*442")
    assert box.words("801") == ["not-ready"]
    box.hang_up("801")
    assert box.agent("801") == (AgentState.NOT_READY, "lunch")
    box.lift("801")
    box.key("801", "*43")
    assert box.words("801") == ["ready"]
    box.hang_up("801")
    assert box.agent("801") == (AgentState.READY, "")


def test_signing_out() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.key("801", "*42")
    assert box.words("801") == ["signed-out"]
    box.hang_up("801")
    assert box.agent("801")[0] is AgentState.SIGNED_OUT


def test_who_is_not_signed_in_is_told() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*43")
    assert box.words("804") == ["not-signed-in"]


def test_pick_up_takes_a_call_that_rings_elsewhere() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "4")
    box.lift("802")
    box.key("802", "*8")
    assert box.talk("L1", "802")
    assert not box.ringing
    box.leave("L1")
    assert box.outcomes() == ["answered"]


def test_click_to_dial_rings_the_telephone_first() -> None:
    box = FakeBox(office())
    order = i.CallOrder("d1", "web", "dial", "802", MOBILE)
    box.give(order)
    box.give(order)
    assert list(box.ringing) == [PHONES["802"]]
    box.lift("802")
    assert box.sent(c.Dial)[0].digits == "13912345678"


def test_hanging_up_from_outside() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.give(i.CallOrder("h1", "web", "hang-up", call=1))
    assert box.facts(f.CallEnded)[0].by == "box"
    assert 0 not in box.off_hook
