"""An engine whose memory is thrown away and rebuilt changes nothing in the calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from firmware.cli.files import load_scenario
from firmware.cli.rehearse import rehearse
from hwsim.scenario import Fault, Scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios"

pytestmark = pytest.mark.scenario


def with_kills(scenario: Scenario, at_s: list[float]) -> Scenario:
    kills = tuple(Fault(at_s=at, kind="kill-engine") for at in at_s)
    return structs.replace(scenario, faults=(*scenario.faults, *kills))


def story(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a caller or an agent could notice."""
    keys = ("from", "line", "outcome", "queue", "agent", "offered_at", "answered_at", "released_at")
    return [(*(call[key] for key in keys), len(call["recordings"])) for call in report["calls"]]


@pytest.fixture(scope="module")
def hour() -> Scenario:
    scenario = load_scenario(SCENARIOS / "small-office.toml")
    return structs.replace(scenario, about=structs.replace(scenario.about, seconds=1500.0))


@pytest.fixture(scope="module")
def undisturbed(hour: Scenario, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    return story(rehearse(hour, tmp_path_factory.mktemp("undisturbed"), fast=True))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(at_s=st.lists(st.floats(0.1, 1499.0), min_size=1, max_size=8))
def test_kills_at_any_time_change_no_call(
    at_s: list[float],
    hour: Scenario,
    undisturbed: list[tuple[Any, ...]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    report = rehearse(with_kills(hour, at_s), tmp_path_factory.mktemp("killed"), fast=True)
    assert story(report) == undisturbed


def test_a_kill_in_the_middle_of_a_talk_leaves_its_recording_whole(tmp_path: Path) -> None:
    scenario = load_scenario(SCENARIOS / "first-call.toml")
    whole = rehearse(scenario, tmp_path / "whole")
    killed = rehearse(with_kills(scenario, [1.0, 5.0, 9.0, 13.2, 20.0, 30.0]), tmp_path / "killed")
    assert story(killed) == story(whole)
    assert [one["sha256"] for one in killed["recordings"]] == [one["sha256"] for one in whole["recordings"]]
    assert killed["ledger"] == whole["ledger"]
