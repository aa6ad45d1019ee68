"""A long calculation beside a living box: it gets what nobody else wants, so much and no more, and can be stopped."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from types import FrameType
from typing import NoReturn

STOPPED = 143
"""Exit code, as shells have it for SIGTERM."""
MOST_BYTES = 3 << 30
"""Of address space: a multiple of what a day of 2,000 calls takes."""
MOST_CPU_S = 3600


def give_way(most_bytes: int = MOST_BYTES, most_cpu_s: int = MOST_CPU_S) -> None:
    """For the whole process, and for good: lowest priority, limits, SIGTERM leaves by way of `SystemExit`."""
    os.nice(19)
    with contextlib.suppress(OSError):  # where a container forbids it, niceness must do
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    _limit(resource.RLIMIT_AS, most_bytes)
    _limit(resource.RLIMIT_CPU, most_cpu_s)
    for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU):
        signal.signal(one, _stop)


def _limit(what: int, most: int) -> None:
    """The soft limit: the hard one may be lower already."""
    _, hard = resource.getrlimit(what)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (soft, hard))


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(STOPPED)
