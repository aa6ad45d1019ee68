"""The box time of a running box, for those who only look."""

from __future__ import annotations

from drivers.clock import MonotonicClock
from firmware.cli.box_plan import read_plan
from firmware.cli.main import CommandError
from firmware.protocol.places import Places


def box_now_us(places: Places) -> int | None:
    """None where the box was never started in this boot."""
    try:
        return MonotonicClock(read_plan(places).offset_us).now_us()
    except CommandError:
        return None
