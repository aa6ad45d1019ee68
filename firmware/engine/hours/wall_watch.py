"""Looks at the clock on the wall once a second and says when the engine must be told of it. Sans-IO.

Wall time is a fact with a quality, never the base of a duration: whatever it does, box time goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware.protocol.inputs import ClockSet
from firmware.protocol.names import ClockQuality

LOOK_US = 1_000_000
JUMPED_US = 500_000
"""From one look to the next: somebody set the clock."""
DRIFTED_US = 1_000_000
"""Since the engine was last told: a slow slew has come so far."""
SURE_US = 10_000
"""A look that took longer was interrupted, and says nothing about the clock."""
BUILT_US = 1_793_491_200_000_000
"""2026-11-01: before this software was released. No clock that shows an earlier time is right."""


def quality_of(synchronised: bool, hardware_clock: bool) -> ClockQuality:
    """What a wall clock is worth: kept right by the network, by a battery, or set by somebody some time."""
    if synchronised:
        return ClockQuality.NTP
    return ClockQuality.RTC if hardware_clock else ClockQuality.MANUAL


class WallWatch:
    """`look` about once a second, the first time at the start of the process: that one always tells."""

    def __init__(self, boot: str = "", built_us: int = BUILT_US) -> None:
        """`boot` names this start of the machine: within it box time and wall time run alike."""
        self._boot, self._built_us = boot, built_us
        self._told: ClockSet | None = None
        self._offset_us = 0
        self._next_us = 0

    @property
    def deadline_us(self) -> int:
        """Box time of the next look."""
        return self._next_us

    def look(self, box_us: int, wall_us: int, quality: str, took_us: int = 0) -> ClockSet | None:
        """What the engine must be told, if anything. The two times were read within `took_us` of each other."""
        self._next_us = box_us + LOOK_US
        if took_us > SURE_US and self._told is not None:
            return None
        offset_us, before_us = wall_us - box_us, self._offset_us
        self._offset_us = offset_us
        given = ClockSet(offset_us, self._worth(wall_us, quality), self._boot)
        if self._told is not None and not self._differs(given, self._told, offset_us - before_us):
            return None
        self._told = given
        return given

    def _worth(self, wall_us: int, quality: str) -> str:
        return ClockQuality.NONE if wall_us < self._built_us else quality

    @staticmethod
    def _differs(given: ClockSet, told: ClockSet, moved_us: int) -> bool:
        return (
            given.quality != told.quality
            or abs(moved_us) > JUMPED_US
            or abs(given.offset_us - told.offset_us) > DRIFTED_US
        )


class WallLook:
    """A process's look at its clocks: reads both, asks the watch."""

    def __init__(
        self,
        now_us: Callable[[], int],
        wall_us: Callable[[], int],
        quality: Callable[[], str] = lambda: ClockQuality.MANUAL,
        watch: WallWatch | None = None,
    ) -> None:
        self._now_us, self._wall_us, self._quality = now_us, wall_us, quality
        self._watch = watch or WallWatch()

    def look(self) -> ClockSet | None:
        """What the engine must be told, if anything; None also while the next look is not due."""
        before_us = self._now_us()
        if before_us < self._watch.deadline_us:
            return None
        wall_us = self._wall_us()
        took_us = self._now_us() - before_us
        return self._watch.look(before_us + took_us // 2, wall_us, self._quality(), took_us)
