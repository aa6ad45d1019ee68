"""What a process holds at an instant: memory, descriptors, threads, as the kernel and the allocators say."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections import Counter

from msgspec import Struct

from firmware.cli.process_memory import held


class Sample(Struct, frozen=True):
    """Of one process (`who`) in its `life`: after a restart, or when a run is taken up again, the next one begins."""

    who: str
    life: int
    hours: float
    """Box hours since this life began."""
    calls: int
    """Calls made in this life so far; 0 where nobody counts them."""
    rss_kib: int
    pss_kib: int
    """Resident memory, shared pages counted by share."""
    anon_kib: int
    """Its own alone: neither program text nor rings in shared memory."""
    descriptors: int
    threads: int
    heap_kib: int = -1
    """Handed out by the C allocator and not given back, SQLite's page cache (which fills up to its limit) left out;
    -1: cannot be seen from outside."""
    blocks: int = -1
    """Small blocks the Python allocator handed out; -1: as above."""


def own_sample(who: str, life: int, hours: float, calls: int) -> Sample:
    """Of this process, after the collector took what nobody holds and freed pages went back."""
    gc.collect()
    _LIBC.malloc_trim(0)
    now, heap = held(), _LIBC.mallinfo2()
    in_use_kib = (heap.uordblks + heap.hblkhd - _sqlite_bytes()) // 1024
    return Sample(
        who,
        life,
        hours,
        calls,
        now.rss_kib,
        now.pss_kib,
        now.anon_kib,
        now.descriptors,
        now.threads,
        in_use_kib,
        sys.getallocatedblocks(),
    )


def objects_by_type() -> Counter[str]:
    """How many objects of each type the collector knows."""
    return Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())


def _sqlite_bytes() -> int:
    """What SQLite has of the C allocator; 0 where its library is not a shared one."""
    try:
        used = ctypes.CDLL("libsqlite3.so.0").sqlite3_memory_used
    except (OSError, AttributeError):
        return 0
    used.restype = ctypes.c_int64
    return int(used())


class _Mallinfo2(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and later, mallinfo(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks",
            "keepcost",
        )
    ]  # fmt: skip


_LIBC = ctypes.CDLL(None)
_LIBC.mallinfo2.restype = _Mallinfo2
