"""Role locks: a role of the box runs once; whoever survives is found, never doubled."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

ROLES = ("switch", "engine", "recorder", "archive")
"""Of every box; a simulated one has `world` beside them."""


class RoleHeld(RuntimeError):
    """Another process already has this role."""


class RoleLock:
    """Held from construction until `release` or the death of the process."""

    def __init__(self, directory: Path, role: str) -> None:
        """Raises RoleHeld when a living process has it."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / f"{role}.lock"
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._handle)
            raise RoleHeld(f"{role} already runs as process {holder} ({self.path})") from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        os.close(self._handle)


def role_is_held(directory: Path, role: str) -> bool:
    """Whether a living process has this role."""
    if not (directory / f"{role}.lock").exists():
        return False
    try:
        RoleLock(directory, role).release()
    except RoleHeld:
        return True
    return False
