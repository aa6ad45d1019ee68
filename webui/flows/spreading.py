"""How far to the right each thing of a layer stands: near what it is joined to, in order, with room between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

SWEEPS = 12
THIN, STRAIGHT = 12.0, 6.0
"""What is no wider is a piece of a line; pieces of one line pull so much harder: it shall be straight."""


class Wide(Protocol):
    """`x` is that of its middle."""

    width: float
    x: float


def spread(
    layers: Sequence[Sequence[Wide]],
    names: Sequence[Sequence[int]],
    pairs: Sequence[tuple[int, int]],
    gap: float,
) -> None:
    """Sets each one's `x`. `names` are what `pairs` call the things of the layers."""
    things = {
        name: one
        for row, called in zip(layers, names, strict=True)
        for one, name in zip(row, called, strict=True)
    }
    joined: dict[int, list[int]] = {}
    for upper, lower in pairs:
        joined.setdefault(upper, []).append(lower)
        joined.setdefault(lower, []).append(upper)
    for row in layers:
        _side_by_side(row, gap)
    for sweep in range(SWEEPS):
        order = range(len(layers)) if sweep % 2 == 0 else range(len(layers) - 1, -1, -1)
        for at in order:
            wanted = [
                _wanted(things[name], [things[one] for one in joined.get(name, ())]) for name in names[at]
            ]
            for one, x in zip(layers[at], nearest(wanted, _offsets(layers[at], gap)), strict=True):
                one.x = x


def nearest(wanted: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """Places nearest to those wanted (least squares) with each at least its offset's difference from the one before.

    Pool adjacent violators: neighbours that would be too near go together to the mean of what they want.
    """
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        total, count = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            before, size = pools.pop()
            total, count = total + before, count + size
        pools.append((total, count))
    free = [total / count for total, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(free, offsets, strict=True)]


def _offsets(row: Sequence[Wide], gap: float) -> list[float]:
    """Of middles that stand as near as may be."""
    found = []
    x = 0.0
    for one in row:
        found.append(x + one.width / 2)
        x += one.width + gap
    return found


def _side_by_side(row: Sequence[Wide], gap: float) -> None:
    offsets = _offsets(row, gap)
    middle = (offsets[0] + offsets[-1]) / 2 if offsets else 0.0
    for one, offset in zip(row, offsets, strict=True):
        one.x = offset - middle


def _wanted(one: Wide, others: Sequence[Wide]) -> float:
    """The mean of what it is joined to."""
    pulls = [STRAIGHT if max(one.width, other.width) <= THIN else 1.0 for other in others]
    if not pulls:
        return one.x
    return sum(other.x * pull for other, pull in zip(others, pulls, strict=True)) / sum(pulls)
