"""How much one token may ask for: a bucket that fills again with time. A flood of names takes bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict

BURST = 120
A_SECOND = 30.0
REMEMBERED = 2_000


class Buckets:
    """Of any thread."""

    def __init__(self, burst: float = BURST, a_second: float = A_SECOND) -> None:
        self._burst, self._a_second = burst, a_second
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """(how much used, as of when)"""
        self._lock = threading.Lock()

    def wait_s(self, who: str, now_us: int) -> float:
        """0 and one is taken; or so long till there is one."""
        with self._lock:
            used, since_us = self._used.pop(who, (0.0, now_us))
            used = max(0.0, used - (now_us - since_us) / 1e6 * self._a_second)
            over = used + 1 - self._burst
            self._used[who] = (used if over > 0 else used + 1, now_us)
            while len(self._used) > REMEMBERED:
                self._used.popitem(last=False)
        return max(0.0, over / self._a_second)
