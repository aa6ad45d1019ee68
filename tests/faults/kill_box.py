"""A simulated box for the kill rig, with what systemd does on a real one: `tipring run` is started again when it dies
or no longer feeds its watchdog. Nothing else is ever helped.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from drivers.clock import MonotonicClock
from firmware.cli.box_plan import read_plan
from firmware.cli.role_table import ROLE_TABLE
from firmware.protocol.heartbeat import last_beat_us
from firmware.protocol.places import Places
from firmware.protocol.role import role_holder, role_is_held

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = Path(__file__).with_name("kill_rig.toml")
PLANTED = Path(__file__).with_name("planted")
GUARDIAN, SUPERVISORD = "guardian", "supervisord"
BOX_ROLES = tuple(name for name, role in ROLE_TABLE.items() if not role.sim)
RESTART_US = 200_000
"""RestartSec of tipring.service."""
WATCHDOG_US = 10_000_000
"""WatchdogSec of tipring.service."""
WORLD_PRIORITY = 40
"""Below the switch's."""
START_US = 60_000_000
STOP_S = 60


class RigBox:
    """Use as a context: whatever happens inside, no process is left."""

    def __init__(self, data: Path, planted: str = "", scenario: Path = SCENARIO) -> None:
        self.places = Places(data.resolve())
        self._planted, self._scenario = planted, scenario
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._guardian: subprocess.Popen[bytes] | None = None
        self._restart_us = self._fed_us = 0
        self.machine = MonotonicClock()
        self.clock = self.machine
        self.watchdog_kills = 0

    def __enter__(self) -> RigBox:
        self.places.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        notify = self.places.run / "notify.sock"
        notify.unlink(missing_ok=True)
        self._socket.bind(str(notify))
        self._socket.setblocking(False)
        self._start_guardian()
        self.wait_for_all()
        self.clock = MonotonicClock(read_plan(self.places).offset_us)
        self._favour_world()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        quiet = 0
        while quiet < 5:  # whoever stands by follows at once
            pids = [role_holder(self.places.run, role) for role in (GUARDIAN, SUPERVISORD, *ROLE_TABLE)]
            for pid in filter(None, pids):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            quiet = 0 if any(pids) else quiet + 1
            self.pause(0.1)
        if self._guardian is not None:
            self._guardian.wait()
        self._socket.close()

    def _favour_world(self) -> None:
        """The copper never waits for a processor; a world that does is no fault of the box."""
        with suppress(OSError):
            os.sched_setscheduler(self.pid("world") or 0, os.SCHED_FIFO, os.sched_param(WORLD_PRIORITY))

    def _start_guardian(self) -> None:
        environment = os.environ | {"NOTIFY_SOCKET": str(self.places.run / "notify.sock")}
        if self._planted:
            environment |= {"TIPRING_PLANTED": self._planted, "PYTHONPATH": str(PLANTED)}
        argv = [sys.executable, "-m", "firmware.cli.main", "run", "--quiet"]
        argv += ["--sim", str(self._scenario), "--data", str(self.places.root)]
        with (self.places.run / "run.out").open("ab") as out:
            self._guardian = subprocess.Popen(
                argv, cwd=ROOT, env=environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
        self._fed_us = self.machine.now_us()
        self._restart_us = 0

    # -- systemd -------------------------------------------------------------------------------------

    def tend(self) -> None:
        """To be called often."""
        now_us = self.machine.now_us()
        with suppress(BlockingIOError):
            while True:
                if b"WATCHDOG=1" in self._socket.recv(4096):
                    self._fed_us = now_us
        assert self._guardian is not None
        if self._guardian.poll() is not None:
            self._restart_us = self._restart_us or now_us + RESTART_US
            if now_us >= self._restart_us:
                self._start_guardian()
        elif now_us - self._fed_us > WATCHDOG_US:
            self.watchdog_kills += 1
            self._fed_us = now_us
            self._guardian.kill()

    def pause(self, seconds: float) -> None:
        self.machine.wait_until(self.machine.now_us() + round(seconds * 1e6))

    # -- processes -----------------------------------------------------------------------------------

    def pid(self, role: str) -> int | None:
        return role_holder(self.places.run, role)

    def beat_us(self, role: str) -> int:
        """Box time of the latest heartbeat; 0 for none."""
        return last_beat_us(self.places.beat(role)) or 0

    def wait_for_all(self) -> None:
        """Raises AssertionError when something does not come up."""
        end_us = self.machine.now_us() + START_US
        while not all(self.pid(role) and self.beat_us(role) for role in BOX_ROLES) or not self.pid("world"):
            assert self.machine.now_us() < end_us, f"the box did not start; see {self.places.log}"
            self.pause(0.1)

    def stop(self) -> list[str]:
        """Ctrl-C. Returns what nevertheless lives."""
        while not self.pid(GUARDIAN):
            self.tend()
            self.pause(0.1)
        assert self._guardian is not None
        self.pause(0.5)  # its signal handlers are set before it takes its lock
        self._guardian.send_signal(signal.SIGINT)
        self._guardian.wait(STOP_S)
        return [role for role in (SUPERVISORD, *ROLE_TABLE) if role_is_held(self.places.run, role)]
