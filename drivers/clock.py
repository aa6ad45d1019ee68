"""The machine's own clock as box time. The only module that reads it or waits on it."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

TIME_ERROR, STA_UNSYNC = 5, 0x0040
"""adjtimex(2)."""
HARDWARE_CLOCK = Path("/dev/rtc0")
_LIBC = ctypes.CDLL(None)


class MonotonicClock:
    """A `drivers.ports.Clock` on CLOCK_MONOTONIC; `offset_us` makes box time go on over restarts."""

    def __init__(self, offset_us: int = 0) -> None:
        self._offset_us = offset_us

    def now_us(self) -> int:
        return time.monotonic_ns() // 1000 + self._offset_us

    def wait_until(self, at_us: int) -> None:
        while (left_us := at_us - self.now_us()) > 0:
            time.sleep(left_us / 1e6)  # noqa: TID251 - the clock module

    @staticmethod
    def wall_us() -> int:
        """Unix time in microseconds: a fact with a quality, never a basis for durations."""
        return time.time_ns() // 1000


def boot_id() -> str:
    """Differs after each start of the machine; CLOCK_MONOTONIC begins anew with it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`, adjtimex(2); the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def kernel_is_synchronised() -> bool:
    """Whether something keeps the kernel's clock right (chrony, timesyncd, ntpd, PTP). Asks, changes nothing."""
    told = _Timex(modes=0)
    state: int = _LIBC.adjtimex(ctypes.byref(told))
    return state not in (TIME_ERROR, -1) and not told.status & STA_UNSYNC
