"""What callers said after their calls, counted from history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlite_utils import Database

from firmware.archive.history import History
from firmware.cli.main import main
from firmware.protocol import facts as f
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.store.history import HISTORY_FILE, open_history

FACTS = (
    f.SurveyBegan(1, "sales", "li", "after"),
    f.SurveyAnswered(1, "sales", "li", "how", "5"),
    f.SurveyAnswered(1, "sales", "li", "again", "1"),
    f.SurveyBegan(2, "sales", "li", "after"),
    f.SurveyAnswered(2, "sales", "li", "how", "2"),
    f.SurveyBegan(3, "sales", "li", "after"),
    f.SurveyBegan(4, "sales", "wang", "after"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    db: Database = open_history(tmp_path / HISTORY_FILE, durable=False)
    history = History(db, "box-1", "Asia/Shanghai", tmp_path / "secrets")
    history.apply(Record(1, 1, 1_000_000, TimeReached(), FACTS, ()))
    history.commit()
    db.close()
    return tmp_path


def test_surveys_are_counted_by_queue_agent_and_question(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "surveys", "--data", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["surveys"]
    rows = [(one["agent"], one["question"], one["asked"], one["answered"], one["mean"]) for one in found]
    assert rows == [("li", "again", 3, 1, 1.0), ("li", "how", 3, 2, 3.5), ("wang", "", 1, 0, None)]
    assert found[1]["answers"] == {"2": 1, "5": 1}


def test_the_table_is_for_people_in_both_languages(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "surveys", "--data", str(data), "--language", "zh"]) == 0
    assert "平均" in capsys.readouterr().out
    assert main(["report", "surveys", "--data", str(data), "--csv"]) == 0
    assert capsys.readouterr().out.startswith("queue,agent,question,asked,answered,mean,answers")
