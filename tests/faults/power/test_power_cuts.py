"""A box whose power is cut at any step keeps what it promised; with a defect put back, the rig finds the loss."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.power.fuse_mount import DEVICE
from tests.faults.power.planted import PLANTED

ROOT = Path(__file__).resolve().parents[3]
QUICK = ("history-normal", "journal-unsynced", "recording-unsynced", "epoch-unsynced")
"""Found with the first cuts."""
AIMS = {"reels-too-early": "unlink reel"}
"""Defects whose moment is a few steps long: the power fails there."""

pytestmark = pytest.mark.skipif(
    not os.access(DEVICE, os.R_OK | os.W_OK) or os.geteuid() != 0, reason="no /dev/fuse here, or not root"
)


def power_cuts(out: Path, *arguments: str) -> dict[str, Any]:
    argv = [sys.executable, "-m", "tests.faults.power.rig", "--out", str(out), *arguments]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'hw-sim'}", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode in (0, 1), done.stderr[-3000:]
    found: dict[str, Any] = json.loads((out / "power-cuts.json").read_text())
    return found


def test_nothing_promised_is_lost_in_thirty_power_cuts(tmp_path: Path) -> None:
    found = power_cuts(tmp_path, "--cuts", "30", "--chain", "15", "--seed", "20")["virtual time"]
    assert found["findings"] == []
    assert found["cuts"] == 30 and found["audio_loss_max_s"] <= 2
    assert {"journal records", "transactions", "recordings", "orders", "configurations"} <= set(
        found["facts"]
    )


@pytest.mark.slow
def test_nothing_promised_is_lost_when_the_whole_process_tree_loses_power(tmp_path: Path) -> None:
    found = power_cuts(tmp_path, "--cuts", "1", "--tree", "10")["process tree"]
    assert found["findings"] == [] and found["cuts"] == 10 and found["audio_loss_max_s"] <= 2
    assert found["facts"]["rows seen"] > 0


@pytest.mark.parametrize(
    "defect", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in PLANTED]
)
def test_a_defect_put_back_is_found(defect: str, tmp_path: Path) -> None:
    aim = ("--aim", AIMS[defect]) if defect in AIMS else ()
    found = power_cuts(tmp_path, "--cuts", "200", "--seed", "2", "--planted", defect, *aim)["virtual time"]
    assert found["lost"] > 0, f"{found['cuts']} cuts have not found it"
    assert not any("Traceback" in text for text in found["findings"]), found["findings"]
