"""How punctual the tick is: how late it woke, how long it worked, whether the machine itself stood still."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from drivers.ports import TICK_US

STEP_US = 50
TOP_US = 100_000
CONTROL_SLIP_US = 1_000
"""A second in which the control timer slipped more does not count (DESIGN.md, budgets)."""
DRIFT_SHARE = 0.002
"""How fast the expected time follows a clock that is slower than ours (a sound card's)."""


class Punctuality(Struct, frozen=True):
    """Since the start. Jitter is how much later than expected a tick woke, in counted seconds."""

    ticks: int
    """All of them."""
    late_ticks: int
    """Ended after the next was due, in counted seconds."""
    jitter_us_p50: int
    """How much later than expected a tick woke."""
    jitter_us_p99: int
    jitter_us_p999: int
    jitter_us_max: int
    """The latest."""
    work_us_p50: int
    """How long a tick's work took."""
    work_us_p99: int
    work_us_p999: int
    seconds: int
    """Since the start."""
    seconds_not_counted: int
    """In which the machine itself stood still for more than 1 ms."""


class Histogram:
    """Microseconds in steps of STEP_US; what is beyond TOP_US counts as TOP_US."""

    def __init__(self) -> None:
        self._counts = np.zeros(TOP_US // STEP_US + 1, np.int64)

    def add(self, values_us: list[int]) -> None:
        steps = np.clip(np.array(values_us, np.int64) // STEP_US, 0, TOP_US // STEP_US)
        np.add.at(self._counts, steps, 1)

    def percentile(self, percent: float) -> int:
        """Upper end of the step that holds it; 0 for no values."""
        total = int(self._counts.sum())
        if not total:
            return 0
        step = int(np.searchsorted(np.cumsum(self._counts), percent / 100 * total))
        return min(step + 1, TOP_US // STEP_US) * STEP_US


class Pacing:
    """`woke` and `worked` each tick, `second_over` each second.

    A late tick ended after the next was due; one that ended after the third was due is three. After a whole tick of
    delay the time is counted anew: the sound card's stream has begun anew, or the blocks it kept come early now.
    """

    def __init__(self) -> None:
        self._due_us = 0
        self._woke_us = 0
        self._second: tuple[list[int], list[int]] = ([], [])
        self._late_in_second = 0
        self._jitter = Histogram()
        self._work = Histogram()
        self._max_us = 0
        self._ticks = self._late = self._seconds = self._not_counted = 0

    def woke(self, now_us: int) -> None:
        """The block of this tick is there."""
        due_us = self._due_us + TICK_US
        if now_us < due_us or not self._due_us:
            due_us = now_us
        self._second[0].append(now_us - due_us)
        self._due_us = due_us + int((now_us - due_us) * DRIFT_SHARE)
        self._woke_us = now_us

    def worked(self, now_us: int) -> None:
        """Everything of this tick is done."""
        self._second[1].append(now_us - self._woke_us)
        self._late_in_second += max(0, (now_us - self._due_us) // TICK_US)
        if self._woke_us - self._due_us >= TICK_US:
            self._due_us = self._woke_us
        self._ticks += 1

    def second_over(self, control_slip_us: int) -> None:
        """`control_slip_us`: the latest wake-up of the control timer in this second."""
        jitter, work = self._second
        late, self._late_in_second, self._second = self._late_in_second, 0, ([], [])
        self._seconds += 1
        if control_slip_us > CONTROL_SLIP_US:
            # A machine that stood still may have begun the stream anew in another phase: so do our expectations.
            self._not_counted += 1
            self._due_us = 0
            return
        self._late += late
        self._jitter.add(jitter)
        self._work.add(work)
        self._max_us = max(self._max_us, *jitter, 0)

    def punctuality(self) -> Punctuality:
        return Punctuality(
            ticks=self._ticks,
            late_ticks=self._late,
            jitter_us_p50=self._jitter.percentile(50),
            jitter_us_p99=self._jitter.percentile(99),
            jitter_us_p999=self._jitter.percentile(99.9),
            jitter_us_max=self._max_us,
            work_us_p50=self._work.percentile(50),
            work_us_p99=self._work.percentile(99),
            work_us_p999=self._work.percentile(99.9),
            seconds=self._seconds,
            seconds_not_counted=self._not_counted,
        )
