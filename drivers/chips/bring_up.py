"""Bringing chips up side by side: each is a generator that yields how many microseconds it wants to wait.

So eight chips take as long as the slowest, and one that has to come up again in service never stops the tick.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from heapq import heapify, heappop, heappush

from msgspec import Struct

from drivers.chips.register import ChipError
from drivers.ports import Clock


class ChipReport(Struct, frozen=True):
    """What came of one bring-up."""

    works: bool
    chip: str
    """`Si3050/Si3019 rev 3`, `Si3215 rev 5`; empty when nothing is there."""
    findings: tuple[str, ...] = ()


BringUp = Generator[int, None, ChipReport]


def failed(chip: str, reason: str) -> ChipReport:
    return ChipReport(works=False, chip=chip, findings=(reason,))


class InProgress:
    """One bring-up being stepped through service: `step` when due, until `report` is there."""

    def __init__(self, job: BringUp, now_us: int) -> None:
        self._job = job
        self.due_us = now_us
        self.report: ChipReport | None = None

    def step(self, now_us: int) -> ChipReport | None:
        """Do what is due up to the next wait; a chip that fails on the way gives a report, not an error."""
        if now_us < self.due_us:
            return None
        try:
            self.due_us = now_us + next(self._job)
        except StopIteration as done:
            self.report = done.value
        except ChipError as error:
            self.report = failed("", str(error))
        return self.report


def bring_up_all(jobs: Mapping[int, BringUp], clock: Clock) -> dict[int, ChipReport]:
    """All of them to their end, interleaved by their waits; waits through `clock`."""
    now_us = clock.now_us()
    waiting = [(now_us, key, InProgress(job, now_us)) for key, job in jobs.items()]
    heapify(waiting)
    reports: dict[int, ChipReport] = {}
    while waiting:
        due_us, key, progress = heappop(waiting)
        clock.wait_until(due_us)
        report = progress.step(clock.now_us())
        if report is None:
            heappush(waiting, (progress.due_us, key, progress))
        else:
            reports[key] = report
    return reports
