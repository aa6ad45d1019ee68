"""Real processes: a switch whose engine was never started, is stopped, is killed; what the engine left with it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from drivers.clock import MonotonicClock
from firmware.cli.prepare import prepare
from firmware.config.versions import ConfigStore
from firmware.protocol.places import MEMORY_VARIABLE
from firmware.recorder.segments import read_records
from firmware.store.history import NoHistory, read_history

pytestmark = [pytest.mark.scenario, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 2.0
SLACK_S = 0.3
"""A machine that is busy with other things."""
START_S = 40.0
WORLD_PRIORITY = 40
"""Below the switch's."""
BENCH = """
[scenario]
name = "away"
seconds = 100000

[box.site]
country = "CN"
language = "en"

[[box.card]]
name = "hat"
slots = ["fxo", "fxo", "fxo", "fxo", "fxs", "fxs", "fxs", "fxs"]

[[box.line]]
name = "line-1"
card = "hat"
slot = 1

[[box.line]]
name = "line-2"
card = "hat"
slot = 2

[[box.extension]]
number = "801"
card = "hat"
slot = 5

[[box.extension]]
number = "802"
card = "hat"
slot = 6

[[outside_line]]
line = "*"
"""
PARTY = """
[[outside_party]]
number = "{}"
answers_after_s = 1.0
talk_s = 600.0
"""
NUMBERS = ("110", "119", "120", "112")


class Box:
    """Roles started one by one, with nobody to start them again."""

    def __init__(self, root: Path) -> None:
        bench = root / "bench.toml"
        bench.write_text(BENCH + "".join(PARTY.format(number) for number in NUMBERS))
        made = prepare(root / "data", bench)
        self.places, self.config = made.places, made.config
        self.clock = MonotonicClock()
        self._bench = bench
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, role: str) -> None:
        argv = [sys.executable, "-m", "firmware.cli.main", "role", role, "--data", str(self.places.root)]
        with (self.places.log / f"{role}.out").open("ab") as out:
            child = subprocess.Popen(
                argv, cwd=ROOT, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self._children[role] = child
        if role == "world":
            with suppress(OSError):  # copper never waits for a processor
                os.sched_setscheduler(child.pid, os.SCHED_FIFO, os.sched_param(WORLD_PRIORITY))

    def signal(self, role: str, number: signal.Signals) -> None:
        """To the process and to the copy of it that stands by."""
        os.killpg(self._children[role].pid, number)
        if number is signal.SIGKILL:
            self._children.pop(role).wait(30)

    def stop(self) -> None:
        for role in list(self._children):
            self.signal(role, signal.SIGKILL)

    def until(self, so: Callable[[], bool], what: str, within_s: float = START_S) -> float:
        """Seconds it took. Raises AssertionError when it never came."""
        began_us = self.clock.now_us()
        while not so():
            passed_s = (self.clock.now_us() - began_us) / 1e6
            assert passed_s < within_s, f"{what}: not within {within_s} s\n{self.story()}"
            self.clock.wait_until(self.clock.now_us() + 10_000)
        return (self.clock.now_us() - began_us) / 1e6

    def pause(self, seconds: float) -> None:
        self.clock.wait_until(self.clock.now_us() + round(seconds * 1e6))

    def ask(self, **request: object) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(10)
            link.connect(str(self.places.world_socket))
            link.sendall(json.dumps(request).encode() + b"\n")
            reply: dict[str, Any] = json.loads(link.makefile("rb").readline())
        assert reply.get("ok"), reply
        return reply

    def status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.places.status("switch").read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def story(self) -> str:
        """The switch's figures, the world's, and what the engine was told last."""
        inputs = [one.input for one in read_records(self.places.journal)][-25:]
        told = [str(getattr(one, "event", one))[:120] for one in inputs]
        return "\n".join([str(self.status()), str(self.ask(do="status")), *told])

    def calls_for_help(self, phone: str, keys: str) -> float:
        """Seconds from the last key to the exchange's having all digits.

        A world that comes late garbles keys, which is no fault of the box: then they are keyed again.
        """
        for _ in range(4):
            late = self.ask(do="status")["late_blocks"]
            try:
                return self._call(phone, keys)
            except AssertionError:
                if self.ask(do="status")["late_blocks"] == late:
                    raise
                self.hangs_up(phone)
        raise AssertionError("this machine is too busy for a simulated world")

    def _call(self, phone: str, keys: str) -> float:
        self.ask(do="lift", who=phone)
        self.pause(2.5)
        self.ask(do="dial", who=phone, digits=keys)
        self.pause(0.2 * len(keys) - 0.1)
        took_s = self.until(lambda: "routing" in self.lines().values(), f"{keys} at the exchange", 10.0)
        self.until(lambda: "conversing" in self.lines().values(), f"{keys} answered", 10.0)
        assert f"party-{keys[-3:]}" in {one["with"] for one in self.ask(do="status")["lines"].values()}
        return took_s + 0.1

    def hangs_up(self, phone: str) -> None:
        self.ask(do="hang", who=phone)
        self.until(lambda: set(self.lines().values()) == {"idle"}, "lines free", 10.0)
        self.pause(1.1)

    def lines(self) -> dict[str, str]:
        return {name: one["state"] for name, one in self.ask(do="status")["lines"].items()}


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    memory = Path(f"/dev/shm/tipring-away-{os.getpid()}")
    memory.mkdir()
    monkeypatch.setenv(MEMORY_VARIABLE, str(memory))
    box = Box(tmp_path)
    try:
        yield box
    finally:
        box.stop()
        shutil.rmtree(memory)


def test_help_is_called_with_the_engine_never_started_stopped_and_killed(box: Box) -> None:
    for role in ("world", "switch"):
        box.start(role)
    box.until(lambda: box.status().get("tick", 0) > 0, "the switch ticks")
    took = {"never started": box.calls_for_help("801", "9110")}
    assert box.status()["engine_state"] == "absent"
    box.hangs_up("801")

    plan = box.config.dial_plan
    with ConfigStore(box.places.config_db) as store:
        wider = structs.replace(plan, emergency=(*plan.emergency, "112"))
        store.put(structs.replace(box.config, dial_plan=wider), "test", 0)
    for role in ("recorder", "engine"):
        box.start(role)
    box.until(lambda: box.status().get("engine_state") == "deciding", "the engine decides")
    took["alive"] = box.calls_for_help("802", "119")
    box.hangs_up("802")

    box.signal("engine", signal.SIGSTOP)
    took["stopped"] = box.calls_for_help("801", "9120")
    assert box.status()["engine_state"] == "silent"
    box.signal("engine", signal.SIGCONT)
    box.until(lambda: box.status().get("engine_state") == "deciding", "it decides again")
    assert "conversing" in box.lines().values(), "the call goes on"
    box.hangs_up("801")

    box.signal("engine", signal.SIGKILL)
    took["killed; a number of the newer configuration"] = box.calls_for_help("802", "112")
    box.start("engine")
    box.until(lambda: box.status().get("engine_state") == "deciding", "the next one decides")
    assert "conversing" in box.lines().values(), "the call goes on"
    box.hangs_up("802")
    assert {how: round(s, 2) for how, s in took.items() if s > WITHIN_S + SLACK_S} == {}
    print({how: round(s, 2) for how, s in took.items()})

    box.start("archive")
    box.until(lambda: len(numbers_of(box)) == 4, "history knows them all")
    assert numbers_of(box) == ["110", "119", "120", "112"]


def numbers_of(box: Box) -> list[str]:
    """Emergency calls in history.db, each once, in order."""
    try:
        db = read_history(box.places.history_db)
    except (NoHistory, sqlite3.Error):
        return []
    try:
        return [row[0] for row in db.execute("SELECT to_number FROM calls WHERE emergency = 1 ORDER BY id")]
    except sqlite3.Error:
        return []
    finally:
        db.close()
