"""pjlib's status codes as errors, and what its library was built with."""

from __future__ import annotations

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


def log(level: int) -> None:
    """How much pjlib says on standard error; pjsua forgets it when it is initialised."""
    lib.tip_log(level)
