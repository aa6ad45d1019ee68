"""What a process asks of the machine so that its tick wakes in time. What is refused is a finding."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

from drivers.ports import TICK_US
from firmware.switch._pace import lib

PRIORITY = 50
SWITCH_INTERVAL_S = 0.0005
CONTROL_US = TICK_US
"""As often as the tick: a timer that looks more often meets more of the machine, one that looks less meets less."""


def harden() -> list[str]:
    """Once, when everything is built, before the first tick. Returns what the machine refused."""
    gc.collect()
    gc.freeze()
    gc.disable()
    # The last core: interrupts go to the first ones. The control timer, begun after this, suffers what the tick does.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    refused = []
    error = lib.tip_lock_memory()
    if error:
        refused.append(f"memory is not locked: {os.strerror(error)}")
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except OSError as refusal:
        refused.append(f"no real-time priority: {refusal.strerror}")
    return refused


def soften() -> None:
    """Back to an ordinary process: any core, ordinary priority, the collector runs again."""
    with suppress(OSError):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    gc.unfreeze()
    gc.enable()


class ControlTimer:
    """The C thread that tells what the machine itself did to timers. Use as a context."""

    def __enter__(self) -> ControlTimer:
        error = lib.tip_pace_start(CONTROL_US)
        if error:
            raise OSError(error, os.strerror(error))
        return self

    def __exit__(self, *_: object) -> None:
        lib.tip_pace_stop()

    def take_worst_us(self) -> int:
        """Latest wake-up since the last call."""
        return lib.tip_pace_take_worst_us()
