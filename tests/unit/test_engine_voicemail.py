"""Messages left and heard."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Mailbox
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
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


def with_operator(target: str) -> FakeBox:
    config = office()
    boxes = tuple(structs.replace(one, operator=target) for one in config.mailboxes)
    box = FakeBox(structs.replace(config, mailboxes=boxes))
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    return box


def test_zero_leads_from_the_greeting_to_the_operator() -> None:
    box = with_operator("extension:804")
    box.key("L1", "0")
    box.lift("804")
    assert box.talk("L1", "804")
    box.leave("L1")
    assert box.outcomes() == ["answered"] and not box.facts(f.VoicemailLeft)


def test_what_was_spoken_before_zero_is_kept() -> None:
    box = with_operator("extension:804")
    box.heard("L1")
    box.wait(8)
    box.key("L1", "0")
    assert [one.recording for one in box.facts(f.VoicemailLeft)] == [box.sent(c.Record)[0].recording]
    assert box.ringing
    box.wait(300)
    assert len(box.facts(f.VoicemailLeft)) == 1


def test_without_an_operator_zero_means_nothing() -> None:
    box = with_operator("")
    box.heard("L1")
    box.wait(8)
    box.key("L1", "0")
    assert not box.facts(f.VoicemailLeft) and box.recording


def test_a_telephone_at_a_mailbox_with_an_operator_calls_for_help() -> None:
    config = office()
    boxes = tuple(structs.replace(one, operator="extension:803") for one in config.mailboxes)
    box = FakeBox(structs.replace(config, mailboxes=boxes))
    box.lift("801")
    box.key("801", "804")
    box.wait(31)
    assert box.leg("801").phase == Phase.MAILBOX  # type: ignore[union-attr]
    box.key("801", "110")
    box.wait(2)
    assert box.sent(c.Dial)[-1].urgent


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


def test_a_message_in_a_mailbox_that_is_not_there_is_a_last_word() -> None:
    config = office()
    box = FakeBox(structs.replace(config, mailboxes=()))
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    assert box.words("L1") == ["not-available"]


# -- limits -----------------------------------------------------------------------------------------


def limited(**limits: int) -> FakeBox:
    return FakeBox(structs.replace(office(), mailboxes=(msgspec.convert({"id": "box"} | limits, Mailbox),)))


def fill(box: FakeBox, messages: int, seconds: float = 10.0) -> None:
    for _ in range(messages):
        leave_message(box, seconds)


def test_a_full_mailbox_takes_nobody_in_and_says_so_instead_of_its_greeting() -> None:
    box = limited(most_messages=5)
    fill(box, 5)
    assert [(one.level, one.messages) for one in box.facts(f.MailboxFilled)] == [("warn", 4), ("full", 5)]
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    assert box.words("L1") == ["voicemail-full"]
    assert len(box.facts(f.RecordingBegan)) == 5


def test_minutes_are_a_limit_too_and_cut_the_message_that_reaches_it() -> None:
    box = limited(most_minutes=1)
    fill(box, 1, 50.0)
    assert [one.level for one in box.facts(f.MailboxFilled)] == ["warn"]
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    box.heard("L1")
    box.wait(10.5)
    assert box.words("L1") == ["voicemail-thanks"]
    assert box.facts(f.MailboxFilled)[-1].level == "full"


def test_without_limits_a_mailbox_is_never_full() -> None:
    box = limited(most_messages=0, most_minutes=0)
    fill(box, 12)
    assert not box.facts(f.MailboxFilled)


def test_other_limits_count_from_the_configuration_that_brings_them() -> None:
    box = limited(most_messages=10)
    fill(box, 3)
    assert not box.facts(f.MailboxFilled)
    config = structs.replace(office(), mailboxes=(Mailbox(id="box", most_messages=3),))
    box.give(i.ConfigApplied(2, "test", msgspec.json.encode(config).decode()))
    assert box.facts(f.MailboxFilled)[-1].level == "full"


def test_room_that_is_not_checked_fills_a_mailbox_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault."""
    monkeypatch.setattr("firmware.engine.mailbox.mailboxes.longest_s", lambda *_: 120.0)
    with pytest.raises(AssertionError):
        test_a_full_mailbox_takes_nobody_in_and_says_so_instead_of_its_greeting()


# -- mail -------------------------------------------------------------------------------------------


def mailing(**more: object) -> FakeBox:
    mailbox = msgspec.convert({"id": "box", "mail": "li@example.com"} | more, Mailbox)
    return FakeBox(structs.replace(office(), mailboxes=(mailbox,)))


def test_a_message_is_mailed_by_a_job_that_knows_nothing_but_the_recording() -> None:
    box = mailing()
    recording = leave_message(box)
    (job,) = box.facts(f.JobAsked)
    assert (job.kind, job.name, job.what) == ("mail", "box", (("recording", recording),))


def test_without_an_address_nothing_is_mailed() -> None:
    box = FakeBox(office())
    leave_message(box)
    assert not box.facts(f.JobAsked)


@pytest.mark.parametrize(
    ("result", "wanted", "gone"),
    [("done", True, True), ("failed", True, False), ("unknown", True, False), ("done", False, False)],
)
def test_a_mailed_message_goes_only_when_that_is_wanted_and_sure(
    result: str, wanted: bool, gone: bool
) -> None:
    box = mailing(mail_then_delete=wanted)
    leave_message(box)
    box.give(i.JobAnswered("job:1", box.facts(f.JobAsked)[0].job, result))
    assert bool(box.facts(f.VoicemailDeleted)) is gone
