"""All that can be played, prepared beforehand: one long row of 16-bit samples and where each thing lies."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.ports import TICK_SAMPLES

LONGEST_PAUSE = 10 * 8000


class Span(Struct, frozen=True):
    """A stretch of the shelf; at least one tick long."""

    start: int
    length: int


class Shelf:
    """`samples[0 : LONGEST_PAUSE]` is silence. Spans are handed out by first fit and may be given back."""

    def __init__(self, capacity: int) -> None:
        size = LONGEST_PAUSE + capacity + 2 * TICK_SAMPLES
        self.samples: NDArray[np.int16] = np.zeros(size, np.int16)
        self.windows = np.lib.stride_tricks.sliding_window_view(self.samples, TICK_SAMPLES)
        """`windows[i]` is the tick that begins at sample `i`."""
        self._free = [(LONGEST_PAUSE, capacity)]
        self._known: dict[Hashable, Span] = {}

    def put(self, samples: NDArray[np.int16]) -> Span | None:
        """Lay a copy on the shelf, padded to one tick; None when it is full."""
        span = self.reserve(len(samples))
        if span is not None:
            self.lay(span, 0, samples)
        return span

    def reserve(self, count: int) -> Span | None:
        """Room for `count` samples, padded to one tick with silence; None when it is full."""
        length = max(count, TICK_SAMPLES)
        for place, (start, room) in enumerate(self._free):
            if room >= length:
                self._free[place : place + 1] = [(start + length, room - length)] if room > length else []
                self.samples[start + count : start + length] = 0
                return Span(start, length)
        return None

    def lay(self, span: Span, at: int, samples: NDArray[np.int16]) -> None:
        """A copy into the span, from its sample `at` on."""
        self.samples[span.start + at : span.start + at + len(samples)] = samples

    def take_back(self, span: Span) -> None:
        """The span's room is free again; whoever plays it must have been stopped."""
        merged: list[tuple[int, int]] = []
        for start, room in sorted([*self._free, (span.start, span.length)]):
            if merged and merged[-1][0] + merged[-1][1] == start:
                merged[-1] = (merged[-1][0], merged[-1][1] + room)
            else:
                merged.append((start, room))
        self._free = merged

    def name(self, key: Hashable, samples: NDArray[np.int16]) -> Span | None:
        """Like `put`, found again by `find(key)`."""
        span = self.put(samples)
        if span is not None:
            self._known[key] = span
        return span

    def rename(self, key: Hashable, span: Span | None) -> Span | None:
        """Another span, or none, is found by the key from now on. The old one: it may be played still."""
        old = self._known.pop(key, None)
        if span is not None:
            self._known[key] = span
        return old

    def find(self, key: Hashable) -> Span | None:
        return self._known.get(key)

    @staticmethod
    def pause(samples: int) -> list[Span]:
        """Spans of silence, `samples` together (rounded up to a tick)."""
        left = max(samples, TICK_SAMPLES)
        spans = []
        while left > 0:
            length = min(left, LONGEST_PAUSE)
            if 0 < left - length < TICK_SAMPLES:
                length -= TICK_SAMPLES
            spans.append(Span(0, length))
            left -= length
        return spans
