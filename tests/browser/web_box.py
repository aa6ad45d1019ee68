"""A whole simulated box with its pages on a free port, for browsers of this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from drivers.clock import MonotonicClock
from firmware.protocol.places import Places
from tests.box_process import ROOT, BoxProcess
from tests.free_port import free_port

BENCH = ROOT / "hw-sim/scenarios/demo.toml"
"""What `make run` starts."""
START_S = 60.0
SIP = 'kind = "sip"'
LIMIT_S = 20.0
TURN_US = 50_000


class WebBox:
    """`with` starts it, waits until the pages answer, and ends it; `at(path)` is where a page is."""

    def __init__(self, root: Path, bench: Path = BENCH) -> None:
        self.places = Places(root)
        self.port = free_port()
        self._bench = bench

    def _own_bench(self) -> Path:
        """Boxes beside each other have SIP ports of their own."""
        text = self._bench.read_text("utf-8") if self._bench.exists() else ""
        if SIP not in text:
            return self._bench
        own = self.places.root.with_suffix(".toml")
        port = free_port()
        own.write_text(f"{text}\n[box.sip]\nudp_port = {port}\ntcp_port = {port}\n", "utf-8")
        return own

    def __enter__(self) -> WebBox:
        self.places.make()
        self._process = BoxProcess(self.places, self._own_bench(), {"TIPRING_WEB_PORT": str(self.port)})
        try:
            there = self.until(lambda: self._process.has_ended() or self.answers(), START_S)
            assert there and not self._process.has_ended(), f"no pages: {self.log()}"
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(self, *of: object) -> None:
        self._process.stop()

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answers(self) -> bool:
        """Whether the pages are there, whatever they say."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as asking:
            try:
                asking.request("GET", "/")
                asking.getresponse().read()
            except (OSError, HTTPException):
                return False
            return True

    def log(self) -> str:
        """What the box said, and each of its processes."""
        roles = sorted(self.places.log.glob("*")) if self.places.log.is_dir() else []
        return "\n".join(
            [self._process.log(), *(f"{one.name}:\n{one.read_text('utf-8', 'replace')}" for one in roles)]
        )

    def until(self, so: Callable[[], object], seconds: float = LIMIT_S) -> bool:
        """Whether it came to be so in that time. Not for pages: Playwright's `expect` waits for them."""
        clock = MonotonicClock()
        end_us = clock.now_us() + round(seconds * 1e6)
        while not so():
            if clock.now_us() > end_us:
                return False
            clock.wait_until(clock.now_us() + TURN_US)
        return True

    def sim(self, *words: str) -> str:
        """What `tipring sim …` said, a telephone or a caller of the copper. Raises AssertionError where it failed."""
        done = subprocess.run(
            [sys.executable, "-m", "firmware.cli.main", "sim", *words, "--data", str(self.places.root)],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
