"""Taking a role: at once where nobody has it, else as a stand-in, until its holder dies.

A stand-in is what supervisord starts while a process of an earlier supervisord goes on. It is small: nothing heavy is
imported before the role is its own.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from drivers.clock import MonotonicClock
from firmware.protocol.role import RoleHeld, RoleLock, role_holder, role_is_held

SUPERVISORD = "TIPRING_SUPERVISORD"
"""Environment: process number of the supervisord that starts roles."""
_PR_SET_PDEATHSIG = 1
_STEP_US = 20_000


class _StopAsked(BaseException):
    """SIGTERM while standing still."""


class Stop:
    """True after one of these signals: the loop of the process ends in order."""

    def __init__(self, numbers: Iterable[signal.Signals] = (signal.SIGTERM, signal.SIGINT)) -> None:
        self.asked = False
        self._waits = False
        for number in numbers:
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        del number, frame
        self.asked = True
        if self._waits:
            raise _StopAsked

    def __call__(self) -> bool:
        return self.asked

    @contextmanager
    def breaking(self) -> Iterator[None]:
        """Inside, a signal ends what stands still."""
        self._waits = True
        try:
            if self.asked:
                raise _StopAsked
            yield
        finally:
            self._waits = False


def take(
    directory: Path, role: str, stop: Stop, stop_s: float, ready: Callable[[], None] = lambda: None
) -> RoleLock | None:
    """The role's lock; None when it was asked to stop first. Then its holder is stopped, too, within `stop_s`.

    `ready` is called before a wait: what takes long is to be done then.
    """
    try:
        return RoleLock(directory, role)
    except RoleHeld:
        pass
    if not _is_wanted():
        return None
    try:
        with stop.breaking():
            ready()
            lock = RoleLock(directory, role, wait=True)
    except _StopAsked:
        stop_holder(directory, role, stop_s)
        return None
    _outlive_parent()
    return lock


def stop_holder(directory: Path, role: str, stop_s: float) -> None:
    """SIGTERM, and SIGKILL shortly before `stop_s` are over. Returns when nobody has the role."""
    clock = MonotonicClock()
    kill_us = clock.now_us() + round((stop_s - 0.5) * 1e6)
    told = 0
    while role_is_held(directory, role):
        now_us, pid = clock.now_us(), role_holder(directory, role)
        if pid is not None and (now_us >= kill_us or pid != told):
            told = pid
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if now_us < kill_us else signal.SIGKILL)
        clock.wait_until(now_us + _STEP_US)


def die_with_parent() -> None:
    """From now on. Who starts us may be dead already: that is to be looked at afterwards."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _is_wanted() -> bool:
    """A stand-in of a dead supervisord is one too many. False when it is dead already."""
    die_with_parent()
    parent = os.environ.get(SUPERVISORD)
    return parent is None or parent == str(os.getppid())


def is_child_of_supervisord() -> bool:
    """Whether the supervisord that started this process, or one it is a copy of, is its living parent."""
    return os.environ.get(SUPERVISORD) == str(os.getppid())


def _outlive_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, 0)
