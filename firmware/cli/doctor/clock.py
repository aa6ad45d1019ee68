"""The clock on the wall: what it is worth, and what hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from drivers.clock import HARDWARE_CLOCK, MonotonicClock, kernel_is_synchronised
from firmware.cli.box_plan import read_plan
from firmware.cli.doctor.finding import Finding
from firmware.cli.main import CommandError
from firmware.cli.period import utc
from firmware.engine.hours.wall_watch import WallWatch, quality_of
from firmware.protocol.names import ClockQuality
from firmware.protocol.places import Places


def look(places: Places) -> Iterator[Finding]:
    """Nobody vouches for the clock of a simulated box, and nobody minds."""
    wall_us = MonotonicClock.wall_us()
    told = WallWatch().look(0, wall_us, quality_of(kernel_is_synchronised(), HARDWARE_CLOCK.exists()))
    quality = told.quality if told else ClockQuality.NONE
    shown = {"time": utc(wall_us), "quality": quality}
    if quality == ClockQuality.NONE:
        yield Finding("clock-none", shown)
    elif quality == ClockQuality.MANUAL and not _is_simulated(places):
        yield Finding("clock-unsure", shown)
    else:
        yield Finding("clock", shown)


def _is_simulated(places: Places) -> bool:
    with suppress(CommandError):
        return bool(read_plan(places).sim)
    return True
