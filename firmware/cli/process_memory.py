"""What a process holds at an instant, as the kernel says: memory, descriptors, threads."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

PROC = Path("/proc")
_IN_KIB = ("Rss", "Pss", "Anonymous", "Swap")


class Held(Struct, frozen=True):
    """What the kernel says of a process."""

    rss_kib: int
    pss_kib: int
    """Shared pages counted by share: changes with what other processes do."""
    anon_kib: int
    """Its own alone, also what was swapped out; neither program text nor rings."""
    descriptors: int
    threads: int


def held(process: int | str = "self") -> Held:
    """Raises OSError when the process is gone, or another user's."""
    home = PROC / str(process)
    sizes = dict.fromkeys(_IN_KIB, 0)
    for line in (home / "smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in sizes:
            sizes[name] = int(value.split()[0])
    descriptors = len(os.listdir(home / "fd")) - (process == "self")  # noqa: PTH208 - less one for the look itself
    anon_kib = sizes["Anonymous"] + sizes["Swap"]
    return Held(sizes["Rss"], sizes["Pss"], anon_kib, descriptors, len(os.listdir(home / "task")))  # noqa: PTH208
