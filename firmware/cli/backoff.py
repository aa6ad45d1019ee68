"""The wait before a role that keeps dying starts again: kept by the role itself, so that it holds whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from drivers.clock import MonotonicClock
from firmware.cli.role_table import Role

WINDOW_S = 300
STEP_US = 50_000


class Starts(Struct, frozen=True):
    """`NAME.starts` in the run directory, in microseconds of CLOCK_MONOTONIC."""

    at_us: tuple[int, ...] = ()
    """Of the last WINDOW_S."""
    not_before_us: int = 0
    """The newest start waits until then."""


def wait_s(role: Role, starts: int) -> float:
    """`starts` is how many there were within the last WINDOW_S, this one included."""
    beyond = starts - role.free_starts
    if beyond <= 0:
        return 0.0
    return float(min(role.wait_s * 2.0 ** min(beyond - 1, 20), role.longest_wait_s))


def next_starts(role: Role, former: Sequence[int], now_us: int) -> Starts:
    kept = (*(at_us for at_us in former if now_us - at_us < WINDOW_S * 1_000_000), now_us)
    return Starts(kept, now_us + round(wait_s(role, len(kept)) * 1e6))


def starts_file(directory: Path, role: str) -> Path:
    return directory / f"{role}.starts"


def read_starts(directory: Path, role: str) -> Starts:
    """None so far where there is no readable file."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(starts_file(directory, role).read_bytes(), type=Starts)
    return Starts()


def rest(directory: Path, role: Role, stopped: Callable[[], bool]) -> None:
    """Note this start and wait as long as it has to, or until `stopped()`."""
    clock = MonotonicClock()
    starts = next_starts(role, read_starts(directory, role.name).at_us, clock.now_us())
    with suppress(OSError):
        starts_file(directory, role.name).write_bytes(msgspec.json.encode(starts))
    while not stopped() and (now_us := clock.now_us()) < starts.not_before_us:
        clock.wait_until(min(now_us + STEP_US, starts.not_before_us))
