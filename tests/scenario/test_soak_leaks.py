"""What the soak's checker finds in a box with planted leaks, and that it finds nothing in one without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("soak_with_leaks.py")

pytestmark = pytest.mark.scenario


def soaked(plants: str, folder: Path, hours: int, warm_up_hours: int) -> tuple[int, dict[str, Any]]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'hw-sim'}"}
    argv = [sys.executable, str(SCRIPT), plants, str(folder), str(hours), str(warm_up_hours)]
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_two_kilobytes_a_call_and_a_descriptor_a_recording_are_found(tmp_path: Path) -> None:
    code, found = soaked("memory,descriptors", tmp_path, 9, 6)
    assert code == 1
    why = {one["figure"]: one["why"] for one in found["findings"]}
    assert why["heap"] == "grows"
    assert why["descriptors"] == "grows"
    heap = next(one for one in found["findings"] if one["figure"] == "heap")
    assert heap["slope"]["least"] < 2048 + 512 and heap["slope"]["most"] > 2048 - 512


@pytest.mark.slow
def test_a_box_without_a_leak_is_flat(tmp_path: Path) -> None:
    code, found = soaked("nothing", tmp_path, 30, 10)
    assert code == 0, found
