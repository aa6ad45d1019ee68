"""Watching the real processes of a running box: what each holds, every few seconds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import structs

from drivers.clock import MonotonicClock
from firmware.cli.main import CommandError
from firmware.cli.process_memory import PROC, Held, held
from firmware.cli.soak.samples import Sample
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES

EVERY_US = 5_000_000
STARTS_US = 30_000_000
HOUR_US = 3_600_000_000
STOP_SECONDS = 30


class OwnBox:
    """A simulated box with a data directory of its own, for as long as the context lasts."""

    def __init__(self, scenario: Path, data: Path) -> None:
        self.places = Places(data.resolve())
        self._scenario = scenario

    def __enter__(self) -> Places:
        """Raises CommandError when it does not come up."""
        shutil.rmtree(self.places.root, ignore_errors=True)
        argv = [sys.executable, "-m", "firmware.cli.main", "run", "--quiet", "--sim", str(self._scenario)]
        self._process = subprocess.Popen(  # noqa: S603
            [*argv, "--data", str(self.places.root)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        clock = MonotonicClock()
        until_us = clock.now_us() + STARTS_US
        while not set(ROLES) <= set(processes(self.places)):
            if self._process.poll() is not None or clock.now_us() > until_us:
                self.__exit__()
                raise CommandError(f"the box did not come up; see {self.places.log}")
            clock.wait_until(clock.now_us() + 200_000)
        return self.places

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        shutil.rmtree(self.places.root, ignore_errors=True)
        shutil.rmtree(self.places.run, ignore_errors=True)


def processes(places: Places) -> dict[str, int]:
    """The living roles of the box on this data directory and their process ids."""
    found = {}
    for home in PROC.iterdir():
        if not home.name.isdigit():
            continue
        words = _words(home)
        if "role" in words and "--data" in words[:-1]:
            role, data = words[words.index("role") + 1], words[words.index("--data") + 1]
            if Path(data).resolve() == places.root:
                found[role] = int(home.name)
    return found


def watch(places: Places, minutes: float) -> Iterator[Sample]:
    """A sample of each role every five seconds; a process that begins anew begins a new life."""
    clock = MonotonicClock()
    end_us = clock.now_us() + round(minutes * 60e6)
    lives = Lives()
    while (now_us := clock.now_us()) < end_us:
        for role, process in sorted(processes(places).items()):
            try:
                now = held(process)
            except OSError:
                continue  # it died between two looks
            yield lives.sample(role, process, now, now_us)
        clock.wait_until(now_us + EVERY_US)


class Lives:
    """Which life of a role a process is, and since when."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int, int]] = {}
        """Role to process id, life, begun at."""

    def sample(self, role: str, process: int, now: Held, at_us: int) -> Sample:
        known = self._known.get(role)
        if known is None or known[0] != process:
            known = self._known[role] = (process, 1 + (known[1] if known else 0), at_us)
        return Sample(role, known[1], (at_us - known[2]) / HOUR_US, 0, **structs.asdict(now))


def _words(home: Path) -> list[str]:
    try:
        return (home / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []
