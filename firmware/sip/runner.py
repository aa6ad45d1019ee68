"""The role `sip`: its loop."""

from __future__ import annotations

import sys
from collections.abc import Callable

from drivers.ports import Clock
from firmware.config.schema import Sip
from firmware.protocol.places import Places
from firmware.sip.plan import SipPlan
from firmware.sip.process import SipProcess


def run(places: Places, plan: SipPlan, settings: Sip, *, clock: Clock, stopped: Callable[[], bool]) -> None:
    """Returns after `stopped()`. Raises OSError, SipError where it cannot listen."""
    process = SipProcess(places, plan, settings, clock)
    try:
        process.start()
        sys.stderr.write(f"sip: on {', '.join(process.endpoint.addresses)}\n")
        while not stopped():
            process.step()
    finally:
        process.close()
