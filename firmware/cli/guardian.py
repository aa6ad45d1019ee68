"""Keeps the process tree: starts supervisord, kills what hangs or grows, adopts what survived, stops all in order.

supervisord starts what died; the guardian sees to what supervisord cannot see, and to supervisord. It touches no disk.
If it dies itself, the tree goes on; the next guardian takes it over.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress

from drivers.clock import MonotonicClock
from drivers.ports import Clock
from firmware.cli import supervisor
from firmware.cli.backoff import read_starts
from firmware.cli.guardian_status import GuardianStatus, Tally, read_status
from firmware.cli.guardian_watch import STEP_US, Seen, Watch
from firmware.cli.process_look import is_stopped, private_bytes
from firmware.cli.role import SUPERVISOR
from firmware.cli.role_logs import RoleLog
from firmware.cli.role_table import Role
from firmware.cli.sd_notify import SystemdNotifier
from firmware.cli.stand_in import stop_holder
from firmware.protocol.heartbeat import last_beat_us
from firmware.protocol.places import Places
from firmware.protocol.role import RoleLock, role_holder, role_is_held, was_given_away
from firmware.protocol.status_file import StatusFile

ROLE = "guardian"
LOOK_US = 100_000
ASK_US = 1_000_000
STATUS_US = 1_000_000
SILENT_US = 3_000_000
"""A supervisord that answers nothing for so long hangs."""
URGENT_US = 1_500_000
"""The same while what carries calls is dead and waits for it."""
URGENT_PRIORITY = 30
START_US = 15_000_000
"""The same until its first answer."""
AGAIN_US = 500_000
"""Between two starts of supervisord."""
MOST_STARTS = 5
"""Supervisords that never answered at all, in a row, before the guardian gives up."""
STOP_S = 40.0

Told = Callable[[str, str, str], None]
"""(role, reason, last line of its log) of each death, for people."""


class SupervisorFails(RuntimeError):
    """supervisord ends as soon as it is started; the text says where it says why."""


class Guardian:
    """`look` ten times a second. Raises RoleHeld where another guardian of this box lives."""

    def __init__(self, places: Places, roles: Sequence[Role], clock: Clock, told: Told) -> None:
        self._lock = RoleLock(places.run, ROLE)
        self._places, self._clock, self._told = places, clock, told
        self._watches = {role.name: Watch(role) for role in roles}
        self._logs = {name: RoleLog(places.log / f"{name}.log") for name in (*self._watches, SUPERVISOR)}
        self._tally = Tally(read_status(places.status(ROLE)))
        self._status = StatusFile(places.status(ROLE))
        self._systemd = SystemdNotifier()
        self._link = supervisor.SupervisorLink(places.run / "supervisor.sock")
        self._reasons: dict[str, str] = {}
        """Why a role was killed whose end is not seen yet."""
        self._child: subprocess.Popen[bytes] | None = None
        self._supervisord = 0
        self._answers = self._vain_starts = 0
        self._silent_us = self._look_us = 0
        self._ask_us = self._start_us = self._status_us = 0
        self._configure([watch.role for watch in self._watches.values()])

    def _configure(self, roles: Sequence[Role]) -> None:
        """A supervisord that runs with another configuration is replaced; what it started goes on."""
        text = supervisor.configuration(roles)
        conf = self._places.supervisor_conf
        changed = not conf.is_file() or conf.read_text("utf-8") != text
        conf.write_text(text, "utf-8")
        pid = role_holder(self._places.run, SUPERVISOR)
        if changed and pid is not None:
            _kill(pid)

    # -- one look ------------------------------------------------------------------------------------

    def look(self) -> None:
        now_us = self._clock.now_us()
        self._see_supervisord(now_us)
        for watch in self._watches.values():
            self._see(watch, now_us)
        self._systemd.say(WATCHDOG=1)
        if now_us >= self._status_us:
            self._status_us = now_us + STATUS_US
            self._write_status(now_us)

    def _see(self, watch: Watch, now_us: int) -> None:
        role, former = watch.role.name, watch.pid
        pid = role_holder(self._places.run, role)
        if pid is None:
            if former and not role_is_held(self._places.run, role):
                self._ended(role, former, now_us)
                watch.look(now_us, Seen(0, None))
            return
        if former and pid != former:
            self._ended(role, former, now_us)
        reason = watch.look(now_us, self._seen(role, pid))
        if reason:
            self._reasons[role] = reason
            _kill(pid)

    def _seen(self, role: str, pid: int) -> Seen:
        return Seen(
            pid=pid,
            beat_us=last_beat_us(self._places.beat(role)),
            stopped=is_stopped(pid),
            private_mb=private_bytes(pid) / 1e6,
            resting=read_starts(self._places.run, role).not_before_us > MonotonicClock().now_us(),
        )

    def _ended(self, role: str, pid: int, now_us: int) -> None:
        if was_given_away(self._places.run, role, pid):
            return
        reason = self._reasons.pop(role, "died")
        last_words = self._logs[role].last_words()
        self._tally.died(role, reason, last_words, now_us)
        self._told(role, reason, last_words)
        self._ask(now_us)  # wakes supervisord: it starts the next one now

    # -- supervisord ---------------------------------------------------------------------------------

    def _see_supervisord(self, now_us: int) -> None:
        step_us, self._look_us = min(now_us - self._look_us, STEP_US), now_us
        if self._child is not None:
            self._child.poll()
        if not role_is_held(self._places.run, SUPERVISOR):
            self._start_supervisord(now_us)
            return
        self._supervisord = role_holder(self._places.run, SUPERVISOR) or self._supervisord
        if self._link.answered():
            self._answers += 1
            self._silent_us = self._vain_starts = 0
            if self._answers == 1:
                self._systemd.say(READY=1)
        elif self._link.asked:
            self._silent_us += step_us
        if self._silent_us > self._patience_us():
            self._reasons[SUPERVISOR] = "hung"
            self._silent_us = 0
            _kill(self._supervisord)
        elif now_us >= self._ask_us:
            self._ask(now_us)

    def _patience_us(self) -> int:
        """A stopped supervisord answers never: where something waits for it, none is had with it."""
        if not self._answers:
            return START_US
        urgent = (one for one in self._watches.values() if one.role.priority >= URGENT_PRIORITY)
        if all(one.pid for one in urgent):
            return SILENT_US
        return 0 if self._supervisord and is_stopped(self._supervisord) else URGENT_US

    def _ask(self, now_us: int) -> None:
        self._ask_us = now_us + ASK_US
        self._link.ask()

    def _start_supervisord(self, now_us: int) -> None:
        if self._supervisord:
            self._supervisord = 0
            reason = self._reasons.pop(SUPERVISOR, "died")
            self._tally.died(SUPERVISOR, reason, "", now_us)
            self._told(SUPERVISOR, reason, "")
        if now_us < self._start_us or (self._child is not None and self._child.poll() is None):
            return
        self._vain_starts += 1
        if self._vain_starts > MOST_STARTS:
            raise SupervisorFails("the process tree cannot be started")
        self._start_us = now_us + AGAIN_US
        self._silent_us = self._answers = 0
        self._link.close()
        with suppress(OSError):
            self._child = supervisor.start(self._places)

    # -- for people and programs ---------------------------------------------------------------------

    def _write_status(self, now_us: int) -> None:
        run, tally = self._places.run, self._tally
        pids = {role: watch.pid for role, watch in self._watches.items() if watch.pid}
        box_us = MonotonicClock().now_us()
        waits = {role: (read_starts(run, role).not_before_us - box_us) / 1e6 for role in self._watches}
        for log in self._logs.values():
            log.trim()
        self._status.write(
            GuardianStatus(
                at_us=now_us,
                pid=os.getpid(),
                guardian_starts=tally.starts,
                running=pids | ({SUPERVISOR: self._supervisord} if self._supervisord else {}),
                deaths=tally.deaths,
                hangs=tally.hangs,
                over_memory=tally.over_memory,
                waiting_s={role: round(wait, 1) for role, wait in waits.items() if wait > 0},
                memory_bytes={role: private_bytes(pid) for role, pid in pids.items()},
                last_death=tally.last_death,
                last_death_us=tally.last_death_us,
            )
        )
        self._systemd.say(STATUS=f"running: {', '.join(sorted(pids))}")

    # -- the end -------------------------------------------------------------------------------------

    def stop(self) -> None:
        """The whole tree, survivors of other supervisords too, in the order of the table. Returns when all is over."""
        self._systemd.say(STOPPING=1)
        run = self._places.run
        if self._supervisord and is_stopped(self._supervisord):
            _kill(self._supervisord)
        stop_holder(run, SUPERVISOR, STOP_S)
        if self._child is not None:
            self._child.wait()
        for watch in sorted(self._watches.values(), key=lambda one: -one.role.priority):
            stop_holder(run, watch.role.name, watch.role.stop_s)

    def close(self) -> None:
        """This guardian ends; the tree goes on unless it was stopped."""
        self._link.close()
        self._systemd.close()
        self._status.close()
        self._lock.release()


def _kill(pid: int) -> None:
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
