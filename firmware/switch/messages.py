"""Recorded messages as the switch plays them: the caller's side of a finished recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RECORDINGS = "recordings"
LONGEST_SAMPLES = 10 * 60 * 8000


class RecordingShelf:
    """A `MessageShelf` over the archive's directory. What is not cut yet, or unreadable, is not there."""

    def __init__(self, data: Path) -> None:
        self._directory = data / RECORDINGS
        self.unreadable = 0

    def message(self, recording: str, /) -> NDArray[np.int16] | None:
        """8 kHz mono samples. `recording` must be 16 hexadecimal digits: it becomes a path."""
        if len(recording) != 16 or set(recording) - set("0123456789abcdef"):
            return None
        path = self._directory / recording[:2] / f"{recording}.wav"
        if not path.is_file():
            return None
        try:
            samples, _ = soundfile.read(str(path), frames=LONGEST_SAMPLES, dtype="int16", always_2d=True)
        except (RuntimeError, OSError):
            self.unreadable += 1
            return None
        left: NDArray[np.int16] = np.ascontiguousarray(samples[:, 0])
        return left
