"""Deaths of processes: who dies when by what, and when the next life is back."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from random import Random

from msgspec import Struct

from firmware.cli.guardian_status import read_status
from tests.faults.kill_box import GUARDIAN, SUPERVISORD, RigBox

WEIGHTS: Mapping[str, float] = {
    "engine": 40,
    "recorder": 16,
    "archive": 10,
    SUPERVISORD: 17,
    GUARDIAN: 12,
    "switch": 4,
}
STOPPED_SHARE = 0.15
BESIDE_SHARE = 0.2
"""Of deaths that come while an earlier one is not yet made good."""
MOST_AT_ONCE = 4
GIVE_UP_US = 90_000_000
"""A process not back after so long is not coming back."""


class Death(Struct):
    """Times are box time in microseconds."""

    role: str
    signal: str
    """`KILL` or `STOP`."""
    pid: int
    at_us: int
    beat_us: int
    """Its last heartbeat."""
    next_pid: int = 0
    first_beat_us: int = 0
    back_us: int = 0
    """0: never."""

    @property
    def back_s(self) -> float:
        return (self.back_us - self.at_us) / 1e6


def choose(chance: Random, living: Mapping[str, int]) -> tuple[str, str] | None:
    """(role, signal) of the next death among those who live."""
    names = [role for role in WEIGHTS if living.get(role)]
    if not names:
        return None
    (role,) = chance.choices(names, [WEIGHTS[name] for name in names])
    return role, "STOP" if chance.random() < STOPPED_SHARE else "KILL"


def strike(box: RigBox, role: str, kind: str) -> Death | None:
    """None when nobody has the role just now."""
    pid = box.pid(role)
    if not pid:
        return None
    death = Death(role, kind, pid, box.clock.now_us(), box.beat_us(role))
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL if kind == "KILL" else signal.SIGSTOP)
        return death
    return None


def look(box: RigBox, death: Death) -> bool:
    """Whether the next life is back: it has the role and works (two heartbeats: it came round its loop once)."""
    pid = box.pid(death.role)
    if not pid or pid == death.pid:
        return False
    death.next_pid = pid
    if death.role in (GUARDIAN, SUPERVISORD):
        return _guarded(box, death)
    beat_us = box.beat_us(death.role)
    if beat_us <= max(death.at_us, death.beat_us):
        return False
    death.first_beat_us = death.first_beat_us or beat_us
    if beat_us == death.first_beat_us and death.role in ("engine", "switch"):
        return False
    death.back_us = beat_us
    return True


def _guarded(box: RigBox, death: Death) -> bool:
    """The guardian looks once a second at the latest; it knows supervisord when that has answered or has its lock."""
    status = read_status(box.places.status(GUARDIAN))
    known = status.pid if death.role == GUARDIAN else status.running.get(SUPERVISORD)
    if known != box.pid(death.role) or status.at_us <= death.at_us:
        return False
    death.back_us = status.at_us
    return True
