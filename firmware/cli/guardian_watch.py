"""Whether a process of the box is to be killed: it is silent too long, stopped, or too large. No clock in here."""

from __future__ import annotations

from msgspec import Struct

from firmware.cli.role_table import Role

STEP_US = 500_000
"""One look counts at most so much silence: a guardian (or a machine) that slept itself accuses nobody of it."""
STOPPED_US = 1_000_000
"""A stopped process does nothing; nobody but a debugger has a reason to stop it, and not on a box."""


class Seen(Struct, frozen=True):
    """One look at a role."""

    pid: int
    beat_us: int | None
    """Latest heartbeat, this or a former life's."""
    stopped: bool = False
    private_mb: float = 0.0
    resting: bool = False
    """It waits, as its back-off says."""


class Watch:
    """One role through all its lives. `look` says why the present one is to be killed."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.pid = 0
        self._look_us = self._silent_us = self._stopped_us = 0
        self._beat_us: int | None = None
        self._beaten = False

    def look(self, now_us: int, seen: Seen) -> str:
        """Empty while all is well; else `hung`, `stopped` or `memory`."""
        step_us = min(now_us - self._look_us, STEP_US)
        self._look_us = now_us
        if seen.pid != self.pid:
            self.pid, self._beat_us, self._beaten = seen.pid, seen.beat_us, False
            self._silent_us = self._stopped_us = 0
            return ""
        self._stopped_us = self._stopped_us + step_us if seen.stopped else 0
        if seen.beat_us != self._beat_us:
            self._beat_us, self._beaten, self._silent_us = seen.beat_us, True, 0
        elif not seen.resting:
            self._silent_us += step_us
        return self._verdict(seen)

    def _verdict(self, seen: Seen) -> str:
        role = self.role
        limit_s = role.silent_s if self._beaten else role.start_s
        if limit_s and self._silent_us > limit_s * 1e6:
            return "hung"
        if self._stopped_us > STOPPED_US:
            return "stopped"
        return "memory" if seen.private_mb > role.memory_mb else ""
