"""A card on a clock of its own: an elastic buffer of one block either way takes up the drift, or slips."""

from __future__ import annotations

from collections import deque
from typing import Protocol, TypeGuard

import numpy as np

from drivers.ports import TICK_SAMPLES, Card, Samples
from drivers.signalling import AnyCard

QUIET_PEAK = 260
"""About −39 dBm0: a block below it may be dropped or repeated without being heard."""


class DriftingCard(Card, Protocol):
    """A card whose samples come by its own clock."""

    def pending(self) -> int:
        """How many `exchange` calls would return at once now."""


def drifts(card: AnyCard) -> TypeGuard[DriftingCard]:
    return hasattr(card, "pending")


class ElasticBuffer:
    """One block waits in the middle; the filling or the emptying side may be one block ahead.

    Beyond that a block is lost or silence is made up: a slip. One block ahead, a quiet block is left out or
    repeated, so that most slips fall into silence. `slips` counts all, `slips_in_silence` those.
    """

    def __init__(self, ports: int) -> None:
        self._silence = np.zeros((ports, TICK_SAMPLES), np.int16)
        self._blocks: deque[Samples] = deque([self._silence])
        self.slips = 0
        self.slips_in_silence = 0

    @property
    def fill(self) -> int:
        return len(self._blocks)

    def put(self, block: Samples) -> None:
        """From the side that fills it; the block is copied."""
        if len(self._blocks) >= 2 and self._quiet(block):
            self._slip_in_silence()
            return
        self._blocks.append(block.copy())
        if len(self._blocks) > 3:
            self._blocks.popleft()
            self.slips += 1

    def take(self) -> Samples:
        """To the side that empties it."""
        if not self._blocks:
            self.slips += 1
            return self._silence
        if len(self._blocks) == 1 and self._quiet(self._blocks[0]):
            self._slip_in_silence()
            return self._blocks[0]
        return self._blocks.popleft()

    def _slip_in_silence(self) -> None:
        self.slips += 1
        self.slips_in_silence += 1

    @staticmethod
    def _quiet(block: Samples) -> bool:
        return int(np.abs(block.astype(np.int32)).max(initial=0)) < QUIET_PEAK


class ElasticCard:
    """Two buffers around a drifting card."""

    def __init__(self, card: DriftingCard) -> None:
        self._card = card
        ports = len(card.kinds)
        self.buffer = ElasticBuffer(ports)
        self._out = ElasticBuffer(ports)

    def exchange(self, tx: Samples) -> Samples:
        """Never waits."""
        self._out.put(tx)
        for _ in range(self._card.pending()):
            self.buffer.put(self._card.exchange(self._out.take()))
        return self.buffer.take()
