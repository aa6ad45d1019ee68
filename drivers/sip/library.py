"""pjsua's library as such: status codes as errors, limits, its log, and how to wake it."""

from __future__ import annotations

import os
from contextlib import suppress

from msgspec import Struct

from drivers.sip._sip import ffi, lib
from drivers.sip.errors import SipError


class Limits(Struct, frozen=True):
    """As compiled in."""

    calls: int
    conference_ports: int
    handles: int
    message_bytes: int


def limits() -> Limits:
    four = ffi.new("int[4]")
    lib.tip_limits(four)
    return Limits(*four)


def version() -> str:
    """Of the library that is loaded."""
    return ffi.string(lib.tip_version()).decode()


def words(status: int) -> str:
    room = ffi.new("char[128]")
    lib.tip_strerror(status, room, 128)
    return ffi.string(room, 128).decode("utf-8", "replace")


def check(status: int, what: str) -> None:
    """Raises SipError with pjlib's words."""
    if status:
        raise SipError(f"{what}: {words(status)} ({status})")


class Wake:
    """Lets other threads end the wait of the one that polls pjsua. Start and stop while pjsua is initialised."""

    def __init__(self) -> None:
        self._fd = lib.tip_wake_start()
        if self._fd < 0:
            raise SipError("no socket to be woken by")

    def ring(self) -> None:
        """From any thread; many rings may be heard as one."""
        with suppress(BlockingIOError):
            os.write(self._fd, b"!")

    def stop(self) -> None:
        lib.tip_wake_stop()


def timers(t1_ms: int, t2_ms: int, t4_ms: int, patience_ms: int) -> None:
    """Of RFC 3261 17.1.1.1, `patience_ms` is 64 T1: for transactions that begin from now on."""
    lib.tip_timers(t1_ms, t2_ms, t4_ms, patience_ms)


def log(level: int) -> None:
    """How much pjlib says on standard error; pjsua forgets it when it is initialised."""
    lib.tip_log(level)
