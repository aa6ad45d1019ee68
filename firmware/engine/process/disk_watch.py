"""What the engine knows of the disk without touching it: the recorder's status in memory and how full the tape's
ring is.

The ring is looked at here, because a recorder that stands in an operation of the disk, or is gone, tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from firmware.protocol.inputs import DiskTold
from firmware.protocol.recorder_status import FULL, SLOW, RecorderStatus, read_status
from firmware.protocol.ring import Ring

LOOK_US = 1_000_000
STOP_FILL, GO_ON_FILL = 0.75, 0.25
"""Above the first the tape is stopped, and begins again below the second: what is left takes what still comes."""


class Tape(Enum):
    FLOWS = "flows"
    """The disk takes what is taped."""
    JAMMED = "jammed"
    """The ring fills: nothing new is recorded until most of it is on the disk."""


class Ringful(Enum):
    """How full the ring is."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


STEPS: Mapping[tuple[Tape, Ringful], tuple[Tape, None]] = {
    (Tape.FLOWS, Ringful.HIGH): (Tape.JAMMED, None),
    (Tape.JAMMED, Ringful.LOW): (Tape.FLOWS, None),
}


class DiskWatch:
    """`look` as often as one likes; it gives an input when the engine must know something else than it does."""

    def __init__(self, status: Path, audio: Ring) -> None:
        self._path, self._audio = status, audio
        self._status = RecorderStatus()
        self._look_us = 0
        self.tape = Tape.FLOWS

    def look(self, at_us: int, level: str, stop: str) -> DiskTold | None:
        """`level` and `stop` are what the engine knows."""
        if at_us < self._look_us:
            return None
        if not self._look_us and stop not in ("", FULL):
            self.tape = Tape.JAMMED  # before the engine's restart
        self._look_us = at_us + LOOK_US
        self._status = status = read_status(self._path) or self._status
        self.tape = STEPS.get((self.tape, _ringful(self._audio.fill)), (self.tape, None))[0]
        why = status.stop or ((status.trouble or SLOW) if self.tape is Tape.JAMMED else "")
        return DiskTold(status.level, why) if (status.level, why) != (level, stop) else None


def _ringful(fill: float) -> Ringful:
    return Ringful.HIGH if fill >= STOP_FILL else Ringful.LOW if fill <= GO_ON_FILL else Ringful.MIDDLE
