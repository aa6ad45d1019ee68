"""What the hostile SIP suites aim at: a process that speaks SIP on the loopback, and how to see that it serves.

`TIPRING_SIP_TARGET` names another one than the bare endpoint: `module:function` that makes a `Target`.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from tests.peers.sip_caller import Caller

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "TIPRING_SIP_TARGET"


class Target(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def pid(self) -> int:
        """The process whose memory and descriptors are watched."""

    def address(self, kind: str) -> tuple[str, int]:
        """Of `udp` or `tcp`."""

    def is_running(self) -> bool: ...

    def call(self, source: str = "127.0.0.1") -> int:
        """A whole call of somebody who may; us until it was answered. Raises AssertionError."""

    def figures(self) -> dict[str, Any]:
        """What it counts itself; at least `guard` and `troubles` where it has them."""

    def stop(self) -> None: ...


class BareTarget:
    """tests/peers/sip_answerer.py."""

    name = "endpoint"

    def __init__(self, *words: str) -> None:
        argv = [sys.executable, "-m", "tests.peers.sip_answerer", *words]
        self.process = subprocess.Popen(
            argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None, text=True
        )
        self._where = self._read()
        self.pid = self.process.pid

    def address(self, kind: str) -> tuple[str, int]:
        host, port = self._where[kind].rsplit(":", 1)
        return host, int(port)

    def is_running(self) -> bool:
        return self.process.poll() is None

    def call(self, source: str = "127.0.0.1") -> int:
        host, port = self.address("udp")
        with Caller((host, port), source=source) as caller:
            return caller.call(f"sip:alive@{host}:{port}")

    def figures(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._read()

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return cast("dict[str, Any]", json.loads(self.process.stdout.readline()))


@contextmanager
def a_target(*words: str) -> Iterator[Target]:
    """`words`: how the bare endpoint is started."""
    named = os.environ.get(VARIABLE, "")
    target = made(named)() if named else BareTarget(*words)
    try:
        yield target
    finally:
        target.stop()


def made(named: str) -> Callable[[], Target]:
    module, _, function = named.partition(":")
    return cast("Callable[[], Target]", getattr(importlib.import_module(module), function))


def options(target: Target, kind: str = "udp", source: str = "127.0.0.1") -> int:
    """Any answer to OPTIONS shows that the transport lives."""
    host, port = target.address(kind)
    with Caller((host, port), stream=kind == "tcp", source=source) as caller:
        return caller.ask("OPTIONS", f"sip:{host}:{port}")


def prove_alive(target: Target) -> None:
    """Running, and both transports and a whole call served. Raises AssertionError."""
    assert target.is_running(), f"{target.name} has ended"
    for kind in ("udp", "tcp"):
        assert options(target, kind) >= 200
    target.call()
