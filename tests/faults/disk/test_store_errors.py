"""Every file operation of config.db, history.db and the recordings fails once: nothing is lost, nothing is half."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disk.shim import Shim

ROOT = Path(__file__).resolve().parents[3]


def work(folder: Path, what: str, error: int, stride: int, **page: int) -> dict[str, Any]:
    """All trials in one process; its temporary folders are the disk that fails."""
    disk = folder / "disk"
    disk.mkdir()
    shim = Shim(folder, disk)
    for field, value in page.items():
        shim[field] = value
    environment = os.environ | shim.environment | {"PYTHONPATH": f"{ROOT}:{ROOT / 'hw-sim'}"}
    argv = [sys.executable, "-m", "tests.faults.disk.store_worker", what, str(disk), str(error), str(stride)]
    done = subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("what", "error", "stride"),
    [
        ("config", errno.ENOSPC, 1),
        ("config", errno.EIO, 3),
        ("archive", errno.EIO, 29),
        ("archive", errno.ENOSPC, 41),
        pytest.param("config", errno.EIO, 1, marks=SLOW),
        pytest.param("config", errno.EROFS, 1, marks=SLOW),
        pytest.param("archive", errno.EIO, 1, marks=SLOW),
        pytest.param("archive", errno.ENOSPC, 1, marks=SLOW),
        pytest.param("archive", errno.EROFS, 1, marks=SLOW),
    ],
)
def test_a_store_survives_an_error_of_any_operation(
    tmp_path: Path, what: str, error: int, stride: int
) -> None:
    found = work(tmp_path, what, error, stride)
    print(found)
    assert found["operations"] > 20 and found["refusals"] > 1
    assert found["faults"] == []


def test_planted_a_store_that_hides_an_error_is_found(tmp_path: Path) -> None:
    found = work(tmp_path, "careless", errno.ENOSPC, 5)
    assert found["faults"] and "said to be in force and is not" in found["faults"][0]
