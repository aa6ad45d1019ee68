"""KPIs of a morning whose every second is known, and what is said when figures do not add up."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware.cli.main import main
from firmware.cli.reports.kpis import kpis
from firmware.cli.reports.sums import Sums
from firmware.store.history import HISTORY_FILE
from tests.unit.reported_day import history, morning


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with history(tmp_path, morning()):
        yield tmp_path


def told(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["report", *words, "--data", str(data), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_kpis_of_a_known_morning(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = told(data, capsys, "kpi")["whole"]
    assert (whole["offered"], whole["adds_up"], whole["in_progress"]) == (6, True, 0)
    assert whole["outcomes"] | {} == {
        "answered": 2, "abandoned_in_menu": 0, "abandoned_in_queue": 2, "self_served": 0, "voicemail": 2,
        "overflowed_out": 0, "refused": 0, "failed": 0,
    }  # fmt: skip
    figures = whole["kpis"]
    assert figures["answered_rate"] == pytest.approx(100 * 2 / 6, abs=0.01)
    assert figures["abandonment"] == pytest.approx(100 * 2 / 6, abs=0.01)
    assert figures["short_abandonment"] == pytest.approx(100 * 2 / 6, abs=0.01)
    assert figures["queue_placement"] == 100
    assert figures["transfer_rate"] == 50
    assert figures["speed_of_answer"] == pytest.approx((4 + 3) / 2, abs=0.01)
    assert figures["service_level"] == pytest.approx(100 * 2 / 6, abs=0.01)
    assert figures["total_calls"] == 6
    assert figures["rings"] == 2
    assert 0 < figures["occupancy"] < 100


def test_the_service_level_is_what_its_switches_say(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def level(*words: str) -> float:
        document = told(data, capsys, "kpi", *words)
        (one,) = [row for row in document["definitions"] if row["key"] == "service_level"]
        assert ("short" in one["formula"]) == ("short-abandons" not in words)
        return float(document["whole"]["kpis"]["service_level"])

    assert level("--without", "short-abandons") == 50
    assert level("--without", "short-abandons", "--without", "flow-outs") == 100
    assert level("--seconds", "3.5") == pytest.approx(100 * 1 / 6, abs=0.01)


def test_a_limit_of_short_abandons_is_chosen(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(data, capsys, "kpi", "--short", "18.5")["whole"]["kpis"]["short_abandonment"] == 16.667


def test_figures_that_do_not_add_up_are_told_loudly(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = sqlite3.connect(data / HISTORY_FILE)
    db.execute("UPDATE calls SET outcome = NULL WHERE id = 1")
    db.commit()
    db.close()
    assert main(["report", "kpi", "--data", str(data)]) == 1
    assert "DO NOT ADD UP: 1 of 6" in capsys.readouterr().err
    assert main(["report", "kpi", "--data", str(data), "--language", "zh"]) == 1
    assert "数据不平衡：6 个呼入来电中有 1 个" in capsys.readouterr().err


def test_every_row_is_in_both_languages_with_its_formula(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for language in ("en", "zh"):
        assert main(["report", "kpi", "--per", "hour", "--data", str(data), "--language", language]) == 0
        text = capsys.readouterr().out
        for one in kpis():
            assert (one.zh if language == "zh" else one.en) in text
            assert (one.formula_zh if language == "zh" else one.formula) in text


def test_nothing_is_divided_by_nothing() -> None:
    values = {one.key: one.value(Sums()) for one in kpis()}
    assert {key for key, value in values.items() if value is not None} == {"total_calls", "all_busy"}


def test_queues_account_for_everybody_who_entered(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = told(data, capsys, "queues")["queues"]
    assert (row["entered"], row["answered"], row["abandoned"], row["left"], row["waiting"]) == (6, 2, 2, 2, 0)
    assert row["ways_out"] == {"exit-key": 1, "voicemail": 1}
    assert told(data, capsys, "queues", "--queue", "other")["queues"] == []


def test_agents_by_the_hour_add_up_to_the_whole(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = {row["id"]: row for row in told(data, capsys, "agents")["agents"]}
    parts = told(data, capsys, "agents", "--per", "half-hour")["agents"]
    for agent, row in whole.items():
        for key in ("talk_s", "signed_in_s", "idle_s", "wrapup_s", "answered", "missed"):
            assert sum(part[key] for part in parts if part["id"] == agent) == pytest.approx(row[key])
    assert {row["id"] for row in told(data, capsys, "agents", "--agent", "801")["agents"]} == {"801"}


def test_a_spreadsheet_gets_a_row_for_each_period(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "kpi", "--per", "half-hour", "--csv", "--data", str(data)]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert sum(int(row["offered"]) for row in rows) == 6
    assert rows[0]["from"].startswith("2026-11-23T01:00:0")
