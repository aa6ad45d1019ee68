"""What the world will do and when: a heap of timed actions, in order of time and then of planning."""

from __future__ import annotations

import heapq
from collections.abc import Callable

Action = Callable[[int], None]
"""Called with the time it was planned for."""


class Timeline:
    """Actions may plan further ones; what is planned into the past is done at once, in its order."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Action]] = []
        self._planned = 0
        self._cancelled: set[int] = set()

    def at(self, at_us: int, action: Action) -> int:
        """Plan `action`; the result is a ticket for `cancel`."""
        self._planned += 1
        heapq.heappush(self._heap, (at_us, self._planned, action))
        return self._planned

    def cancel(self, ticket: int) -> None:
        """The action is not done. A ticket must not be cancelled after its action was done."""
        self._cancelled.add(ticket)

    @property
    def next_us(self) -> int | None:
        """When the next action is due."""
        while self._heap and self._heap[0][1] in self._cancelled:
            self._cancelled.discard(heapq.heappop(self._heap)[1])
        return self._heap[0][0] if self._heap else None

    def run(self, until_us: int) -> None:
        """Do everything due up to and including `until_us`."""
        while (at_us := self.next_us) is not None and at_us <= until_us:
            _, _, action = heapq.heappop(self._heap)
            action(at_us)
