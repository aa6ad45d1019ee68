"""The list of who gave up: the caller, his wait, whether he is called back, who spoke to him since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firmware.cli.main import main
from firmware.protocol.inputs import ClockSet
from tests.unit.fake_box import FakeBox
from tests.unit.floor_office import away, back, floor_office
from tests.unit.reported_day import NINE_US, history


def afternoon() -> FakeBox:
    """One is called back, one is still to be called, one calls again and is served, one is unknown."""
    box = FakeBox(
        floor_office(callback_abandoned_after_s=4.0, callback_abandoned_within_s=30.0, max_wait_s=0.0)
    )
    box.give(ClockSet(NINE_US, "ntp", "boot"))
    away(box)
    callers = (("L1", "13900000001", 5), ("L2", "13900000002", 2), ("L3", "13900000003", 6), ("L4", "", 8))
    for line, number, waited in callers:
        box.to_queue(line, number)
        box.wait(waited)
        box.leave(line)
    back(box, "801")
    box.lift("801")
    box.wait(2)
    line = next(name for name in ("L1", "L2", "L3", "L4") if box.leg(name) is not None)
    box.dialled(line)
    box.answers(line)
    box.wait(20)
    box.hang_up("801")
    away(box, "801")
    box.wait(15)
    back(box, "802")
    box.wait(16)
    away(box, "802")
    return box


def test_who_gave_up_and_what_became_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with history(tmp_path, afternoon()):
        assert main(["report", "abandoned", "--data", str(tmp_path), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        rows = [(row["from"], row["callback"], bool(row["served"])) for row in told["abandoned"]]
        assert rows == [
            ("13900000001", "reached", True),
            ("13900000002", "", False),
            ("13900000003", "open", False),
            ("", "", False),
        ]
        assert told["totals"] == {"gave_up": 4, "served_later": 1, "to_be_called": 1}
        assert main(["report", "abandoned", "--data", str(tmp_path), "--language", "zh"]) == 0
        assert "待回电" in capsys.readouterr().out
