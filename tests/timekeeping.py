"""Whether the machine kept time during a test in real time, and another try where it did not.

Machines are shared: a hypervisor takes cores away for seconds, and a telephone of the test gives up. A test that fails
while that happened says nothing of the box; it is begun anew in a calmer moment, its fixtures too, and the summary
names it. One that never had a fair try, because each time a good part of the machine was taken, is not judged: it is
skipped and the summary says so. Where the machine kept time a failure is a failure at once.
`tests/unit/test_timekeeping.py` holds all three.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import call_and_report

from drivers.clock import MonotonicClock
from firmware.cli.bench_sip._rtp_peer import ffi, lib

LONG_US = 250_000
"""Nobody could run on a core for so long: a telephone has run dry by then."""
STOLEN = 0.08
"""Share of all cores' time that the hypervisor gave to others."""
TAKEN = 0.12
"""The same: with this much gone nothing in real time can be judged."""
TRIES = 3
CALM_WITHIN_S = 45.0
"""What is waited for a calm second before another try."""
PATIENCE_S = 600.0
"""All such waits of one worker together."""
PLACES = ("tests/peers/", "tests/faults/", "tests/browser/")


@dataclass(frozen=True)
class Kept:
    longest_us: int
    stolen: float

    @property
    def is_fair(self) -> bool:
        return self.longest_us < LONG_US and self.stolen < STOLEN

    @property
    def says_nothing(self) -> bool:
        return self.stolen >= TAKEN

    def __str__(self) -> str:
        return f"stood still for {self.longest_us // 1000} ms, {100 * self.stolen:.0f} % of its time taken"


class Watch:
    """Until `stop`: the bench's control threads, one before all others on each core, so that neither this program's
    lock nor a box that takes all cores looks like a machine that stands still."""

    def __init__(self) -> None:
        self._control = lib.tip_control_open()
        assert self._control != ffi.NULL
        self._before = _ticks()

    def stop(self) -> Kept:
        longest_us = int(lib.tip_control_longest_us(self._control))
        lib.tip_control_close(self._control)
        total, stolen = (now - then for now, then in zip(_ticks(), self._before, strict=True))
        return Kept(longest_us, stolen / max(1, total))


def _ticks() -> tuple[int, int]:
    """(all, stolen) of `/proc/stat`."""
    rows = [int(one) for one in Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]]
    return sum(rows), rows[7]


def is_in_real_time(item: pytest.Item) -> bool:
    return item.nodeid.startswith(PLACES) or item.get_closest_marker("realtime") is not None


class Calm:
    """Waits for a second in which the cores were left alone, for so long as patience is left."""

    def __init__(self, patience_s: float, look: Callable[[], Kept]) -> None:
        self._left_s = patience_s
        self._look = look
        self._clock = MonotonicClock()

    def wait(self) -> None:
        began_us = self._clock.now_us()
        while (waited_s := (self._clock.now_us() - began_us) / 1e6) < min(CALM_WITHIN_S, self._left_s):
            if self._look().is_fair:
                break
        self._left_s -= waited_s


def a_second() -> Kept:
    watch = Watch()
    threading.Event().wait(1.0)
    return watch.stop()


CALM = Calm(PATIENCE_S, a_second)


def try_fairly(item: pytest.Item, nextitem: pytest.Item | None) -> Sequence[pytest.TestReport]:
    """The reports of the try that counts; those before it are only named in its sections."""
    tries: list[Kept] = []
    while True:
        reports, kept = _attempt(item, nextitem, may_repeat=len(tries) < TRIES - 1)
        if kept.is_fair or not any(one.failed for one in reports):
            break
        tries.append(kept)
        if len(tries) == TRIES:
            break
        CALM.wait()
    lines = [f"{item.nodeid}: begun anew, the machine {one}" for one in tries[: TRIES - 1]]
    if len(tries) == TRIES and all(one.says_nothing for one in tries):
        lines.append(f"{item.nodeid}: NOT JUDGED, the machine {tries[-1]}")
        _unjudged(reports, lines[-1])
    if lines:
        reports[0].sections.append(("timekeeping", "\n".join(lines)))
    return reports


def _unjudged(reports: Sequence[pytest.TestReport], why: str) -> None:
    """What failed without a fair try is skipped; what went wrong is still told in its sections. What is left behind at
    the end is nobody's doing but the test's."""
    for one in reports:
        if one.failed and one.when != "teardown":
            one.sections.append(("what it said", str(one.longrepr)))
            one.outcome, one.longrepr = "skipped", (str(one.fspath), 0, why)


def _attempt(
    item: pytest.Item, nextitem: pytest.Item | None, *, may_repeat: bool
) -> tuple[list[pytest.TestReport], Kept]:
    item._initrequest()  # type: ignore[attr-defined] # as it was before the first try
    watch = Watch()
    reports = [call_and_report(item, "setup", log=False)]
    if reports[0].passed:
        reports.append(call_and_report(item, "call", log=False))
    kept = watch.stop()
    again = may_repeat and not kept.is_fair and any(one.failed for one in reports)
    reports.append(call_and_report(item, "teardown", log=False, nextitem=None if again else nextitem))
    return reports, kept
