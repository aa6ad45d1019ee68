"""What the kernel says of another process, from /proc."""

from __future__ import annotations

from pathlib import Path


def is_stopped(pid: int) -> bool:
    """Held by a signal (SIGSTOP, SIGTSTP): it does nothing until somebody lets it go on."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["T"]


def private_bytes(pid: int) -> int:
    """Anonymous and swapped memory: what only this process holds (rings and program text are shared). 0: it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    return sum(int(found.get(name, "0 kB").split()[0]) * 1024 for name in ("RssAnon", "VmSwap"))
