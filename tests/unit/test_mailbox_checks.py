"""The daily check list: new messages must have been heard by a time of day."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Config, Mailbox
from firmware.engine.mailbox.checks import next_check_us
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import PHONES, FakeBox, office
from tests.unit.test_mailbox_listening import leave

HOUR_US = 3_600_000_000


def group(**mailbox: object) -> Config:
    """803 and 804 share a mailbox that must be heard by 17:00."""
    box = msgspec.convert({"id": "box", "check_by": "17:00"} | mailbox, Mailbox)
    config = office()
    extensions = tuple(
        structs.replace(one, voicemail="box") if one.number in ("803", "804") else one
        for one in config.extensions
    )
    return structs.replace(config, mailboxes=(box,), extensions=extensions)


def an_hour_before(**mailbox: object) -> FakeBox:
    box = FakeBox(group(**mailbox))
    box.give(i.ClockSet(at_16() - box.now_us, "ntp"))
    return box


def at_16() -> int:
    """Unix time of a Monday 16:00 in Shanghai."""
    return 1_795_420_800_000_000


def test_the_anchor_is_a_monday_at_four() -> None:
    mailbox = Mailbox(id="box", check_by="17:00")
    assert next_check_us(mailbox, at_16(), "Asia/Shanghai") == at_16() + HOUR_US


def test_what_was_not_heard_by_then_rings_all_telephones_of_the_group_and_lifting_hears_it() -> None:
    box = an_hour_before()
    recording = leave(box)
    box.wait(3570)
    assert [(one.mailbox, one.count, one.reminder) for one in box.facts(f.MailboxUnchecked)] == [
        ("box", 1, 1)
    ]
    assert set(box.ringing) == {PHONES["803"], PHONES["804"]}
    box.lift("803")
    assert box.words("803")[:2] == ["voicemail-first-use", "voicemail-you-have"]
    box.wait(0.1)
    assert set(box.ringing) == set(), "the other telephone need not ring on"
    box.heard("803")
    assert box.words("803")[0] == f"message:{recording}"
    box.key("803", "2")
    assert [one.mailbox for one in box.facts(f.MailboxChecked)] == ["box"]


def test_it_is_reminded_of_four_times_a_day_and_again_the_next_working_day() -> None:
    box = an_hour_before()
    leave(box)
    box.wait(3600 * 3)
    assert [one.reminder for one in box.facts(f.MailboxUnchecked)] == [1, 2, 3, 4]
    box.wait(86_400)
    assert [one.reminder for one in box.facts(f.MailboxUnchecked)] == [1, 2, 3, 4] * 2


def test_what_was_heard_in_time_reminds_nobody() -> None:
    box = an_hour_before()
    leave(box)
    box.lift("804")
    box.key("804", "*98")
    box.heard("804")
    box.key("804", "2")
    box.hang_up("804")
    box.wait(4000)
    assert not box.facts(f.MailboxUnchecked)
    assert not box.ringing


@pytest.mark.parametrize(("days", "ahead_h"), [(("mon",), 7 * 24), (("tue",), 24), (("sun",), 6 * 24)])
def test_days_that_do_not_count_are_passed_over(days: tuple[str, ...], ahead_h: int) -> None:
    mailbox = Mailbox(id="box", check_by="16:00", check_days=days)
    assert next_check_us(mailbox, at_16(), "Asia/Shanghai") == at_16() + ahead_h * HOUR_US


def test_a_clock_change_in_spring_moves_nothing_by_the_clock_on_the_wall() -> None:
    mailbox = Mailbox(id="box", check_by="17:00", check_days=("sun",))
    saturday_us = 1_774_692_000_000_000  # 2026-03-28 10:00 UTC; the clock goes forward that night
    assert next_check_us(mailbox, saturday_us, "Europe/Berlin") == saturday_us + 29 * HOUR_US


def test_without_a_clock_or_a_day_there_is_no_check() -> None:
    box = FakeBox(group())
    assert not [name for name in box.engine.state.timers if name.startswith("check:")]
    assert next_check_us(Mailbox(id="box", check_by="17:00", check_days=()), at_16(), "UTC") is None


def test_a_busy_telephone_is_not_rung() -> None:
    box = an_hour_before()
    leave(box)
    box.lift("804")
    box.key("804", "801")
    box.lift("801")
    box.wait(3570)
    assert set(box.ringing) == {PHONES["803"]}
