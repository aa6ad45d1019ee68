"""Messages left and heard."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import Mailbox
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import HangUpSign
from tests.unit.fake_box import FakeBox, office


def leave_message(box: FakeBox, seconds: float = 10.0, line: str = "L1") -> str:
    box.ring(line)
    box.heard(line)
    box.key(line, "3")
    box.heard(line)
    box.wait(seconds)
    box.leave(line)
    return box.facts(f.RecordingBegan)[-1].recording


def test_a_message_is_recorded_after_the_beep() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    assert box.words("L1") == ["voicemail-greeting", "tone:beep"]
    assert not box.sent(c.Record)
    box.heard("L1")
    assert [record.port for record in box.sent(c.Record)] == [0]
    box.wait(10)
    box.leave("L1")
    assert box.outcomes() == ["voicemail"]
    assert box.facts(f.VoicemailLeft)[0].recording == box.sent(c.Record)[0].recording


def test_hash_skips_the_greeting() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    box.key("L1", "#")
    assert box.words("L1") == ["tone:beep"]


def test_a_message_too_short_is_none() -> None:
    box = FakeBox(office())
    leave_message(box, 1.0)
    assert not box.facts(f.VoicemailLeft)
    assert box.facts(f.RecordingEnded)[0].why == "too-short"


@pytest.mark.parametrize(
    ("sign", "kept"),
    [(HangUpSign.OPEN_LOOP, True), (HangUpSign.BUSY_TONE, False), (HangUpSign.SILENCE, False)],
)
def test_busy_tone_and_silence_after_the_caller_left_are_no_message(sign: HangUpSign, kept: bool) -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    box.heard("L1")
    box.wait(3.5)
    box.leave("L1", sign)
    assert bool(box.facts(f.VoicemailLeft)) is kept
    assert box.outcomes() == ["voicemail"]


def test_the_longest_message_is_cut_and_kept() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    box.heard("L1")
    box.wait(121)
    assert box.words("L1") == ["voicemail-thanks"]
    assert len(box.facts(f.VoicemailLeft)) == 1


def test_messages_are_heard_again_deleted_and_counted() -> None:
    box = FakeBox(office())
    first, second = leave_message(box), leave_message(box)
    box.lift("804")
    assert box.words("804") == ["tone:special-dial"], "something new waits"
    box.key("804", "*98")
    assert box.words("804") == ["voicemail-you-have", "number-2", "voicemail-messages"]
    box.heard("804")
    assert box.words("804") == [f"message:{first}", "voicemail-menu"]
    box.key("804", "1")
    assert box.words("804") == [f"message:{first}", "voicemail-menu"]
    box.key("804", "3")
    assert box.words("804") == [f"message:{second}", "voicemail-menu"]
    box.heard("804")
    box.key("804", "2")
    assert box.words("804") == ["voicemail-no-more"]
    assert [one.recording for one in box.facts(f.VoicemailDeleted)] == [first]
    assert {one.recording for one in box.facts(f.VoicemailHeard)} == {first, second}
    box.hang_up("804")
    box.lift("804")
    assert box.words("804") == ["tone:dial"]


def test_an_empty_mailbox_says_so() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "*98")
    assert box.words("804") == ["voicemail-none"]


def test_a_telephone_without_a_mailbox_is_told() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.key("801", "*98")
    assert box.words("801") == ["voicemail-no-mailbox"]


def test_a_mailbox_with_a_pin_asks_for_it() -> None:
    config = structs.replace(office(), mailboxes=(Mailbox(id="box", pin="99"),))
    box = FakeBox(config)
    leave_message(box)
    box.lift("804")
    box.key("804", "*98")
    box.wait(2.5)
    assert box.words("804") == ["voicemail-pin"]
    box.key("804", "99#")
    assert box.words("804") == ["voicemail-you-have", "number-1", "voicemail-message"]
