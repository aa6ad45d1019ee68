"""How long callers put up with waiting, as a day shows it: those who gave up tell it, those who were answered only
that it is longer (Kaplan and Meier, J. Amer. Statist. Assoc. 53 (1958), 457-481).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct

LONGEST_S = 4 * 3600.0
"""Who never gives up."""


class Wait(Struct, frozen=True):
    """`gave_up`: that was all his patience; else something else ended the wait."""

    seconds: float
    gave_up: bool


class Curve(Struct, frozen=True):
    """`shares[i]` of all callers are still there after `times[i]` seconds; between two times nobody gives up."""

    times: tuple[float, ...]
    shares: tuple[float, ...]
    waits: int
    gave_up: int
    rate: float
    """Who gives up per second waited, over the whole day: how it goes on behind the longest wait."""

    def still_there(self, seconds: float) -> float:
        """The share whose patience is longer than that."""
        index = bisect_right(self.times, seconds)
        return self.shares[index - 1] if index else 1.0

    def drawn(self, chance: float, longer_than: float = 0.0) -> float:
        """Patience in seconds for a `chance` in (0, 1], of somebody known to have waited `longer_than`."""
        wanted = chance * self.still_there(longer_than)
        for seconds, share in zip(self.times, self.shares, strict=True):
            if share <= wanted and seconds > longer_than:
                return seconds
        return self._beyond(wanted, longer_than)

    def _beyond(self, wanted: float, longer_than: float) -> float:
        if not self.rate or wanted <= 0.0:
            return LONGEST_S
        last = max(longer_than, self.times[-1])
        left = self.shares[-1] or wanted
        return min(LONGEST_S, last - math.log(min(1.0, wanted / left)) / self.rate)


def kaplan_meier(waits: Iterable[Wait]) -> Curve:
    """Of waits that end at the same instant those who gave up come first, as is usual."""
    known = sorted(waits, key=lambda one: (one.seconds, not one.gave_up))
    times, shares = _steps(known)
    gave_up, exposed_s = sum(one.gave_up for one in known), sum(one.seconds for one in known)
    rate = gave_up / exposed_s if exposed_s > 0 else 0.0
    return Curve(tuple(times), tuple(shares), len(known), gave_up, rate)


def _steps(known: Sequence[Wait]) -> tuple[list[float], list[float]]:
    share, there = 1.0, len(known)
    times: list[float] = []
    shares: list[float] = []
    for one in known:
        if one.gave_up:
            share *= 1.0 - 1.0 / there
            if times and times[-1] == one.seconds:
                shares[-1] = share
            else:
                times.append(one.seconds)
                shares.append(share)
        there -= 1
    return times, shares
