"""Greetings: spoken by telephone, chosen by what is the case, gone when erased."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Config, Extension, Hours, Mailbox
from firmware.engine.state import Phase
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox, office

SUNDAY_US = 1_795_932_000_000_000
"""2026-11-29 14:00 in Shanghai."""


def house(**mailbox: object) -> Config:
    config = office()
    hours = Hours(id="week", open={"mon": ("09:00-17:00",)})
    box = msgspec.convert({"id": "box"} | mailbox, Mailbox)
    return structs.replace(config, mailboxes=(box,), hours=(*config.hours, hours))


def options(box: FakeBox) -> None:
    box.lift("804")
    box.key("804", "*98")


def speak(box: FakeBox, key: str, seconds: float = 5.0) -> str:
    """A greeting, from the options; the recording."""
    box.key("804", f"2{key}2")
    assert box.words("804") == ["voicemail-speak-greeting", "tone:beep"]
    box.heard("804")
    box.wait(seconds)
    box.key("804", "#")
    return box.facts(f.RecordingBegan)[-1].recording


def greeting(box: FakeBox, busy: bool = False) -> str:
    """What somebody who calls 804 hears first."""
    if not busy:
        box.hang_up("804")
    box.lift("801")
    box.key("801", "804")
    if not busy:
        box.wait(31)
    said = box.words("801")
    box.hang_up("801")
    return said[0]


def test_a_greeting_spoken_by_telephone_replaces_the_prompt_and_can_be_heard_and_deleted() -> None:
    box = FakeBox(house())
    assert greeting(box) == "voicemail-greeting"
    options(box)
    recording = speak(box, "1")
    assert box.words("804") == ["voicemail-greeting-kept", "voicemail-one-greeting"]
    kept = box.facts(f.GreetingKept)[0]
    assert (kept.mailbox, kept.kind, kept.recording, round(kept.seconds)) == (
        "box",
        "unavailable",
        recording,
        5,
    )
    began = box.facts(f.RecordingBegan)[0]
    assert (began.kind, began.party) == ("greeting", "box")
    box.key("804", "1")
    assert box.words("804") == [f"message:{recording}", "voicemail-one-greeting"]
    assert greeting(box) == f"message:{recording}"
    options(box)
    box.key("804", "213")
    assert box.words("804") == ["voicemail-greeting-deleted", "voicemail-one-greeting"]
    box.key("804", "3")
    assert box.words("804") == ["voicemail-no-greeting", "voicemail-one-greeting"]
    assert greeting(box) == "voicemail-greeting"


def test_the_temporary_greeting_comes_before_all_others() -> None:
    box = FakeBox(house())
    options(box)
    speak(box, "1")
    box.key("804", "**")
    temporary = speak(box, "4")
    assert greeting(box) == f"message:{temporary}"


def test_out_of_hours_has_its_own_greeting_once_the_clock_is_known() -> None:
    box = FakeBox(house(hours="week", closed_greeting="closed"))
    assert greeting(box) == "voicemail-greeting"
    box.give(i.ClockSet(SUNDAY_US, "ntp"))
    assert greeting(box) == "closed"
    options(box)
    recording = speak(box, "3")
    assert greeting(box) == f"message:{recording}"


@pytest.mark.parametrize("outside", [False, True])
def test_a_telephone_in_use_has_its_own_greeting(outside: bool) -> None:
    box = FakeBox(house(busy_greeting="queue-next"))
    box.lift("804")
    if outside:
        box.ring("L1")
        box.heard("L1")
        box.key("L1", "4")
        assert box.words("L1")[0] == "queue-next"
    else:
        assert greeting(box, busy=True) == "queue-next"


def test_a_greeting_spoken_anew_takes_the_place_of_the_former() -> None:
    box = FakeBox(house())
    options(box)
    first = speak(box, "1")
    box.key("804", "**")
    second = speak(box, "1")
    assert [one.recording for one in box.facts(f.GreetingDropped)] == [first]
    assert greeting(box) == f"message:{second}"


def test_one_that_was_not_finished_or_too_short_is_none() -> None:
    box = FakeBox(house())
    options(box)
    speak(box, "1", 0.3)
    assert box.words("804") == ["voicemail-short", "voicemail-options"]
    box.key("804", "212")
    box.heard("804")
    box.wait(5)
    box.hang_up("804")
    assert not box.facts(f.GreetingKept)


def test_an_erased_greeting_is_the_prompt_again() -> None:
    box = FakeBox(house())
    options(box)
    recording = speak(box, "1")
    box.give(i.MessagesGone("gone:1", (recording,)))
    assert greeting(box) == "voicemail-greeting"


@pytest.mark.parametrize("when", ["before", "while", "after the beep"])
def test_a_full_disk_lets_nobody_speak_into_nothing(when: str) -> None:
    box = FakeBox(house())
    options(box)
    full = i.DiskTold("full", "disk-full")
    if when == "before":
        box.give(full)
    box.key("804", "212")
    if when == "after the beep":
        box.give(full)
    if when != "before":
        box.heard("804")
    if when == "while":
        box.wait(2)
        box.give(full)
    assert box.words("804") == ["voicemail-unavailable", "voicemail-options"]
    assert box.leg("804").phase == Phase.LISTENING  # type: ignore[union-attr]
    assert not box.facts(f.GreetingKept)


def test_an_unused_line_of_the_house_has_its_own_mailbox_by_its_number() -> None:
    config = house()
    config = structs.replace(
        config,
        mailboxes=(*config.mailboxes, Mailbox(id="803", greeting="closed")),
        extensions=tuple(_quick(one) for one in config.extensions),
    )
    box = FakeBox(config)
    box.lift("801")
    box.key("801", "803")
    box.wait(6)
    assert box.words("801")[0] == "closed"


def _quick(one: Extension) -> Extension:
    return structs.replace(one, ring_s=5.0)
