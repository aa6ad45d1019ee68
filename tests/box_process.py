"""A whole simulated box as people start it, `tipring run --sim`; nothing of it is left when it has stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from firmware.protocol.places import Places

ROOT = Path(__file__).resolve().parents[1]
STOP_S = 60


class BoxProcess:
    """Runs from construction until `stop`. What it says goes to `run.log` beside its data."""

    def __init__(self, places: Places, bench: Path, environment: Mapping[str, str] | None = None) -> None:
        self._places = places
        self._log = places.root / "run.log"
        argv = [sys.executable, "-m", "firmware.cli.main", "run", "--sim", str(bench)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*argv, "--data", str(places.root)],
                cwd=ROOT,
                env=os.environ | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, seconds: float) -> None:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        self._process.wait(seconds)

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def stop(self) -> None:
        """Raises AssertionError where it did not end by itself, or left somebody; then nobody is left either."""
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._kill_all()
            raise AssertionError(f"the box did not stop within {STOP_S} s: {self.log()}") from None
        left = self._kill_all()
        assert not left, f"the box left processes {left} behind: {self.log()}"

    def _kill_all(self) -> list[int]:
        """Its roles have sessions of their own: each names the box's folders on its command line."""
        self._process.kill()
        self._process.wait()
        left = processes_of(self._places)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return left


def processes_of(places: Places) -> list[int]:
    """Those that live and name the data or run directory on their command line."""
    names = [os.fsencode(places.root), os.fsencode(places.run)]
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = place.read_bytes().split(b"\0")
            if any(word == name or word.startswith(name + b"/") for word in words for name in names):
                found.append(int(place.parent.name))
    return [pid for pid in found if pid != os.getpid()]
