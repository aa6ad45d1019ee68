"""Whoever sends audio to a call that is not his is not heard, and hears nothing (SAFETY S5)."""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers.clock import MonotonicClock

ROOT = Path(__file__).resolve().parents[2]
RTP = 31_000
BURST = 20
"""More than pjmedia takes for a far end that moved, between two packets of the true one."""
pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")


def party(part: str, *words: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "tests.peers.sip_party", part, *words]
    return subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def figures(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=60)
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


class Sprayer:
    """From another address, to every port a call may have."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.2", 0))
        self.socket.setblocking(False)
        self.sent = self.got = 0

    def burst(self) -> None:
        for _ in range(BURST):
            self.sent += 1
            head = bytes([0x80, 8]) + self.sent.to_bytes(2, "big") + (160 * self.sent).to_bytes(4, "big")
            for port in range(RTP, RTP + 12, 2):
                self.socket.sendto(head + b"evil" + b"\x2a" * 160, ("127.0.0.1", port))
        while select.select([self.socket], [], [], 0)[0]:
            self.socket.recv(4096)
            self.got += 1


def sprayed(*words: str) -> tuple[dict[str, Any], dict[str, Any], Sprayer]:
    """(who called, who was called and sprayed, who sprayed)"""
    there = party("answer", "--rtp", str(RTP), *words)
    assert there.stdout is not None
    address = there.stdout.readline().strip()
    here = party("call", "--target", address, "--seconds", "3")
    sprayer, clock = Sprayer(), MonotonicClock()
    with sprayer.socket:
        while here.poll() is None:
            sprayer.burst()
            clock.wait_until(clock.now_us() + 10_000)
        return figures(here), figures(there), sprayer


def test_a_strangers_audio_is_neither_heard_nor_answered() -> None:
    calling, answered, sprayer = sprayed()
    assert sprayer.got == 0
    assert calling["levels_db"] == pytest.approx([0], abs=0.5)
    assert answered["levels_db"] == pytest.approx([0], abs=0.5)
    assert answered["foreign"] > 100


def test_without_the_guard_a_stranger_takes_the_call_over() -> None:
    _, _, sprayer = sprayed("--unguarded")
    assert sprayer.got > 0
