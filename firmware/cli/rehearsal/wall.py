"""The clock on the wall of a rehearsed box: it runs beside box time, and faults of the scenario set it wrong."""

from __future__ import annotations

from firmware.engine.hours.wall_watch import LOOK_US, WallLook, WallWatch
from firmware.protocol.inputs import ClockSet
from firmware.protocol.names import ClockQuality
from hwsim.scenario import Fault
from hwsim.wall_time import wall_us

BOOT = "rehearsal"


class RehearsedWall:
    """`look` as the engine's process does; `fail` as the scenario says."""

    def __init__(self, starts_us: int, zone: str) -> None:
        """`starts_us` is Unix time at box time 0."""
        self._zone = zone
        self._from_us, self._shown_us, self._ppm = 0, starts_us, 0.0
        self._quality = str(ClockQuality.MANUAL)
        self._now_us = 0
        self.next_look_us: int | None = None
        """Box time at which something must be looked at that nothing else wakes for."""
        # A scenario may be set in any year.
        watch = WallWatch(BOOT, built_us=0)
        self._look = WallLook(lambda: self._now_us, self.shown_us, lambda: self._quality, watch)

    def look(self, box_us: int) -> ClockSet | None:
        """What the engine must be told at this box time."""
        self._now_us = box_us
        if self.next_look_us is not None and box_us >= self.next_look_us:
            self.next_look_us = None
        return self._look.look()

    def shown_us(self) -> int:
        """What the clock shows at the box time of the latest look."""
        return self._shown_at(self._now_us)

    def fail(self, fault: Fault, box_us: int) -> None:
        """It jumps, runs at another speed, or is worth something else from now on."""
        shown_us = wall_us(fault.shows, self._zone) if fault.shows else self._shown_at(box_us)
        self._from_us, self._shown_us, self._ppm = box_us, shown_us, fault.runs_ppm
        self._quality = fault.quality
        self.next_look_us = box_us + LOOK_US

    def _shown_at(self, box_us: int) -> int:
        passed_us = box_us - self._from_us
        return self._shown_us + passed_us + round(passed_us * self._ppm / 1e6)
