"""What somebody wants to rehearse: a day that was, or the expected one; with how many seeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

SEEDS = (3, 5, 10)
"""Fewer say nothing of chance."""
LARGEST_SEED = 1_000_000
MOST_CALLS = 20_000
EXPECTED = "expected"


class NotWanted(ValueError):
    """The form asks for something that is not to be had; the text is a key of the words."""


class Wanted(Struct, frozen=True):
    day: str
    """ISO date; empty: the expected day of the interview."""
    calls: int
    """Of the expected day; 0: as the interview was answered."""
    seeds: int
    seed: int


def wanted(form: Mapping[str, str]) -> Wanted:
    """Raises NotWanted."""
    given = form.get("day", "")
    seeds, seed = _whole(form.get("seeds", ""), 0), _whole(form.get("seed", "1"), 0)
    if seeds not in SEEDS or not 1 <= seed <= LARGEST_SEED:
        raise NotWanted("rehearsals.bad-seeds")
    if given == EXPECTED:
        calls = _whole(form.get("calls", "") or "0", -1)
        if not 0 <= calls <= MOST_CALLS:
            raise NotWanted("rehearsals.bad-calls")
        return Wanted("", calls, seeds, seed)
    try:
        return Wanted(date.fromisoformat(given[:10]).isoformat(), 0, seeds, seed)
    except ValueError:
        raise NotWanted("rehearsals.bad-day") from None


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else otherwise
