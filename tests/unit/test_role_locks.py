"""Who has a role, who stands in for him, and who goes when he goes: with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.clock import MonotonicClock
from firmware.cli.stand_in import SUPERVISORD, stop_holder
from firmware.protocol.role import RoleHeld, RoleLock, role_holder, role_is_held

WITHIN_S = 10.0
STAND_IN = """
import os, sys
from pathlib import Path
from drivers.clock import MonotonicClock
from firmware.cli.stand_in import Stop, take
stop, clock = Stop(), MonotonicClock()
print("here", flush=True)
lock = take(Path(sys.argv[1]), "engine", stop, 3.0)
print("none" if lock is None else "taken", flush=True)
while lock is not None and not stop():
    clock.wait_until(clock.now_us() + 10_000)
"""
PARENT = f"""
import os, subprocess, sys
os.environ["{SUPERVISORD}"] = str(os.getpid())
subprocess.run([sys.executable, "-c", {STAND_IN!r}, *sys.argv[1:]])
"""
Spawn = Callable[[str], "subprocess.Popen[str]"]


def until(sign: Callable[[], object]) -> None:
    clock = MonotonicClock()
    end_us = clock.now_us() + round(WITHIN_S * 1e6)
    while not sign():
        assert clock.now_us() < end_us, "not within 10 s"
        clock.wait_until(clock.now_us() + 5_000)


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    children: list[subprocess.Popen[str]] = []

    def start(code: str = STAND_IN) -> subprocess.Popen[str]:
        argv = [sys.executable, "-c", code, str(tmp_path)]
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True)
        children.append(child)
        assert said(child) == "here"
        return child

    yield start
    for child in children:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def test_a_role_is_held_once_and_its_holder_is_known(tmp_path: Path) -> None:
    assert role_holder(tmp_path, "engine") is None and not role_is_held(tmp_path, "engine")
    lock = RoleLock(tmp_path, "engine")
    assert role_holder(tmp_path, "engine") == os.getpid()
    with pytest.raises(RoleHeld, match=str(os.getpid())):
        RoleLock(tmp_path, "engine")
    lock.release()
    assert role_holder(tmp_path, "engine") is None


def test_looking_for_a_holder_makes_no_lock(tmp_path: Path) -> None:
    assert not role_is_held(tmp_path, "engine")
    assert not list(tmp_path.iterdir())


def test_a_stand_in_takes_the_role_over_when_its_holder_is_killed(tmp_path: Path, spawn: Spawn) -> None:
    holder = spawn(STAND_IN)
    assert said(holder) == "taken"
    stand_in = spawn(STAND_IN)
    assert role_holder(tmp_path, "engine") == holder.pid
    holder.kill()
    assert said(stand_in) == "taken"
    until(lambda: role_holder(tmp_path, "engine") == stand_in.pid)


def test_a_stand_in_that_is_stopped_stops_the_holder_too(tmp_path: Path, spawn: Spawn) -> None:
    holder = spawn(STAND_IN)
    assert said(holder) == "taken"
    stand_in = spawn(STAND_IN)
    until(lambda: _waits_for_lock(stand_in.pid))
    stand_in.terminate()
    assert said(stand_in) == "none"
    assert (stand_in.wait(WITHIN_S), holder.wait(WITHIN_S)) == (0, 0)
    assert not role_is_held(tmp_path, "engine")


def test_a_holder_that_does_not_listen_is_killed_in_time(tmp_path: Path, spawn: Spawn) -> None:
    holder = spawn(STAND_IN)
    assert said(holder) == "taken"
    holder.send_signal(signal.SIGSTOP)
    stop_holder(tmp_path, "engine", 1.0)
    assert holder.wait(WITHIN_S) == -signal.SIGKILL


def test_a_stand_in_does_not_outlive_the_supervisord_that_started_it(tmp_path: Path, spawn: Spawn) -> None:
    holder = spawn(STAND_IN)
    assert said(holder) == "taken"
    parent = spawn(PARENT)
    (stand_in,) = _children(parent.pid)
    until(lambda: _waits_for_lock(stand_in))
    parent.kill()
    until(lambda: not Path(f"/proc/{stand_in}").exists() or _state(stand_in) == "Z")
    assert role_holder(tmp_path, "engine") == holder.pid


def test_who_has_the_role_outlives_the_supervisord_that_started_it(tmp_path: Path, spawn: Spawn) -> None:
    holder = spawn(STAND_IN)
    assert said(holder) == "taken"
    parent = spawn(PARENT)
    (heir,) = _children(parent.pid)
    until(lambda: _waits_for_lock(heir))
    holder.kill()
    until(lambda: role_holder(tmp_path, "engine") == heir)
    assert said(parent) == "taken", "its death signal is off before it says so"
    parent.kill()
    parent.wait()
    clock = MonotonicClock()
    clock.wait_until(clock.now_us() + 50_000)
    assert role_holder(tmp_path, "engine") == heir
    stop_holder(tmp_path, "engine", 3.0)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _waits_for_lock(pid: int) -> bool:
    """Asleep in flock: nothing else of it takes long."""
    return any(
        line.split()[1] == "->" and int(line.split()[5]) == pid
        for line in Path("/proc/locks").read_text().splitlines()
    )
