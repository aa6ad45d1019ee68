"""The small office in full and fast, to the last call; and the speed of both, as a ratio of one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from firmware.cli.files import load_scenario
from firmware.cli.rehearsal.compare import compare
from firmware.cli.rehearse import rehearse

ROOT = Path(__file__).resolve().parents[2]
SMALL_OFFICE = ROOT / "hw-sim" / "scenarios" / "small-office.toml"
TIPRING = Path(sys.executable).with_name("tipring")

pytestmark = [pytest.mark.scenario, pytest.mark.slow]


def run(*words: str, seed: str) -> tuple[bytes, float]:
    """The JSON and the CPU seconds it took."""
    before = os.times()
    argv = [str(TIPRING), "rehearse", str(SMALL_OFFICE), "--json", *words]
    done = subprocess.run(argv, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed}, check=False)
    assert done.returncode == 0, done.stdout.decode()[-1000:] + done.stderr.decode()[-2000:]
    after = os.times()
    return (
        done.stdout,
        after.children_user + after.children_system - before.children_user - before.children_system,
    )


def test_two_hours_with_two_hash_seeds_are_byte_identical_and_fast_enough() -> None:
    first, cpu_s = run(seed="1")
    assert first == run(seed="2")[0]
    report = json.loads(first)
    ratio = report["simulated_seconds"] / cpu_s
    print(f"full: {ratio:.1f} x real time on one core")
    assert ratio >= 20
    totals: dict[str, int] = report["totals"]
    assert totals["offered"] == sum(count for name, count in totals.items() if name != "offered")
    assert all(count > 0 for count in totals.values()), totals
    assert report["ledger"]["unexplained_s"] == 0


def test_the_fast_model_is_a_thousand_times_real_time() -> None:
    out, cpu_s = run("--fast", seed="3")
    ratio = json.loads(out)["simulated_seconds"] / cpu_s
    print(f"fast: {ratio:.0f} x real time on one core")
    assert ratio >= 1000


def test_full_and_fast_tell_the_same_story(tmp_path: Path) -> None:
    scenario = load_scenario(SMALL_OFFICE)
    found: dict[str, Any] = compare(
        rehearse(scenario, tmp_path / "full"), rehearse(scenario, tmp_path / "fast", fast=True)
    )
    print(json.dumps(found))
    assert found["close"], found
