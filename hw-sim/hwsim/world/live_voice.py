"""Speech that arrives in pieces while it is spoken (a browser's microphone)."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

PRIME = 480
"""Samples (60 ms) that wait before the first is said: they even out how the pieces arrive."""
MOST = 2400
"""More than this (300 ms) is not kept: what is oldest is lost, so that no delay builds up."""


class LiveVoice:
    """`give` pieces as they come, `take` one whenever something is to be said."""

    def __init__(self) -> None:
        self._rows: deque[NDArray[np.int16]] = deque()
        self._count = 0
        self._flows = False
        self.lost = 0
        """Samples that came too fast."""

    @property
    def ready(self) -> bool:
        return self._flows or self._count >= PRIME

    def give(self, samples: NDArray[np.int16]) -> None:
        self._rows.append(samples)
        self._count += len(samples)
        while self._count > MOST:
            lost = len(self._rows.popleft())
            self._count -= lost
            self.lost += lost

    def take(self) -> NDArray[np.int16] | None:
        """The next piece; None while too little waits."""
        self._flows = self.ready and bool(self._rows)
        if not self._flows:
            return None
        row = self._rows.popleft()
        self._count -= len(row)
        return row

    def clear(self) -> None:
        self._rows.clear()
        self._count, self._flows = 0, False
