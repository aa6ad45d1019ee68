"""Programs of the tests that are told and tell JSON, a line each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Spoken:
    """A program that is told and tells JSON, a line each."""

    def __init__(self, *argv: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *argv], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self._out = self.process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._kept = b""
        self.told: list[dict[str, Any]] = []

    def read(self) -> None:
        try:
            self._kept += os.read(self._out, 65_536)
        except BlockingIOError:
            return
        *lines, self._kept = self._kept.split(b"\n")
        self.told += [json.loads(line) for line in lines]

    def do(self, what: str, **more: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what} | more).encode() + b"\n")
        self.process.stdin.flush()

    def last(self, key: str) -> Any:
        """What it said of this, newest first; None: nothing yet."""
        return next((one[key] for one in reversed(self.told) if key in one), None)

    def forget(self) -> None:
        self.told.clear()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
