"""What the samples of a soak say: flat, growing, or not long enough to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from firmware.cli.soak.samples import Sample
from firmware.cli.soak.slope import Slope, slope

MOST_KIB_AN_HOUR = 1024.0
"""SAFETY.md P4: less than 1 MiB a box hour."""
MOST_BYTES_A_CALL = 512.0
"""A call leaves its rows on the disk and nothing in memory; a leak of two kilobytes a call must be found."""
MOST_BLOCKS_A_CALL = 24.0
"""A call that is kept with its legs is more; a voicemail message that nobody deletes is less."""
MOST_DESCRIPTORS_AN_HOUR = 0.1
"""Each recording under way has one, so their number goes up and down; a restart, a rotation, a recording leave none."""

Measure = Callable[[Sample], float]


class Limit(Struct, frozen=True):
    """A figure that must not grow with `by`, and by how much it may at most."""

    name: str
    unit: str
    of: Measure
    by: Measure
    most: float


class Finding(Struct, frozen=True):
    """One figure of one process. `why` is empty where it is held."""

    who: str
    figure: str
    unit: str
    first: float
    """At the end of the warm-up of the first life."""
    last: float
    slope: Slope | None
    most: float
    held: bool
    why: str = ""


def _hours(sample: Sample) -> float:
    return sample.hours


def _calls(sample: Sample) -> float:
    return sample.calls


def _rss_kib(sample: Sample) -> float:
    """Not of a real process: what it has touched of the rings in shared memory is no growth of its own."""
    return sample.rss_kib if sample.heap_kib >= 0 else -1


LIMITS = (
    Limit("rss", "KiB/h", _rss_kib, _hours, MOST_KIB_AN_HOUR),
    Limit("own memory", "KiB/h", lambda sample: sample.anon_kib, _hours, MOST_KIB_AN_HOUR),
    Limit("descriptors", "1/h", lambda sample: sample.descriptors, _hours, MOST_DESCRIPTORS_AN_HOUR),
    Limit("threads", "1/h", lambda sample: sample.threads, _hours, MOST_DESCRIPTORS_AN_HOUR),
    Limit("heap", "bytes/call", lambda sample: 1024 * sample.heap_kib, _calls, MOST_BYTES_A_CALL),
    Limit("small blocks", "blocks/call", lambda sample: sample.blocks, _calls, MOST_BLOCKS_A_CALL),
)


def judge(samples: Iterable[Sample], warm_up_hours: float) -> list[Finding]:
    """One finding for each process and figure; the first hours of each life are left out."""
    lives: dict[str, dict[int, list[Sample]]] = {}
    for sample in samples:
        if sample.hours >= warm_up_hours:
            lives.setdefault(sample.who, {}).setdefault(sample.life, []).append(sample)
    return [
        _finding(who, limit, list(of_who.values()))
        for who, of_who in lives.items()
        for limit in LIMITS
        if _is_seen(limit, of_who.values())
    ]


def _is_seen(limit: Limit, lives: Iterable[Sequence[Sample]]) -> bool:
    """Not what cannot be measured from outside, nor by calls where nobody counts them."""
    return all(limit.of(sample) >= 0 for life in lives for sample in life) and any(
        limit.by(sample) > 0 for life in lives for sample in life
    )


def _finding(who: str, limit: Limit, lives: Sequence[Sequence[Sample]]) -> Finding:
    points = [[(limit.by(sample), limit.of(sample)) for sample in life] for life in lives]
    found = slope(points)
    first, last = points[0][0][1], points[-1][-1][1]
    why = _why(limit, found)
    return Finding(who, limit.name, limit.unit, first, last, found, limit.most, not why, why)


def _why(limit: Limit, found: Slope | None) -> str:
    """Flat is only what is flat with its whole confidence interval."""
    if found is None:
        return "too few samples after the warm-up"
    if found.least > 0 and found.per > limit.most:
        return "grows"
    return "" if found.most <= limit.most else "not long enough to tell"
