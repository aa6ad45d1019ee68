"""A running simulated box on a disk that is slow, failing (the shim) or really small (a tmpfs)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from drivers.clock import MonotonicClock
from firmware.cli.role_table import ROLE_TABLE
from firmware.protocol.order_client import ask_state
from firmware.protocol.places import Places
from firmware.protocol.recorder_status import RecorderStatus, read_status
from firmware.protocol.role import role_holder

ROOT = Path(__file__).resolve().parents[3]
LOOK_US = 50_000
STOP_S = 40


class DiskBox:
    """Use as a context. `environment` is added to that of all its processes."""

    def __init__(self, data: Path, scenario: Path, environment: dict[str, str]) -> None:
        self.places = Places(data.resolve())
        self._argv = [sys.executable, "-m", "firmware.cli.main", "run", "--quiet", "--sim", str(scenario)]
        self._argv += ["--data", str(self.places.root)]
        path = os.pathsep.join(filter(None, (environment.get("PYTHONPATH"), str(ROOT), str(ROOT / "hw-sim"))))
        self._environment = os.environ | environment | {"PYTHONPATH": path}
        self.clock = MonotonicClock()

    def __enter__(self) -> DiskBox:
        out = self.places.root.with_name("run.out").open("wb")
        with out:
            self._run = subprocess.Popen(
                self._argv, env=self._environment, cwd=ROOT, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._run.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._run.wait(STOP_S)
        for role in ("guardian", "supervisord", *ROLE_TABLE):
            pid = role_holder(self.places.run, role)
            if pid:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._run.kill()
        self._run.wait()
        shutil.rmtree(self.places.run, ignore_errors=True)

    # -- what it says of itself ------------------------------------------------------------------

    def switch(self) -> dict[str, Any]:
        """The switch's status; empty while there is none."""
        try:
            found: dict[str, Any] = json.loads(self.places.status("switch").read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def recorder(self) -> RecorderStatus:
        return read_status(self.places.status("recorder")) or RecorderStatus()

    def command(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """A `tipring` command on this box; not on its bad disk."""
        clean = {key: value for key, value in self._environment.items() if key != "LD_PRELOAD"}
        whole = [sys.executable, "-m", "firmware.cli.main", *argv, "--data", str(self.places.root)]
        return subprocess.run(whole, env=clean, cwd=ROOT, capture_output=True, text=True, check=False)

    def alarms(self) -> str:
        """What `doctor` finds wrong, in words."""
        told = json.loads(self.command("doctor", "--json").stdout)
        findings = told["findings"] if isinstance(told, dict) else told
        return "\n".join(
            f"{one['slug']}: {one['seen']}: {one['remedy']}" for one in findings if not one["well"]
        )

    def pids(self) -> dict[str, int | None]:
        return {role: role_holder(self.places.run, role) for role in ROLE_TABLE}

    def phases(self) -> list[str]:
        """What the callers' legs are doing."""
        told = ask_state(self.places)
        return [phase for call in told.calls for _, phase in call.legs] if told else []

    # -- time ------------------------------------------------------------------------------------

    def wait_for(self, sign: Callable[[], bool], seconds: float, what: str) -> float:
        """Seconds it took. Raises AssertionError when the sign does not come."""
        began_us = self.clock.now_us()
        while not sign():
            now_us = self.clock.now_us()
            assert now_us - began_us < seconds * 1e6, f"{what} did not come within {seconds} s"
            assert self._run.poll() is None, self.places.root.with_name("run.out").read_text()
            self.clock.wait_until(now_us + LOOK_US)
        return (self.clock.now_us() - began_us) / 1e6

    def live(self, seconds: float) -> None:
        self.clock.wait_until(self.clock.now_us() + round(seconds * 1e6))
        assert self._run.poll() is None, "the process tree ended"


@contextmanager
def small_file_system(place: Path, size: str) -> Iterator[Path]:
    """A file system in memory of so many bytes (`24m`). Skips the test without the right to mount."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tipring-test", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def fill(place: Path, share: float, name: str = "ballast") -> Path:
    """Somebody else's file that makes the disk so full, 0..1; everything that fits for 1."""
    ballast = place / name
    told = os.statvfs(place)
    free = told.f_bavail * told.f_frsize
    used = (told.f_blocks - told.f_bfree) * told.f_frsize
    wanted = round((used + free) * share) - used
    with ballast.open("ab") as file:
        if share >= 1:
            with suppress(OSError):
                while True:
                    os.write(file.fileno(), bytes(1 << 16))
            with suppress(OSError):
                while True:
                    os.write(file.fileno(), bytes(1))
        else:
            os.posix_fallocate(file.fileno(), 0, max(wanted, 1))
    return ballast
