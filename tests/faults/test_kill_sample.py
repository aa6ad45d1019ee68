"""A box whose processes die while people talk: a short sample of the kill rig, and the same with defects planted.

The thousand: `make kills KILLS=1000`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kill_box import SCENARIO
from tests.faults.kill_rig import Slice, run_slice
from tests.faults.kill_summary import back_times, summary, table

BOX_DIES = (
    "engine:KILL",
    "engine:KILL",
    "engine:STOP",
    "recorder:KILL",
    "archive:KILL",
    "supervisord:KILL",
    "guardian:KILL",
)
"""Everything but the switch, whose death may end calls."""


def kinds(done: Slice) -> set[str]:
    return {finding.kind for finding in done.judged.findings}


@pytest.mark.realtime
def test_ten_deaths_during_four_calls_lose_nothing(tmp_path: Path) -> None:
    sample = tmp_path / "sample.toml"
    sample.write_text(SCENARIO.read_text("utf-8").partition("[[arrivals]]")[0], "utf-8")
    for attempt in range(3):
        done = run_slice(tmp_path / f"box-{attempt}", 10, 7, only=BOX_DIES, scenario=sample, warm_s=5.0)
        if not done.judged.spoilt:
            break
    assert not done.judged.findings, table(summary([done]))
    assert done.judged.calls == 4
    if not done.judged.spoilt:
        assert (done.judged.talked, done.judged.messages) == (3, 1)
    assert len(done.deaths) == 10 and sum(done.up) > 10


@pytest.mark.slow
@pytest.mark.realtime
@pytest.mark.parametrize("planted", ["", "dies-with-supervisord"])
def test_a_tree_that_dies_with_supervisord_is_found(tmp_path: Path, planted: str) -> None:
    done = run_slice(tmp_path, 3, 11, planted=planted, only=["supervisord:KILL"])
    assert ("lost" in kinds(done)) == bool(planted), table(summary([done]))


@pytest.mark.slow
@pytest.mark.realtime
@pytest.mark.parametrize("planted", ["", "no-hang-check"])
def test_hangs_that_nobody_looks_for_are_found(tmp_path: Path, planted: str) -> None:
    done = run_slice(tmp_path, 4, 12, planted=planted, only=["engine:STOP"], give_up_us=15_000_000)
    assert ("not-back" in kinds(done)) == bool(planted), table(summary([done]))


@pytest.mark.slow
@pytest.mark.realtime
@pytest.mark.parametrize("planted", ["", "acts-before-it-remembers"])
def test_an_engine_that_acts_before_it_remembers_is_found(tmp_path: Path, planted: str) -> None:
    done = run_slice(tmp_path, 12, 13, planted=planted, only=["engine:KILL"])
    assert bool(kinds(done) & {"lost", "wrong", "phantom", "box"}) == bool(planted), table(summary([done]))


@pytest.mark.slow
@pytest.mark.realtime
@pytest.mark.parametrize("planted", ["", "forgets-the-rings"])
def test_a_recorder_that_forgets_the_rings_is_found(tmp_path: Path, planted: str) -> None:
    done = run_slice(tmp_path, 12, 14, planted=planted, only=["recorder:KILL"])
    assert bool(kinds(done) & {"missing-audio", "wrong", "box"}) == bool(planted), table(summary([done]))


@pytest.mark.slow
@pytest.mark.realtime
def test_a_hundred_deaths_of_everybody_lose_nothing_but_what_a_dead_switch_loses(tmp_path: Path) -> None:
    done = run_slice(tmp_path, 100, 15)
    assert not done.judged.findings, table(summary([done]))
    assert back_times(done.deaths, "engine")[-1] <= 3.0
    assert back_times(done.deaths, "switch")[-1] <= 5.0
