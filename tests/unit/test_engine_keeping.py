"""Orders about what is kept: taken once, refused with a reason, forgotten by mailboxes."""

from __future__ import annotations

import pytest

from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.events import CallerIdReceived
from firmware.protocol.facts import AttemptRefused
from firmware.protocol.names import Presentation
from tests.unit.fake_box import FakeBox, office

MARKS = ("00" * 16,)


@pytest.fixture
def box() -> FakeBox:
    return FakeBox(office())


def test_an_erasure_is_ordered_once(box: FakeBox) -> None:
    for _ in range(2):
        box.give(i.ErasureOrder("e1", "hu", "request", MARKS, True))
    assert box.facts(f.ErasureOrdered) == [f.ErasureOrdered("e1", "hu", "request", MARKS, True)]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (i.ErasureOrder("a", "hu", "request", ()), "no-number"),
        (i.ErasureOrder("a", "hu", "", MARKS), "no-reason-given"),
        (i.HoldOrder("a", "hu", "place", "", call=1), "no-reason-given"),
        (i.HoldOrder("a", "hu", "place", "case"), "not-possible"),
        (i.HoldOrder("a", "hu", "place", "case", call=1, marks=MARKS), "not-possible"),
        (i.HoldOrder("a", "hu", "release", "case"), "not-possible"),
        (i.HoldOrder("a", "hu", "burn", "case", call=1), "not-possible"),
        (i.AccessOrder("a", "hu", "steal", ("r",)), "not-possible"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(box: FakeBox, order: i.AnyInput, reason: str) -> None:
    record = box.give(order)
    assert record is not None
    assert [fact.reason for fact in record.facts if isinstance(fact, AttemptRefused)] == [reason]
    assert (
        not box.facts(f.ErasureOrdered)
        and not box.facts(f.HoldPlaced)
        and not box.facts(f.RecordingsAccessed)
    )


def test_holds_are_placed_and_released(box: FakeBox) -> None:
    box.give(i.HoldOrder("h1", "hu", "place", "case 7", marks=MARKS, shown="…8000"))
    box.give(i.HoldOrder("h2", "li", "release", "closed", hold="h1"))
    assert box.facts(f.HoldPlaced) == [f.HoldPlaced("h1", "hu", "case 7", marks=MARKS, shown="…8000")]
    assert box.facts(f.HoldReleased) == [f.HoldReleased("h1", "li", "closed")]


def test_a_mailbox_forgets_messages_that_are_gone(box: FakeBox) -> None:
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    box.heard("L1")
    box.wait(10)
    box.key("L1", "#")
    (message,) = box.engine.state.mailboxes["box"]
    box.give(i.MessagesGone("g1", (message.recording, "ffffffffffffffff")))
    assert box.engine.state.mailboxes["box"] == []
    assert box.facts(f.VoicemailDeleted) == [f.VoicemailDeleted("box", message.recording)]


def test_an_erasure_leaves_no_number_in_the_state_but_of_living_calls(box: FakeBox) -> None:
    kept = CallerIdReceived(
        port=0, at_us=box.now_us, number="13912345678", name="", presentation=Presentation.ALLOWED, form="fsk"
    )
    box.event(kept)
    assert b"13912345678" in box.engine.snapshot()
    box.give(i.ErasureOrder("e1", "hu", "request", MARKS))
    assert b"13912345678" not in box.engine.snapshot()


def test_who_takes_recordings_out_is_written_down(box: FakeBox) -> None:
    box.give(i.AccessOrder("x1", "hu", "export", ("r1", "r2"), "court"))
    assert box.facts(f.RecordingsAccessed) == [
        f.RecordingsAccessed("x1", "hu", "export", ("r1", "r2"), "court")
    ]
