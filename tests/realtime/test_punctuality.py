"""The process tree on the real clock with eight ports busy: no tick late, and the memory it takes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers.clock import MonotonicClock
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES
from tests.awake import awake_cores

ROOT = Path(__file__).resolve().parents[2]
BUSY = ROOT / "hw-sim" / "scenarios" / "busy.toml"
SECONDS = float(os.environ.get("TIPRING_BUSY_SECONDS", "600"))

pytestmark = [pytest.mark.realtime, pytest.mark.slow]


def resident_kib(pid: int) -> int:
    """Proportional set size: shared pages are counted once over all processes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("Pss:")))


def pids(places: Places) -> dict[str, int]:
    return {role: int((places.run / f"{role}.lock").read_text()) for role in ROLES}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The switch's last status and the memory of the tree, after `SECONDS` of busy traffic."""
    places = Places(tmp_path_factory.mktemp("busy") / "data")
    argv = [sys.executable, "-m", "firmware.cli.main", "run", "--sim", str(BUSY), "--data", str(places.root)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'hw-sim'}"}
    with (
        awake_cores(),
        subprocess.Popen([*argv, "--quiet"], env=environment, stdout=subprocess.DEVNULL) as box,
    ):
        try:
            clock = MonotonicClock()
            clock.wait_until(clock.now_us() + round((SECONDS + 15) * 1e6))
            found: dict[str, Any] = json.loads(places.status("switch").read_text())
            found["resident_mib"] = {role: resident_kib(pid) / 1024 for role, pid in pids(places).items()}
        finally:
            box.send_signal(signal.SIGTERM)
            box.wait(30)
    print(json.dumps(found))
    return found


def test_no_tick_was_late(ran: dict[str, Any]) -> None:
    pace = ran["pace"]
    assert pace["ticks"] >= SECONDS * 50
    assert pace["late_ticks"] == 0
    assert pace["seconds_not_counted"] <= 0.01 * pace["seconds"]


def test_the_switch_wakes_up_in_time(ran: dict[str, Any]) -> None:
    assert ran["pace"]["jitter_us_p999"] <= 5000


def test_no_block_of_the_tape_was_lost(ran: dict[str, Any]) -> None:
    assert ran["tape_lost_blocks"] == 0
    assert ran["events_lost"] == 0


def test_all_processes_fit_into_their_memory(ran: dict[str, Any]) -> None:
    assert sum(ran["resident_mib"].values()) <= 350, ran["resident_mib"]
