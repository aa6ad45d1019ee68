"""Telephones with messages at the engine: moments in which two things cross, and calls that cannot go on."""

from __future__ import annotations

from typing import Any, cast

import pytest
from msgspec import structs

from firmware.config.schema import Config
from firmware.engine import steps
from firmware.engine.state import Leg, Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from tests.unit.fake_box import FakeBox
from tests.unit.test_signalled_reconcile import ANN, BEN, CID, dials, disconnected, house, rung, talk


def consults(box: FakeBox, number: str, call: int = 2) -> None:
    """Ann, who has call 1, puts it on hold and makes another."""
    box.event(e.HoldAsked(port=ANN, at_us=box.now_us, call=1))
    box.event(e.ConsultationBegan(port=ANN, at_us=box.now_us, call=call))
    for digit in number:
        box.event(e.DigitReceived(port=ANN, at_us=box.now_us, digit=digit))
    box.event(e.SendingComplete(port=ANN, at_us=box.now_us))


def with_queue_number() -> Config:
    plain = house()
    return structs.replace(plain, queues=tuple(structs.replace(one, number="610") for one in plain.queues))


def leg_of(box: FakeBox) -> Leg:
    """Ann's."""
    return box.engine.state.legs[box.engine.state.ports[ANN].leg]


def heard(box: FakeBox) -> list[tuple[int, int]]:
    return [(one.port, one.source) for one in box.commands if isinstance(one, c.Hear) and one.source >= 0]


def test_who_dials_while_he_is_about_to_be_rung_gets_whom_he_dialled() -> None:
    box = FakeBox(house())
    dials(box, BEN, 1, "201")
    box.commands.clear()
    dials(box, ANN, 7, "203")
    assert rung(box, CID)
    assert heard(box) == [], "Ben, who called meanwhile, is not put through to Ann"
    assert disconnected(box) == [(BEN, 1)], "he found her busy"


def test_who_lifts_for_a_caller_that_is_gone_gets_no_dial_tone() -> None:
    box = FakeBox(house())
    dials(box, BEN, 1, "201")
    ring = rung(box, ANN)
    box.event(e.TelephoneReleased(port=BEN, at_us=box.now_us))
    box.commands.clear()
    box.event(e.TelephoneSeized(port=ANN, at_us=box.now_us, call=ring))
    assert disconnected(box) == [(ANN, ring)] and not box.engine.state.calls


def test_back_from_a_queue_the_place_in_it_is_given_up() -> None:
    """Else an agent would be put through to a telephone in another talk."""
    box = FakeBox(with_queue_number())
    talk(box)
    consults(box, "610")
    assert leg_of(box).phase == Phase.QUEUED
    box.commands.clear()
    box.event(e.HoldAsked(port=ANN, at_us=box.now_us, call=2))
    box.event(e.RetrieveAsked(port=ANN, at_us=box.now_us, call=1))
    assert disconnected(box) == [(ANN, 2)]
    assert len(box.engine.state.calls) == 1 and leg_of(box).phase == Phase.TALKING


@pytest.mark.parametrize("forced", [False, True])
def test_dialogs_of_a_call_that_ends_by_poison_end(monkeypatch: pytest.MonkeyPatch, forced: bool) -> None:
    def poisoned(*_: Any) -> None:
        raise KeyError

    box = FakeBox(house())
    _, ben = talk(box)
    box.commands.clear()
    monkeypatch.setitem(cast("dict[type, Any]", steps.ALWAYS), e.HoldAsked, poisoned)
    if forced:
        monkeypatch.setattr("firmware.engine.calls.end", poisoned)
    box.event(e.HoldAsked(port=ANN, at_us=box.now_us, call=1))
    assert not box.engine.state.calls
    assert sorted(disconnected(box)) == [(ANN, 1), (BEN, ben)]


def test_a_call_for_help_takes_the_place_of_a_call_in_a_queue() -> None:
    box = FakeBox(with_queue_number())
    dials(box, ANN, 1, "610")
    assert leg_of(box).phase == Phase.QUEUED
    box.commands.clear()
    box.event(e.HoldAsked(port=ANN, at_us=box.now_us, call=1))
    box.event(e.ConsultationBegan(port=ANN, at_us=box.now_us, call=2, urgent=True))
    assert disconnected(box) == [(ANN, 1)]
    for digit in "110":
        box.event(e.DigitReceived(port=ANN, at_us=box.now_us, digit=digit))
    box.event(e.SendingComplete(port=ANN, at_us=box.now_us))
    assert [one.digits for one in box.commands if isinstance(one, c.Dial)] == ["110"]
    assert leg_of(box).dialog == 2


def test_a_pin_dialled_with_its_code_is_written_nowhere() -> None:
    box = FakeBox(house())
    code = Config().features.sign_in
    dials(box, ANN, 1, f"{code}900#1234#")
    assert [one.agent for one in box.facts(f.AgentChanged)][-1:] == ["900"]
    assert not [one for one in box.facts(f.DigitsKept) if "1" in one.digits.removeprefix(code)]
    keyed = [one.input.event for one in box.records if hasattr(one.input, "event")]
    digits = "".join(one.digit for one in keyed if isinstance(one, e.DigitReceived))
    assert "1234" not in digits


def test_a_transfer_to_a_busy_telephone_is_told_to_have_failed_and_the_talk_goes_on() -> None:
    box = FakeBox(house())
    _, ben = talk(box)
    dials(box, CID, 5, "801")
    box.commands.clear()
    box.event(e.TransferAsked(port=ANN, at_us=box.now_us, call=1, number="203"))
    assert [one.cause for one in box.commands if isinstance(one, c.TellTransfer)] == [17]
    assert disconnected(box) == [] and leg_of(box).phase == Phase.TALKING
    assert heard(box) == [(BEN, ANN), (ANN, BEN)] and ben


def test_a_transfer_that_fails_leaves_on_hold_who_was() -> None:
    box = FakeBox(house())
    talk(box)
    dials(box, CID, 5, "801")
    box.event(e.HoldAsked(port=ANN, at_us=box.now_us, call=1))
    box.commands.clear()
    box.event(e.TransferAsked(port=ANN, at_us=box.now_us, call=1, number="203"))
    assert [one.cause for one in box.commands if isinstance(one, c.TellTransfer)] == [17]
    assert disconnected(box) == [] and leg_of(box).phase == Phase.AWAY


def test_a_transfer_that_can_be_made_is_told_so() -> None:
    box = FakeBox(house())
    talk(box)
    box.commands.clear()
    box.event(e.TransferAsked(port=ANN, at_us=box.now_us, call=1, number="203"))
    assert [one.cause for one in box.commands if isinstance(one, c.TellTransfer)] == [0]
    assert rung(box, CID) and disconnected(box) == [(ANN, 1)]
