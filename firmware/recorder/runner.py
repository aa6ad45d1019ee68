"""The recorder's process: its role, its loop, its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drivers.ports import Clock
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from firmware.protocol.role import RoleLock
from firmware.recorder.recorder import Recorder

ROLE = "recorder"
STEP_US = 50_000


def run(data: Path, run_directory: Path, box: str, *, clock: Clock, stopped: Callable[[], bool]) -> None:
    """Returns after `stopped()` with everything synced that was in the rings. Raises RoleHeld."""
    lock = RoleLock(run_directory, ROLE)
    try:
        rings = Rings(run_directory)
        recorder = Recorder(
            rings.journal, rings.audio, data, box=box, snapshot_ring=rings.snapshots, mark=rings.mark
        )
        heartbeat = Heartbeat(Places(data).beat(ROLE))
        while not stopped():
            now_us = clock.now_us()
            heartbeat.beat(now_us)
            recorder.step(now_us)
            clock.wait_until(now_us + STEP_US)
        recorder.close(clock.now_us())
    finally:
        lock.release()
