"""Reels: the tape of all recordings in the order of time, one file after the other. `archive` cuts
recordings out.
"""

from __future__ import annotations

import struct

from firmware.recorder.framed import Kind

REELS = Kind("reel", "reel", b"TPRR")
_TICK_EPOCH = struct.Struct("<4xQI")


def first_tick(payload: bytes) -> tuple[int, int]:
    """(epoch, tick) of a tape block; (0, 0) for what is none."""
    if len(payload) < _TICK_EPOCH.size:
        return 0, 0
    tick, epoch = _TICK_EPOCH.unpack_from(payload)
    return epoch, tick
