"""Hearing a mailbox by keys: order, saving, deleting, skipping, envelope, passing on, calling back."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Config, Mailbox
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import PHONES, FakeBox, office


def house(**mailbox: object) -> Config:
    """804's mailbox is `box`, 803's is `803`."""
    first = msgspec.convert({"id": "box"} | mailbox, Mailbox)
    return structs.replace(office(), mailboxes=(first, Mailbox(id="803")))


def leave(box: FakeBox, seconds: float = 10.0, by: str = "801", to: str = "804") -> str:
    """A telephone calls another one, nobody answers; the recording."""
    box.lift(by)
    box.key(by, to)
    box.wait(31)
    box.heard(by)
    box.wait(seconds)
    box.hang_up(by)
    return box.facts(f.RecordingBegan)[-1].recording


def listen(box: FakeBox, telephone: str = "804") -> None:
    box.lift(telephone)
    box.key(telephone, "*98")


def two_messages() -> tuple[FakeBox, str, str]:
    box = FakeBox(house())
    first, second = leave(box), leave(box)
    return box, first, second


def test_new_messages_are_counted_and_heard_in_the_order_they_came() -> None:
    box, first, second = two_messages()
    box.lift("804")
    assert box.words("804") == ["tone:special-dial"], "something new waits"
    box.key("804", "*98")
    assert box.words("804") == [
        "voicemail-first-use", "voicemail-you-have", "number-2", "voicemail-new-messages",
    ]  # fmt: skip
    box.heard("804")
    assert box.words("804") == [f"message:{first}", "voicemail-menu"]
    box.key("804", "2")
    assert box.words("804") == [f"message:{second}", "voicemail-menu"]
    box.heard("804")
    box.key("804", "2")
    assert box.words("804") == ["voicemail-no-more", "voicemail-options"]
    assert [one.recording for one in box.facts(f.VoicemailHeard)] == [first, second]
    box.hang_up("804")
    box.lift("804")
    assert box.words("804") == ["tone:dial"]


def test_what_is_new_comes_before_what_was_saved_and_saved_ones_are_called_so() -> None:
    box, first, second = two_messages()
    listen(box)
    box.heard("804")
    box.key("804", "2")
    box.hang_up("804")
    third = leave(box)
    listen(box)
    assert box.words("804") == [
        "voicemail-you-have", "number-2", "voicemail-new-messages", "number-1", "voicemail-saved-message",
    ]  # fmt: skip
    box.heard("804")
    assert box.words("804")[0] == f"message:{second}"
    box.key("804", "2")
    assert box.words("804")[0] == f"message:{third}"
    box.key("804", "2")
    assert box.words("804") == ["voicemail-saved-one"]
    box.heard("804")
    assert box.words("804") == [f"message:{first}", "voicemail-menu"]


def test_hash_goes_on_and_leaves_the_message_new() -> None:
    box, _first, second = two_messages()
    listen(box)
    box.heard("804")
    box.key("804", "#")
    assert box.words("804")[0] == f"message:{second}"
    box.key("804", "#")
    box.hang_up("804")
    assert not box.facts(f.VoicemailHeard)
    box.lift("804")
    assert box.words("804") == ["tone:special-dial"]


def test_a_deleted_message_is_passed_over_can_be_had_back_and_goes_when_its_listener_goes() -> None:
    box, first, second = two_messages()
    listen(box)
    box.heard("804")
    box.key("804", "3")
    assert box.words("804") == ["voicemail-deleted"]
    box.heard("804")
    assert box.words("804")[0] == f"message:{second}"
    box.key("804", "3")
    box.heard("804")
    assert box.words("804") == ["voicemail-no-more", "voicemail-options"]
    assert not box.facts(f.VoicemailDeleted), "not yet"
    box.key("804", "*")
    assert box.words("804") == ["voicemail-marked-deleted"]
    box.heard("804")
    assert box.words("804")[0] == f"message:{second}"
    box.key("804", "3")
    assert box.words("804") == ["voicemail-undeleted"]
    box.hang_up("804")
    assert [one.recording for one in box.facts(f.VoicemailDeleted)] == [first]
    assert [one.recording for one in box.engine.state.mailboxes["box"]] == [second]


def test_keys_go_back_and_ahead_in_a_message_by_five_seconds() -> None:
    box = FakeBox(house())
    recording = leave(box, 20.0)
    listen(box)
    box.heard("804")
    box.wait(7.8)
    box.key("804", "4")
    assert played(box) == (recording, 3000)
    box.wait(0.8)
    box.key("804", "6")
    assert played(box) == (recording, 9000)
    box.key("804", "4")
    box.key("804", "4")
    box.key("804", "4")
    assert played(box) == (recording, 0)
    box.wait(16.8)
    box.key("804", "6")
    assert box.words("804") == ["voicemail-menu"], "there is no more of it"


def played(box: FakeBox) -> tuple[str, int]:
    item = box.playing[PHONES["804"]].items[0]
    assert isinstance(item, c.Message)
    return item.recording, item.from_ms


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "voicemail-received day-today number-3 time-oh number-5 time-pm"),
        (
            "zh",
            "voicemail-received day-today time-pm number-3 time-hour number-0 number-5 time-minute",
        ),
    ],
)  # fmt: skip
def test_the_envelope_says_when_from_whom_and_how_long(language: str, said: str) -> None:
    config = house()
    box = FakeBox(structs.replace(config, site=structs.replace(config.site, language=language)))
    leave(box, 65.0)
    wall_us = 1_796_281_500_000_000  # 2026-12-03 15:05 in Shanghai
    box.give(i.ClockSet(wall_us - box.engine.state.mailboxes["box"][0].at_us, "ntp"))
    listen(box)
    box.heard("804")
    box.key("804", "5")
    assert box.words("804") == [
        *said.split(), "voicemail-from", "digit-8", "digit-0", "digit-1",
        "voicemail-length", "number-1", "minute", "number-5", "seconds", "voicemail-menu",
    ]  # fmt: skip


def test_the_envelope_comes_by_itself_where_the_mailbox_says_so() -> None:
    box = FakeBox(house(envelope=True))
    recording = leave(box)
    listen(box)
    box.heard("804")
    assert box.words("804")[:2] == ["voicemail-from", "digit-8"], "without a clock there is no time to say"
    box.heard("804")
    assert box.words("804")[0] == f"message:{recording}"


def test_an_empty_mailbox_says_so_and_offers_what_else_there_is() -> None:
    box = FakeBox(house())
    listen(box)
    assert box.words("804") == ["voicemail-first-use", "voicemail-none", "voicemail-options"]
    box.heard("804")
    box.wait(15.5)
    assert box.words("804") == ["goodbye"]


def test_a_telephone_without_a_mailbox_is_told() -> None:
    box = FakeBox(house())
    listen(box, "801")
    assert box.words("801") == ["voicemail-no-mailbox"]


def test_every_playing_is_told_for_the_audit() -> None:
    box, first, _ = two_messages()
    listen(box)
    box.heard("804")
    box.key("804", "1")
    assert [(one.recording, one.extension) for one in box.facts(f.MessagePlayed)] == [(first, "804")] * 2


# -- passing on -------------------------------------------------------------------------------------


def pass_on(box: FakeBox, keys: str = "803#") -> None:
    listen(box)
    box.heard("804")
    box.key("804", "7")
    assert box.words("804") == ["voicemail-pass-to"]
    box.key("804", keys)


def test_a_message_is_passed_on_as_it_is() -> None:
    box, first, _ = two_messages()
    pass_on(box)
    assert box.words("804") == ["voicemail-introduce"]
    box.key("804", "2")
    assert box.words("804") == ["voicemail-passed-on", "voicemail-menu"]
    box.hang_up("804")
    listen(box, "803")
    box.heard("803")
    assert box.words("803") == ["voicemail-passed-on-by", "digit-8", "digit-0", "digit-4"]
    box.heard("803")
    assert box.words("803") == [f"message:{first}", "voicemail-menu"]
    box.key("803", "3")
    box.hang_up("803")
    assert box.engine.state.mailboxes["box"][0].recording == first, "the first mailbox keeps its own"


def test_an_introduction_is_spoken_and_heard_before_the_message() -> None:
    box, first, _ = two_messages()
    pass_on(box)
    box.key("804", "1")
    assert box.words("804") == ["voicemail-speak-introduction", "tone:beep"]
    box.heard("804")
    box.wait(4)
    box.key("804", "#")
    intro = box.facts(f.RecordingBegan)[-1]
    assert (intro.kind, intro.party) == ("introduction", "box")
    (passed,) = box.facts(f.MessageForwarded)
    assert (passed.recording, passed.to, passed.intro) == (first, "803", intro.recording)
    box.hang_up("804")
    listen(box, "803")
    box.heard("803")
    assert box.words("803")[-1] == f"message:{intro.recording}"


@pytest.mark.parametrize("to", ["box", "804", "999", ""])
def test_nowhere_unknown_or_back_to_itself_nothing_is_passed_on(to: str) -> None:
    box, *_ = two_messages()
    pass_on(box, f"{to if to.isdigit() else ''}#")
    assert box.words("804") == ["number-unknown", "voicemail-pass-to"]
    box.key("804", "*")
    assert box.words("804") == ["voicemail-menu"]
    assert not box.facts(f.MessageForwarded)


def test_into_a_full_mailbox_nothing_is_passed_on() -> None:
    config = house()
    box = FakeBox(
        structs.replace(config, mailboxes=(config.mailboxes[0], Mailbox(id="803", most_messages=1)))
    )
    leave(box, to="803")
    leave(box)
    pass_on(box)
    assert box.words("804") == ["voicemail-full", "voicemail-pass-to"]


def test_erased_audio_takes_message_and_introduction_out_of_every_mailbox() -> None:
    box, first, _ = two_messages()
    pass_on(box)
    box.key("804", "1")
    box.heard("804")
    box.wait(4)
    box.key("804", "#")
    box.hang_up("804")
    intro = box.facts(f.MessageForwarded)[0].intro
    box.give(i.MessagesGone("gone:1", (intro,)))
    (kept,) = box.engine.state.mailboxes["803"]
    assert (kept.recording, kept.intro) == (first, "")
    box.give(i.MessagesGone("gone:2", (first,)))
    assert not box.engine.state.mailboxes["803"]
    assert first not in [one.recording for one in box.engine.state.mailboxes["box"]]


# -- calling back -----------------------------------------------------------------------------------


def test_the_sender_of_the_house_is_called_back() -> None:
    box, *_ = two_messages()
    listen(box)
    box.heard("804")
    box.key("804", "8")
    assert PHONES["801"] in box.ringing


def outside_message(config: Config, number: str) -> FakeBox:
    box = FakeBox(config)
    box.ring("L1", number=number)
    box.heard("L1")
    box.key("L1", "3")
    box.heard("L1")
    box.wait(10)
    box.leave("L1")
    return box


def test_an_outside_sender_is_called_back_over_a_line() -> None:
    box = outside_message(house(), "13912345678")
    listen(box)
    box.heard("804")
    box.key("804", "8")
    box.wait(2)
    assert [one.digits for one in box.sent(c.Dial)] == ["13912345678"]


@pytest.mark.parametrize("number", ["00441632960123", "110", ""])
def test_calling_back_obeys_the_class_of_service_and_believes_no_number(number: str) -> None:
    """What a caller shows may be a costly or an emergency number, or none."""
    box = outside_message(house(), number)
    listen(box)
    box.heard("804")
    box.key("804", "8")
    box.wait(3)
    assert "not-allowed" in box.words("804")
    assert not box.sent(c.Dial)
    assert not box.ringing


def test_an_inside_number_shown_by_an_outside_caller_is_no_extension() -> None:
    box = outside_message(house(), "801")
    listen(box)
    box.heard("804")
    box.key("804", "8")
    box.wait(3)
    assert not box.ringing


def test_a_telephone_that_may_not_call_out_calls_nobody_back_outside() -> None:
    config = house()
    inside = tuple(
        structs.replace(one, voicemail="box") if one.number == "803" else one for one in config.extensions
    )
    box = outside_message(structs.replace(config, extensions=inside), "13912345678")
    listen(box, "803")
    box.heard("803")
    box.key("803", "8")
    box.wait(3)
    assert box.words("803") == ["not-allowed"]
    assert not box.sent(c.Dial)
