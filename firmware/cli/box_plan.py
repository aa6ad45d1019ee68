"""What every process of one run must agree about: one box time, one bench."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from firmware.cli.main import CommandError
from firmware.protocol.places import Places

CONFIGURED = -1


class BoxPlan(Struct, frozen=True):
    """`box.json` in the run directory."""

    offset_us: int
    """Box time minus CLOCK_MONOTONIC."""
    boot: str
    sim: str = ""
    """Scenario file of the simulated world; empty on the box."""
    web_port: int = CONFIGURED
    """Of the pages; else as the configuration says."""


def read_plan(places: Places) -> BoxPlan:
    """Raises CommandError where `tipring run` was never started."""
    try:
        return msgspec.json.decode(places.plan.read_bytes(), type=BoxPlan)
    except (OSError, msgspec.MsgspecError) as error:
        raise CommandError(
            f"{places.plan} cannot be read ({error}): start the box with `tipring run`"
        ) from error
