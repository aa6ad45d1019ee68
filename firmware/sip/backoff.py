"""How long to wait before trying again: doubled each time, with a draw so that not all boxes come back at once."""

from __future__ import annotations

from random import Random

MOST_DOUBLINGS = 20


class BackOff:
    """Between half and all of a bound that doubles (RFC 5626 4.5). `draw` is seeded by the caller."""

    def __init__(self, least_us: int, most_us: int, draw: Random) -> None:
        self._least_us, self._most_us, self._draw = least_us, most_us, draw
        self._failures = 0

    def next_us(self) -> int:
        bound = min(self._most_us, self._least_us << self._failures)
        self._failures = min(self._failures + 1, MOST_DOUBLINGS)
        return self._draw.randint(bound // 2, bound)

    def reset(self) -> None:
        self._failures = 0
