"""How often wrong passwords may be tried: by name and by source, each a bucket that fills again with time."""

from __future__ import annotations

from collections import OrderedDict

MOST = 8
REFILL_US = 30_000_000
"""One try more after so long."""
REMEMBERED = 10_000


class Tries:
    """Wrong passwords alone are counted; a flood of names takes bounded memory."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """(how many used, as of when)"""

    def wait_us(self, now_us: int, *who: str) -> int:
        """How long these have to wait for their next try; 0: not at all."""
        return max(0, *(round((self._left_over(one, now_us) - MOST + 1) * REFILL_US) for one in who))

    def wrong(self, now_us: int, *who: str) -> None:
        for one in who:
            self._used[one] = (self._left_over(one, now_us) + 1, now_us)
            self._used.move_to_end(one)
        while len(self._used) > REMEMBERED:
            self._used.popitem(last=False)

    def right(self, *who: str) -> None:
        for one in who:
            self._used.pop(one, None)

    def _left_over(self, who: str, now_us: int) -> float:
        used, since_us = self._used.get(who, (0.0, now_us))
        return max(0.0, used - (now_us - since_us) / REFILL_US)
