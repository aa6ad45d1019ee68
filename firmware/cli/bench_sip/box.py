"""The box of the bench: a trunk known by its address, one queue, an agent at each telephone; recording as asked."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec

from drivers.clock import MonotonicClock
from firmware.cli.main import CommandError
from firmware.config.schema import Agent, Card, Config, Extension, Flow, Node, Queue, Site
from firmware.config.schema.sip import Sip, Trunk
from firmware.config.versions import ConfigStore
from firmware.protocol.places import Places
from firmware.protocol.role import role_holder
from firmware.sip.credentials import FOLDER, keep, make_secret
from firmware.sip.digest import realm_of

MOST_CALLS = 220
"""At once: pjsua is built for 512 calls, and some telephones must be free."""
MOST_CHANNELS = 240
FIRST_EXTENSION = 2001
FROM_THE_WORLD = "62349000"
PASSWORD = "bench-of-the-loopback"  # noqa: S105 - nobody else reaches this box
MEASURED_ROLES = ("switch", "sip", "engine", "recorder", "archive", "web")
STARTS_S = 60.0
STOP_S = 30.0
AHEAD = -15
"""Niceness of a session against others (sched(7), autogroup)."""
SCHEDULED = 2
"""Linux: the clock of a process by its number, to the nanosecond (clock_getcpuclockid(3))."""


def spare(calls: int) -> int:
    """Channels and telephones for so many calls at once and those that are just ending."""
    return min(MOST_CHANNELS, calls + max(4, calls // 10))


def extensions(calls: int) -> list[str]:
    return [str(FIRST_EXTENSION + place) for place in range(spare(calls))]


def configuration(calls: int, record: bool, ports: tuple[int, int, int]) -> Config:
    """`ports`: of the box's SIP, of the carrier's, first of the box's RTP."""
    own, carrier, rtp = ports
    numbers = extensions(calls)
    return Config(
        site=Site(name="bench", box="bench", country="CN", area="10", language="en"),
        cards=(Card(name="ip", kind="sip"),),
        sip=Sip(
            address="127.0.0.1",
            udp_port=own,
            tcp_port=0,
            codecs=("pcma",),
            rtp_from=rtp,
            rtp_ports=4 * spare(calls) + 100,
            requests_a_second=10_000,
        ),
        trunks=(
            Trunk(
                name="carrier",
                card="ip",
                hosts=(f"127.0.0.1:{carrier}",),
                register=False,
                channels=spare(calls),
                number=FROM_THE_WORLD,
                flow="main",
            ),
        ),
        extensions=tuple(Extension(number=number, card="ip", agent=number) for number in numbers),
        agents=tuple(Agent(id=number, queues=("bench",)) for number in numbers),
        queues=(_queue(calls, record),),
        flows=(Flow(id="main", start="queue", nodes=(Node(id="queue", kind="queue", queue="bench"),)),),
    )


def _queue(calls: int, record: bool) -> Queue:
    return Queue(
        id="bench",
        wrap_up_s=0.0,
        announce_every_s=0.0,
        announce_agent=False,
        max_wait_s=0.0,
        max_waiting=spare(calls),
        record=record,
    )


class BenchBox:
    """`with` starts it in `root` and takes everything away again. Raises CommandError when it does not come up."""

    name = "tipring"

    def __init__(self, root: Path, config: Config, web_port: int = 0) -> None:
        """`web_port`: 0 for none."""
        self.places = Places(root)
        self._config, self._web_port = config, web_port
        self._clock = MonotonicClock()

    def __enter__(self) -> BenchBox:
        self.places.make()
        ConfigStore(self.places.config_db).put(self._config, "bench", MonotonicClock.wall_us())
        realm = realm_of(self._config.site.box)
        for extension in self._config.extensions:
            keep(self.places.secrets / FOLDER, make_secret(extension.number, realm, PASSWORD))
        self._start()
        try:
            self.until(self._is_up, STARTS_S, "the box did not come up")
            before_others(role_holder(self.places.run, "sip") or 0)
        except CommandError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *of: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self.places.run, ignore_errors=True)

    def until(self, so: Callable[[], bool], seconds: float, otherwise: str) -> None:
        """Looks ten times a second. Raises CommandError when the time is over or the box has ended."""
        end_us = self._clock.now_us() + round(seconds * 1e6)
        while not so():
            if self._process.poll() is not None or self._clock.now_us() > end_us:
                raise CommandError(f"{otherwise}; see {self.places.root}")
            self._clock.wait_until(self._clock.now_us() + 100_000)

    def wait(self, seconds: float) -> None:
        self._clock.wait_until(self._clock.now_us() + round(seconds * 1e6))

    def cpu_s(self) -> dict[str, float]:
        """Processor time of each role's process since it began, user and system; 0 where there is none."""
        pids = {role: role_holder(self.places.run, role) for role in MEASURED_ROLES}
        return {role: process_cpu_s(pid) if pid else 0.0 for role, pid in pids.items()}

    def legs(self) -> int:
        return int(self._status("sip").get("calls", 0))

    def counters(self) -> dict[str, int]:
        """What went wrong so far, as the processes told in the last second."""
        switch, sip = self._status("switch"), self._status("sip")
        pace = switch.get("pace", {})
        told = {
            "late_ticks": pace.get("late_ticks", 0),
            "seconds_not_counted": pace.get("seconds_not_counted", 0),
            "tape_lost_blocks": switch.get("tape_lost_blocks", 0),
        }
        return told | {name: sip.get(name, 0) for name in _SIP_COUNTERS}

    def recordings(self) -> int:
        """Files that are finished."""
        try:
            db = sqlite3.connect(f"file:{self.places.history_db}?mode=ro", uri=True)
            with closing(db):
                return int(
                    db.execute("SELECT count(*) FROM recordings WHERE cut = 1 AND path <> ''").fetchone()[0]
                )
        except sqlite3.Error:
            return 0

    def _start(self) -> None:
        argv = [sys.executable, "-m", "firmware.cli.main", "run", "--quiet", "--metrics-port", "0"]
        argv += ["--web-port", str(self._web_port)]
        with (self.places.root / "run.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*argv, "--data", str(self.places.root)], stdout=log, stderr=log, start_new_session=True
            )

    def _is_up(self) -> bool:
        switch, sip = self._status("switch"), self._status("sip")
        return bool(switch.get("engine_up") and sip.get("switch_up"))

    def _status(self, role: str) -> dict[str, Any]:
        """Of the last second; empty where there is none yet."""
        try:
            found: dict[str, Any] = msgspec.json.decode(self.places.status(role).read_bytes())
        except (OSError, msgspec.MsgspecError):
            return {}
        return found


_SIP_COUNTERS = ("late_blocks", "skipped_blocks", "alone_blocks", "refused_calls", "errors", "troubles")


def before_others(pid: int) -> None:
    """Other work of the machine is not to be measured: this session's share counts more, where that is allowed."""
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(f"{AHEAD}\n")


def process_cpu_s(pid: int) -> float:
    """User and system time of a process and all threads it had; 0: it is gone."""
    try:
        return time.clock_gettime((~pid << 3) | SCHEDULED)
    except OSError:
        return 0.0
