"""A recorded ear: what somebody at a telephone, or beyond the exchange, hears."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import ToneRow
from drivers.ports import TICK_SAMPLES


class Tap:
    """`port()` is the row that is heard now; None: the exchange's own tone (ringback) or nothing.

    Blocks pile up until `pull`; at most `limit` are kept.
    """

    def __init__(self, port: Callable[[], int | None], tone: ToneRow | None, limit: int = 6000) -> None:
        self._port = port
        self._tone = tone.loop if tone is not None and tone.loop.size else np.zeros(TICK_SAMPLES, np.int16)
        self._at = 0
        self._limit = limit
        self._blocks: list[NDArray[np.int16]] = []

    def take(self, rows: NDArray[np.float32]) -> None:
        """One tick of all rows."""
        port = self._port()
        block = self._local() if port is None else rows[port].astype(np.int16)
        if len(self._blocks) < self._limit:
            self._blocks.append(block)

    def pull(self) -> NDArray[np.int16]:
        """What was heard since the last call."""
        blocks, self._blocks = self._blocks, []
        return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)

    def _local(self) -> NDArray[np.int16]:
        index = (self._at + np.arange(TICK_SAMPLES)) % len(self._tone)
        self._at += TICK_SAMPLES
        return np.asarray(self._tone[index], np.int16)
