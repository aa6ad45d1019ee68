"""The power was off: who rang before it went is not who rings now."""

from __future__ import annotations

import pytest

from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause, Outcome
from tests.unit.fake_box import FakeBox, office


def rung() -> FakeBox:
    """A caller rings on the first line and is not answered yet; the engine knows its memory's name."""
    box = FakeBox(office())
    box.give(i.Started(box.engine.epoch + 1, "before"))
    box.event(e.LineRang(port=0, at_us=box.now_us, count=1))
    assert len(box.engine.state.calls) == 1
    return box


def ends(box: FakeBox, memory: str) -> list[f.CallEnded]:
    record = box.give(i.Started(box.engine.epoch + 1, memory))
    assert record is not None
    return [fact for fact in record.facts if isinstance(fact, f.CallEnded)]


def test_a_caller_who_rang_when_the_power_failed_has_his_call_closed() -> None:
    box = rung()
    (end,) = ends(box, "after")
    assert (end.outcome, end.cause) == (Outcome.FAILED, Cause.TEMPORARY_FAILURE)
    assert not box.engine.state.calls and not box.engine.state.legs
    box.event(e.LineRang(port=0, at_us=box.now_us, count=1))
    (call,) = box.engine.state.calls
    assert call != end.call, "who rings now is somebody else"


@pytest.mark.parametrize("memory", ["before", ""])
def test_a_caller_who_rings_while_an_engine_dies_keeps_his_call(memory: str) -> None:
    box = rung()
    assert ends(box, memory) == [] and len(box.engine.state.calls) == 1
