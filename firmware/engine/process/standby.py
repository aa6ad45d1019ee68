"""A copy of the engine's process that stands still till the engine dies, and is the next engine within milliseconds.

It is forked, so it costs only the pages that change after; it has everything imported, holds no socket and reads
nothing until the role's lock is its own. Then it recovers as every engine does: from snapshot, journal and ring.
"""

from __future__ import annotations

import fcntl
import gc
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from firmware.protocol.role import give_away

LOOK_US = 1_000_000
"""So often it is looked whether the copy lives."""
FIRST_US = 200_000
"""So long after its start an engine makes the first: it hears the switch before."""
_STOPPING = (signal.SIGTERM, signal.SIGINT)


class Standby:
    """The engine's side: `keep` once a second. In the copy `keep` returns True when it has become the engine."""

    def __init__(self, directory: Path, role: str, now_us: int) -> None:
        """Ends a copy that some former engine left behind."""
        self._lock_path = directory / f"{role}.lock"
        self._note = directory / f"{role}.standby"
        self._look_us = now_us + FIRST_US
        self._pid = 0
        self._end_stranger()

    @property
    def pid(self) -> int:
        """Of the copy; 0 while there is none."""
        return self._pid

    def keep(self, now_us: int, let_go: Callable[[], None]) -> bool:
        """Makes a copy where there is none. `let_go` closes in the copy what belongs to the engine alone."""
        if now_us < self._look_us:
            return False
        self._look_us = now_us + LOOK_US
        if self._pid and not self._gone():
            return False
        gc.collect()
        gc.freeze()  # the collector leaves alone, and so shared, what is there now
        self._pid = os.fork()
        if self._pid:
            with suppress(OSError):
                self._note.write_text(f"{self._pid}\n")
            return False
        self._stand_by(let_go)
        return True

    def end(self) -> None:
        """The engine ends in order: nobody is to follow."""
        if self._pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
        self._pid = 0

    def _gone(self) -> bool:
        try:
            return os.waitpid(self._pid, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True

    def _stand_by(self, let_go: Callable[[], None]) -> None:
        """In the copy: returns when the engine is dead and the role is ours."""
        former = [signal.signal(number, signal.SIG_DFL) for number in _STOPPING]
        let_go()
        own = os.open(self._lock_path, os.O_RDWR | os.O_CLOEXEC)
        for handle in _handles_of(self._lock_path):
            if handle != own:
                os.dup2(
                    own, handle, inheritable=False
                )  # the copy's share in the engine's lock goes, its place is ours
        fcntl.flock(own, fcntl.LOCK_EX)
        _sign(own)
        os.close(own)
        for number, handler in zip(_STOPPING, former, strict=True):
            signal.signal(number, handler)

    def _end_stranger(self) -> None:
        try:
            pid = int(self._note.read_text())
            same = Path(f"/proc/{pid}/cmdline").read_bytes() == Path("/proc/self/cmdline").read_bytes()
        except (OSError, ValueError):
            return
        if same and pid != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def fork_off(directory: Path, role: str) -> bool:
    """True in this process. In a copy that is nobody's child, and has the role from here on, False."""
    give_away(directory, role)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return True
    if os.fork():
        os._exit(0)
    handle = os.open(directory / f"{role}.lock", os.O_RDWR | os.O_CLOEXEC)
    _sign(handle)
    os.close(handle)
    return False


def _sign(handle: int) -> None:
    """Our number into the role's lock, as `firmware.protocol.role` writes it."""
    os.pwrite(handle, f"{os.getpid():<12d}\n".encode("ascii"), 0)


def _handles_of(path: Path) -> list[int]:
    """Descriptors of this process that are this file."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if Path(os.readlink(entry)) == path:  # noqa: PTH115 - of a descriptor, resolved it may be gone
                found.append(int(entry.name))
    return found
