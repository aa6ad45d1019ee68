"""Which of many is due first. One entry each; what is set anew or dropped does not pile up."""

from __future__ import annotations

import heapq

SLACK = 64


class Deadlines:
    """Keys with their times, in µs of box time."""

    def __init__(self) -> None:
        self._at: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []

    def __len__(self) -> int:
        """Entries held, outdated ones too."""
        return len(self._heap)

    @property
    def next_us(self) -> int | None:
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def set(self, key: int, at_us: int) -> None:
        if self._at.get(key) == at_us:
            return
        self._at[key] = at_us
        heapq.heappush(self._heap, (at_us, key))
        if len(self._heap) > 2 * len(self._at) + SLACK:
            self._heap = [(at, one) for one, at in self._at.items()]
            heapq.heapify(self._heap)

    def drop(self, key: int) -> None:
        self._at.pop(key, None)

    def take(self, now_us: int) -> int | None:
        """One that is due; its time is forgotten."""
        at_us = self.next_us
        if at_us is None or at_us > now_us:
            return None
        _, key = heapq.heappop(self._heap)
        del self._at[key]
        return key
