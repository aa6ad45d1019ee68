"""Players: each walks a chain of spans of the shelf, one tick at a time, all at once by cursor arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from drivers.ports import TICK_SAMPLES, Samples
from firmware.switch.shelf import Shelf, Span

_END = 0
"""Node 0: silence, for ever."""
_TICK = np.arange(TICK_SAMPLES)


class Players:
    """`slots` players. A node of a chain is (start, length, next); a loop is a chain that bites its tail."""

    def __init__(self, shelf: Shelf, slots: int) -> None:
        self._shelf = shelf
        self._node = np.zeros(slots, np.intp)
        self._at = np.zeros(slots, np.intp)
        self._start = np.zeros(64, np.intp)
        self._length = np.full(64, TICK_SAMPLES, np.intp)
        self._next = np.zeros(64, np.intp)
        self._unused = list(range(63, _END, -1))
        self._chains: dict[int, tuple[list[int], list[Span], str]] = {}
        self._running = np.empty(0, np.intp)
        self._hushed: list[int] = []
        self._ended: list[tuple[int, str]] = []

    def start(
        self,
        slot: int,
        spans: Sequence[Span],
        *,
        play: str = "",
        loop_from: int | None = None,
        own: Sequence[Span] = (),
    ) -> None:
        """Play `spans` in order from the next tick, in place of what the slot played.

        After the last it goes on with span `loop_from`, for ever, or ends where that is None. `own` go back
        to the shelf when this is over, however it ends.
        """
        self.stop(slot)
        chain = [self._node_for(span) for span in spans]
        last = _END if loop_from is None else chain[loop_from]
        for node, after in zip(chain, [*chain[1:], last], strict=False):
            self._next[node] = after
        self._chains[slot] = (chain, list(own), play)
        self._node[slot] = chain[0] if chain else _END
        self._at[slot] = 0
        self._lay_out()

    def stop(self, slot: int) -> None:
        """Silence from the next tick; nothing is told."""
        chain = self._chains.pop(slot, None)
        if chain is None:
            return
        self._unused += reversed(chain[0])
        if chain[0]:
            self._start[chain[0]] = 0  # over silence, so that `uses` need not ask which nodes are in a chain
        for span in chain[1]:
            self._shelf.take_back(span)
        self._hushed.append(slot)
        self._lay_out()

    def playing(self, slot: int) -> str | None:
        """The name given at `start`; None when the slot is silent."""
        chain = self._chains.get(slot)
        return None if chain is None else chain[2]

    def uses(self, span: Span) -> bool:
        """Whether any chain leads over it. One comparison of all nodes: cheap enough for each tick."""
        return bool((self._start == span.start).any())

    def take_ended(self) -> list[tuple[int, str]]:
        """(slot, play) of those that came to their end by themselves, since the last call."""
        ended, self._ended = self._ended, []
        return ended

    def tick(self, out: Samples) -> None:
        """Write one tick of every running player into `out[slot]`."""
        if self._hushed:
            out[self._hushed] = 0
            self._hushed = []
        slots = self._running
        if not slots.size:
            return
        node, at = self._node[slots], self._at[slots]
        out[slots] = self._shelf.windows[self._start[node] + at]
        at += TICK_SAMPLES
        over = np.flatnonzero(at >= self._length[node])
        self._at[slots] = at
        if over.size:
            self._go_over(out, slots[over])

    def _go_over(self, out: Samples, slots: NDArray[np.intp]) -> None:
        """For players whose span ends in this tick: the next one's beginning, and the cursor into it."""
        node, left = self._node[slots], self._at[slots] - self._length[self._node[slots]]
        out[slots] = self._across(node, self._at[slots] - TICK_SAMPLES)
        self._node[slots] = self._next[node]
        self._at[slots] = left
        for slot in slots[self._node[slots] == _END].tolist():
            self._ended.append((slot, self._chains[slot][2]))
            self.stop(slot)

    def _across(self, node: NDArray[np.intp], at: NDArray[np.intp]) -> Samples:
        """The tick of players whose span ends inside it: its rest, then the beginning of the next."""
        past = at[:, None] + _TICK - self._length[node][:, None]
        here = (self._start[node] + self._length[node])[:, None] + past
        there = self._start[self._next[node]][:, None] + past
        mixed: Samples = self._shelf.samples[np.where(past < 0, here, there)]
        return mixed

    def _node_for(self, span: Span) -> int:
        if not self._unused:
            self._grow()
        node = self._unused.pop()
        self._start[node], self._length[node] = span.start, span.length
        return node

    def _grow(self) -> None:
        size = len(self._next)
        self._start = np.concatenate([self._start, np.zeros(size, np.intp)])
        self._length = np.concatenate([self._length, np.full(size, TICK_SAMPLES, np.intp)])
        self._next = np.concatenate([self._next, np.zeros(size, np.intp)])
        self._unused = list(range(2 * size - 1, size - 1, -1))

    def _lay_out(self) -> None:
        self._running = np.array(sorted(self._chains), np.intp)
