"""The expected day of an interview, rehearsed: it runs, and its service level is near what theory promised."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from firmware.cli.files import load_scenario
from firmware.cli.rehearse import rehearse
from firmware.config.schema import Card, Config
from firmware.interview.answers import Answers, Department, Load, Opening, Person
from firmware.interview.proposal import propose

BOX = Config(cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),))
SHOP = Answers(
    people=(Person(name="Ann"), Person(name="Bo")),
    departments=(Department(name="销售", share=70), Department(name="售后")),
    opening=Opening(
        open=dict.fromkeys(("mon", "tue"), ("09:00-12:00",)), holidays={"2026-11-23": "a day off"}
    ),
    load=Load(calls_a_day=45, talk_s=90, peak_percent=40),
)


@pytest.mark.scenario
def test_the_expected_day_comes_near_what_theory_says(tmp_path: Path) -> None:
    made = propose(SHOP, BOX, date(2026, 11, 20))
    path = tmp_path / "day.toml"
    path.write_text(made.scenario)
    scenario = load_scenario(path)
    assert scenario.about.starts == "2026-11-30T09:00:00", "the Monday that is no holiday"
    report = rehearse(scenario, tmp_path, fast=True)
    totals = report["totals"]
    assert 30 <= totals["offered"] <= 60
    assert totals["refused"] == totals["failed"] == 0
    assert {call["queue"] for call in report["calls"]} >= {"sales", "service"}
    promised = 100 * made.staffing.service_level
    assert report["service_level"]["percent"] == pytest.approx(promised, abs=15)
