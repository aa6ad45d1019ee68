"""Whether something grows: the slope by least squares, and how sure one can be of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from msgspec import Struct

Points = Sequence[tuple[float, float]]
FEWEST_POINTS = 4
_Z = 1.959964
"""Of the normal distribution: 95 % lie within."""


class Slope(Struct, frozen=True):
    """y per x with its confidence interval of 95 %."""

    per: float
    least: float
    most: float
    points: int


def slope(lives: Iterable[Points]) -> Slope | None:
    """One slope common to all lives, each with a level of its own. None for too few points.

    What follows from one sample to the next (a cache that fills, a page given back later) makes fewer samples of
    many: the error is widened by the residuals' correlation with their neighbours.
    """
    centred = [_centred(points) for points in lives if len(points) >= FEWEST_POINTS]
    spread = sum(x * x for points in centred for x, _ in points)
    count = sum(map(len, centred))
    free = count - len(centred) - 1
    if not centred or spread == 0 or free < 1:
        return None
    per = sum(x * y for points in centred for x, y in points) / spread
    left = [[y - per * x for x, y in points] for points in centred]
    variance = sum(one * one for points in left for one in points) / free
    kept = _correlation(left)
    widened = (1 + kept) / (1 - kept)
    error = math.sqrt(variance / spread * widened) * _t95(max(1.0, free / widened))
    return Slope(per, per - error, per + error, count)


def _centred(points: Points) -> Points:
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return [(x - mean_x, y - mean_y) for x, y in points]


def _correlation(lives: Iterable[Sequence[float]]) -> float:
    """Of neighbours, 0 .. 0.9."""
    pairs = total = 0.0
    for left in lives:
        pairs += sum(one * other for one, other in itertools.pairwise(left))
        total += sum(one * one for one in left)
    return min(0.9, max(0.0, pairs / total)) if total else 0.0


def _t95(free: float) -> float:
    """Student's distribution by the first terms of its expansion about the normal one (within 4 % from 3 up)."""
    first = (_Z**3 + _Z) / (4 * free)
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * free**2)
    return _Z + first + second
