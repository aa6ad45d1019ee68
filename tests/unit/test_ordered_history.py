"""What agents order and say of calls in the history: dispositions, calls back by hand, who paused a recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firmware.cli.main import main
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox
from tests.unit.floor_office import away, floor_office
from tests.unit.kept_bench import KeptBox
from tests.unit.reported_day import NINE_US, history

NUMBER = "13800138000"
NOTE = "wants the blue one, call 62345678"


@pytest.fixture
def kept(tmp_path: Path) -> KeptBox:
    box = KeptBox(tmp_path)
    box.configure()
    box.call(NUMBER, 1)
    return box


def test_the_latest_word_of_each_agent_stands(kept: KeptBox) -> None:
    with kept:
        kept.tell(f.CallDisposed(1, "801", "later", "first", "web:ann"))
        kept.tell(f.CallDisposed(1, "801", "sold", NOTE, "web:ann"), f.CallDisposed(1, "802", "helped"))
        kept.work()
        assert kept.one("SELECT count(*) FROM dispositions") == 2
        assert kept.one("SELECT code || note FROM dispositions WHERE agent = '801'") == f"sold{NOTE}"


def test_notes_go_with_what_is_erased_and_do_not_come_back(kept: KeptBox) -> None:
    with kept:
        kept.tell(f.CallDisposed(1, "801", "sold", NOTE, "web:ann"))
        kept.erase(NUMBER)
        kept.work()
        assert kept.one("SELECT code || note FROM dispositions") == "sold"
        kept.tell(f.CallDisposed(1, "801", "sold", NOTE, "web:ann"))
        kept.work()
        assert kept.one("SELECT code || note FROM dispositions") == "sold"


def test_who_paused_a_recording_is_in_the_audit(kept: KeptBox) -> None:
    with kept:
        kept.tell(f.RecordingPaused(1, 1, 2, True, "web:ann"), f.RecordingPaused(1, 1, 2, False))
        kept.work()
        assert (
            kept.one("SELECT group_concat(author || ' ' || action) FROM audit") == "web:ann pause-recording"
        )


def test_calls_by_hand_are_in_the_list_of_who_gave_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box = FakeBox(floor_office())
    box.give(i.ClockSet(NINE_US, "ntp", "boot"))
    away(box)
    for line, number in (("L1", "13900000001"), ("L2", "13900000002")):
        box.to_queue(line, number)
        box.wait(10)
        box.leave(line)
    first, second = [one.call for one in box.facts(f.Enqueued)]
    box.give(i.CallOrder("1", "web", "call-back", "801", "913900000001", first))
    box.lift("801")
    line = next(name for name in ("L1", "L2", "L3", "L4") if box.leg(name) is not None)
    box.dialled(line)
    box.answers(line)
    box.hang_up("801")
    for number in ("2", "3"):
        box.give(i.CallOrder(number, "web", "call-back", "801", "913900000002", second))
        box.lift("801")
        box.hang_up("801")
    with history(tmp_path, box):
        assert main(["report", "abandoned", "--data", str(tmp_path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["abandoned"]
    assert [(row["from"], row["callback"], row["tries"]) for row in rows] == [
        ("13900000001", "reached", 1),
        ("13900000002", "not-reached", 2),
    ]
