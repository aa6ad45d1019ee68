"""Role locks: a role of the box runs once; whoever survives is found, never doubled."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

ROLES = ("switch", "engine", "recorder", "archive", "jobs")
"""Of every box; a simulated one has `world` beside them."""
_PID = "{:<12d}\n"
"""Always as long: a reader never meets half of one."""


class RoleHeld(RuntimeError):
    """Another process already has this role."""


class RoleLock:
    """Held from construction until `release` or the death of the process."""

    def __init__(self, directory: Path, role: str, *, wait: bool = False) -> None:
        """Raises RoleHeld when a living process has it; with `wait` stands still until nobody has."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / f"{role}.lock"
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            holder = _written_pid(self._handle) or "unknown"
            os.close(self._handle)
            raise RoleHeld(f"{role} already runs as process {holder} ({self.path})") from error
        except BaseException:
            os.close(self._handle)
            raise
        os.pwrite(self._handle, _PID.format(os.getpid()).encode("ascii"), 0)

    def release(self) -> None:
        os.close(self._handle)


def role_is_held(directory: Path, role: str) -> bool:
    """Whether a living process has this role."""
    return _held(directory / f"{role}.lock") is not None


def role_holder(directory: Path, role: str) -> int | None:
    """The living process that has this role; None also in the instant between its lock and its number."""
    return _held(directory / f"{role}.lock") or None


def give_away(directory: Path, role: str) -> None:
    """Notes that this process leaves the role to another in order: its end is no death. Raises OSError."""
    (directory / f"{role}.given").write_text(f"{os.getpid()}\n")


def was_given_away(directory: Path, role: str, pid: int) -> bool:
    """Whether process `pid` was the last to leave the role in order."""
    try:
        return int((directory / f"{role}.given").read_text()) == pid
    except (OSError, ValueError):
        return False


def _held(path: Path) -> int | None:
    """Number in a lock somebody has (0: none yet); None when nobody has it. Never creates the file."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _written_pid(handle)
    finally:
        os.close(handle)
    return None


def _written_pid(handle: int) -> int:
    text = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
    return int(text) if text.isdigit() else 0
