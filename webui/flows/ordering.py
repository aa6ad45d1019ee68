"""The order within layers: each thing near what it is joined to, so that few lines cross."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

SWEEPS = 8
MOST_COUNTED = 3000
"""With more lines than this the order after the sweeps is taken as it is."""
Layers = list[list[int]]
Pair = tuple[int, int]


def in_order(layers: Layers, pairs: Sequence[Pair]) -> Layers:
    """`pairs` join things of neighbouring layers, upper first."""
    above, below = _joined(pairs)
    best, least = layers, crossings(layers, pairs)
    for sweep in range(SWEEPS if len(pairs) <= MOST_COUNTED else 1):
        if not least:
            break
        down = sweep % 2 == 0
        layers = _swept(layers, above if down else below, down=down)
        count = crossings(layers, pairs)
        if count < least:
            best, least = layers, count
    return best


def crossings(layers: Layers, pairs: Iterable[Pair]) -> int:
    """How many lines cross between neighbouring layers."""
    places = {one: place for layer in layers for place, one in enumerate(layer)}
    rank = {one: at for at, layer in enumerate(layers) for one in layer}
    between: dict[int, list[Pair]] = {}
    for upper, lower in pairs:
        between.setdefault(rank[upper], []).append((places[upper], places[lower]))
    return sum(_inversions([lower for _, lower in sorted(lines)]) for lines in between.values())


def _inversions(values: Sequence[int]) -> int:
    seen: list[int] = []
    count = 0
    for at, value in enumerate(values):
        count += at - bisect_left(seen, value + 1)
        insort(seen, value)
    return count


def _joined(pairs: Iterable[Pair]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for upper, lower in pairs:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _swept(layers: Layers, joined: dict[int, list[int]], *, down: bool) -> Layers:
    """Each layer sorted by the mean place of what its things are joined to in the layer before."""
    done = [list(layer) for layer in layers]
    order = range(1, len(done)) if down else range(len(done) - 2, -1, -1)
    for at in order:
        before = {one: place for place, one in enumerate(done[at - 1 if down else at + 1])}
        mine = {one: place for place, one in enumerate(done[at])}

        def mean(one: int, before: dict[int, int] = before, mine: dict[int, int] = mine) -> tuple[float, int]:
            there = [before[other] for other in joined.get(one, ()) if other in before]
            return (sum(there) / len(there) if there else float(mine[one])), mine[one]

        done[at] = sorted(done[at], key=mean)
    return done
