"""Who called lately: which agent served a number last, and whether it gave up waiting. Bounded, and soon forgotten."""

from __future__ import annotations

from msgspec import Struct

MOST_CALLERS = 10_000
DAY_US = 86_400_000_000


class CallerKept(Struct):
    how: str
    """`served` or `abandoned`: what happened last."""
    at_us: int
    agent: str = ""
    """Who served last; stays when the caller gives up waiting another time."""


def remember(kept: dict[str, CallerKept], number: str, how: str, agent: str, at_us: int) -> None:
    """The newest stands last; the oldest goes when there is no room."""
    if not number:
        return
    before = kept.pop(number, None)
    kept[number] = CallerKept(how, at_us, agent or (before.agent if before is not None else ""))
    while len(kept) > MOST_CALLERS:
        del kept[next(iter(kept))]


def recall(kept: dict[str, CallerKept], number: str, days: int, at_us: int) -> CallerKept | None:
    one = kept.get(number) if number and days else None
    return one if one is not None and one.at_us > at_us - days * DAY_US else None


def forget_until(kept: dict[str, CallerKept], at_us: int) -> None:
    """What happened then or before."""
    while kept and (first := next(iter(kept))) and kept[first].at_us <= at_us:
        del kept[first]
