"""Arithmetic of the bench: shares of a core, what one more leg costs, ranks. Nothing here measures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

LEGS_A_CALL = 2
"""The caller's and the telephone's."""
BUDGET_PER_LEG_PERCENT = 0.10
BUDGET_RATIO = 0.45
"""Of an Asterisk's leg."""
BUDGET_GAP_MS = 25.0
BUDGET_DELAY_MS = 300.0
MOST_EXCUSED = 0.1
"""Share of the gaps in which the machine may have stood still; with more of them nothing is within a budget."""
AUDIO = ("switch", "sip")
"""Processes whose share the budget is about, where a box has several."""


class Level(Struct, frozen=True):
    """So many calls at once, for a while."""

    calls: int
    seconds: float
    cpu_s: Mapping[str, float]
    """Processor time of each process in that while."""

    @property
    def legs(self) -> int:
        return LEGS_A_CALL * self.calls

    def share_percent(self, process: str) -> float:
        """Of one core."""
        return 100 * self.cpu_s.get(process, 0.0) / self.seconds


def per_leg_percent(few: Level, many: Level) -> dict[str, float]:
    """What each leg between the two levels costs, by process, in percent of one core; `both`: switch and SIP."""
    legs = many.legs - few.legs
    if legs <= 0:
        raise ValueError(f"{few.calls} calls and {many.calls} calls are no two levels")
    found = {name: (many.share_percent(name) - few.share_percent(name)) / legs for name in many.cpu_s}
    audio = [share for name, share in found.items() if name in AUDIO] or list(found.values())
    return {name: round(share, 4) for name, share in found.items()} | {"both": round(sum(audio), 4)}


def ratio(one: Mapping[str, Any], other: Mapping[str, Any]) -> float | None:
    """A leg of one against a leg of the other; None where either was not measured."""
    legs = [found.get("per_leg_percent", {}).get("both", 0.0) for found in (one, other)]
    return round(legs[0] / legs[1], 3) if min(legs) > 0 else None


def spent_s(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: after[name] - before.get(name, 0.0) for name in after}


def rank(values: Sequence[float], share: float) -> float:
    """The nearest rank: the least value that so many of them do not pass. 0 for none."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def ranks(values: Sequence[float]) -> dict[str, float]:
    return {
        "p50": rank(values, 0.5),
        "p99": rank(values, 0.99),
        "most": max(values, default=0.0),
        "count": len(values),
    }


def low_level(calls: int) -> int:
    """The other number of calls a marginal cost is taken from: a sixth (20 of 120), at least one less."""
    return max(1, min(calls - 1, calls // 6))


def verdict(result: Mapping[str, Any]) -> list[str]:
    """What is over its budget; empty: nothing."""
    over = []
    if result["failed"]:
        over.append("failed")
    if result.get("per_leg_percent", {}).get("both", 0.0) > BUDGET_PER_LEG_PERCENT:
        over.append("per_leg_percent")
    if result["rtp_gap_ms"]["p99"] > BUDGET_GAP_MS:
        over.append("rtp_gap_ms")
    if result["answered_ms"]["p99"] > BUDGET_DELAY_MS:
        over.append("answered_ms")
    over += [name for name in ("late_ticks", "tape_lost_blocks") if result["counters"].get(name)]
    if result["counters"].get("skipped_blocks", 0) > result.get("machine", {}).get("ticks_stood", 0):
        over.append("skipped_blocks")
    if result.get("rtp_gaps_excused", 0) > MOST_EXCUSED * result.get("rtp_received", 0):
        over.append("machine")
    if result["recordings"] != result["recordings_wanted"]:
        over.append("recordings")
    return over
