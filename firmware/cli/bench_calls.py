"""`tipring bench calls`: how long each kind of search takes in a history of a million calls."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from drivers.clock import MonotonicClock
from firmware.cli import made_history as made
from firmware.protocol.names import Direction, Outcome
from firmware.store.calls.numbers import NumberMatch
from firmware.store.calls.search import search
from firmware.store.calls.wanted import Order, Span, Wanted
from firmware.store.history import HISTORY_FILE, read_history

BUDGET_MS = 300.0
DAY_US = 86_400_000_000
Draw = Callable[[random.Random, made.Size], Wanted]


def _span(rng: random.Random, size: made.Size, days: int) -> tuple[int, int]:
    first = made.FIRST_US + rng.randrange(max(1, size.days - days)) * DAY_US
    return first, first + days * DAY_US


def _day(rng: random.Random, size: made.Size) -> Wanted:
    from_at, to_at = _span(rng, size, 1)
    return Wanted(from_at=from_at, to_at=to_at, direction=rng.choice(list(Direction)))


def _quarter(rng: random.Random, size: made.Size) -> Wanted:
    from_at, to_at = _span(rng, size, 90)
    return Wanted(from_at=from_at, to_at=to_at, outcomes=frozenset({rng.choice(list(Outcome))}))


def _four(rng: random.Random, size: made.Size) -> Wanted:
    """The filters used most: when, which queue, which agent, how it ended."""
    from_at, to_at = _span(rng, size, rng.choice((7, 90, 365)))
    return Wanted(
        from_at=from_at,
        to_at=to_at,
        queue=rng.choice(made.QUEUES),
        agent=made.agent(rng.randrange(made.AGENTS)),
        outcomes=frozenset({rng.choice(list(Outcome))}),
    )


def _never(rng: random.Random, _size: made.Size) -> Wanted:
    """What no call has, at any time: the whole index is read."""
    return Wanted(agent="nobody", queue=rng.choice(made.QUEUES), direction=Direction.INBOUND)


def _number(how: NumberMatch, first: int, last: int) -> Draw:
    """So many digits of a number that called, from the one place to the other."""

    def draw(rng: random.Random, size: made.Size) -> Wanted:
        return Wanted(number=made.number(rng.randrange(size.people))[first:last], number_as=how)

    return draw


def _contact(rng: random.Random, size: made.Size) -> Wanted:
    return Wanted(numbers=tuple(made.number(rng.randrange(size.people)) for _ in range(5)))


def _number_and_agent(rng: random.Random, _size: made.Size) -> Wanted:
    return Wanted(
        number="138",
        number_as=NumberMatch.PREFIX,
        agent=made.agent(rng.randrange(made.AGENTS)),
        outcomes=frozenset({Outcome.VOICEMAIL}),
    )


KINDS: Mapping[str, Draw] = {
    "newest": lambda _rng, _size: Wanted(),
    "oldest": lambda _rng, _size: Wanted(order=Order.OLDEST),
    "day": _day,
    "quarter": _quarter,
    "agent": lambda rng, _size: Wanted(agent=made.agent(rng.randrange(made.AGENTS))),
    "four": _four,
    "never": _never,
    "extension": lambda rng, _size: Wanted(extension=made.agent(rng.randrange(made.AGENTS))),
    "line": lambda rng, _size: Wanted(line=made.LINES[rng.randrange(len(made.LINES))]),
    "number": _number(NumberMatch.WHOLE, 0, 11),
    "number-begins": _number(NumberMatch.PREFIX, 0, 7),
    "number-begins-3": _number(NumberMatch.PREFIX, 0, 3),
    "number-ends": _number(NumberMatch.SUFFIX, 7, 11),
    "number-part": _number(NumberMatch.PART, 4, 9),
    "number-part-3": _number(NumberMatch.PART, 5, 8),
    "number-and-agent": _number_and_agent,
    "contact": _contact,
    "name": lambda rng, size: Wanted(name=made.name(rng.randrange(size.people))),
    "name-part": lambda rng, size: Wanted(name=made.name(rng.randrange(size.people))[:1]),
    "waited": lambda rng, _size: Wanted(wait=Span(least=rng.uniform(60, 400))),
    "longest-wait": lambda rng, _size: Wanted(queue=rng.choice(made.QUEUES), order=Order.LONGEST_WAIT),
    "longest-talk": lambda _rng, _size: Wanted(order=Order.LONGEST_TALK),
    "not-recorded": lambda _rng, _size: Wanted(recorded=False, outcomes=frozenset({Outcome.ANSWERED})),
    "voicemail": lambda rng, _size: Wanted(voicemail=True, queue=rng.choice(made.QUEUES)),
}


def run(calls: int = 1_000_000, times: int = 40, folder: Path | None = None) -> dict[str, Any]:
    """`folder` keeps the made history, or brings one made before; None: it is made and thrown away."""
    clock = MonotonicClock()
    with tempfile.TemporaryDirectory(prefix="tipring-bench-") as scratch:
        path = (folder or Path(scratch)) / HISTORY_FILE
        began_us = clock.now_us()
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            made.make(path, calls)
        made_s = (clock.now_us() - began_us) / 1e6
        with closing(read_history(path)) as db:
            size = made.size_of(db)
            kinds = {kind: _measure(db, draw, size, times, clock) for kind, draw in KINDS.items()}
    worst_ms = max(one["p99_ms"] for one in kinds.values())
    return {
        "calls": size.calls,
        "made_s": round(made_s, 1),
        "searches": times,
        "kinds": kinds,
        "worst_p99_ms": worst_ms,
        "budget_ms": BUDGET_MS,
        "held": worst_ms <= BUDGET_MS,
    }


def _measure(
    db: Database, draw: Draw, size: made.Size, times: int, clock: MonotonicClock
) -> dict[str, float]:
    """First pages, and every fourth time the page behind."""
    rng = random.Random(1)  # noqa: S311
    took, found = [], 0
    for time in range(times):
        wanted = draw(rng, size)
        began_us = clock.now_us()
        page = search(db, wanted)
        took.append((clock.now_us() - began_us) / 1e3)
        found += page.count or 0
        if page.after and time % 4 == 0:
            began_us = clock.now_us()
            search(db, wanted, page.after)
            took.append((clock.now_us() - began_us) / 1e3)
    took.sort()
    return {
        "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[min(len(took) - 1, len(took) * 99 // 100)], 1),
        "found": round(found / times, 1),
    }


def text(figures: dict[str, Any]) -> str:
    """For people."""
    rows = [
        f"{kind:<18} {one['p50_ms']:>8.1f} {one['p99_ms']:>8.1f} {one['found']:>10.1f}"
        for kind, one in figures["kinds"].items()
    ]
    return "\n".join(
        (
            f"{'search':<18} {'p50 ms':>8} {'p99 ms':>8} {'found':>10}",
            *rows,
            f"{figures['calls']} calls; the slowest p99 is {figures['worst_p99_ms']} ms"
            f" (wanted {figures['budget_ms']:.0f})",
        )
    )
