"""The whole box in virtual time: one call, twice, must be the same call to the last bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import soundfile

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "hw-sim" / "scenarios"
TIPRING = Path(sys.executable).with_name("tipring")

pytestmark = pytest.mark.scenario


def rehearse(*words: str, seed: str = "0") -> bytes:
    argv = [str(TIPRING), "rehearse", *words, "--json"]
    environment = os.environ | {"PYTHONHASHSEED": seed}
    done = subprocess.run(argv, capture_output=True, env=environment, timeout=600, check=False)
    assert done.returncode == 0, done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("first-call")
    rehearse(str(SCENARIOS / "first-call.toml"), "--out", str(out))
    return out


@pytest.fixture(scope="module")
def report(kept: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((kept / "report.json").read_text())
    return found


def test_the_caller_is_answered_by_the_agent(report: dict[str, Any]) -> None:
    (call,) = (call for call in report["calls"] if call["direction"] == "inbound")
    assert (call["outcome"], call["agent"], call["from"]) == ("answered", "800", "13800138000")
    assert call["offered_at"] < call["queued_at"] < call["answered_at"] < call["released_at"]
    assert call["why"].startswith("longest-idle")


def test_outcomes_add_up_to_offered(report: dict[str, Any]) -> None:
    totals = dict(report["totals"])
    assert totals.pop("offered") == sum(totals.values()) == 1


def test_every_answered_second_is_accounted_for(report: dict[str, Any]) -> None:
    assert report["ledger"]["unexplained_s"] == 0
    assert report["ledger"]["audio_s"] > 10


def test_the_recording_is_a_stereo_a_law_file_with_both_voices(kept: Path, report: dict[str, Any]) -> None:
    (recording,) = report["recordings"]
    samples, rate = soundfile.read(str(kept / recording["path"]), dtype="int16", always_2d=True)
    assert (rate, samples.shape[1]) == (8000, 2)
    assert abs(len(samples) / rate - recording["seconds"]) < 0.001
    for channel in samples.astype(float).T:
        assert (channel**2).mean() ** 0.5 > 100


def test_no_number_is_in_a_file_name(kept: Path, report: dict[str, Any]) -> None:
    (recording,) = report["recordings"]
    assert "138" not in Path(recording["path"]).name.replace(recording["id"], "")


def test_two_runs_with_two_hash_seeds_are_byte_identical() -> None:
    first = rehearse(str(SCENARIOS / "first-call.toml"), seed="1")
    assert first == rehearse(str(SCENARIOS / "first-call.toml"), seed="2")


def test_the_fast_model_tells_the_same_story(report: dict[str, Any]) -> None:
    fast = json.loads(rehearse(str(SCENARIOS / "first-call.toml"), "--fast"))
    assert fast["totals"] == report["totals"]
    pairs = zip(fast["calls"], report["calls"], strict=True)
    for there, here in pairs:
        assert (there["outcome"], there["agent"]) == (here["outcome"], here["agent"])
        assert abs(there["released_at"] - here["released_at"]) < 2.0
