"""Two configurations side by side: each figure's mean over the seeds, and the band all of them lie in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from firmware.cli.rehearsal.day.figures import BOX_ROWS, ROWS, SERVICE_LEVEL, Figures, Values
from firmware.cli.rehearsal.day.run import Rehearsed

Json = dict[str, Any]
CLOSE_POINTS = 2.0
"""The model of the unchanged configuration is believed when its service level is this near to the day's."""


class Band(Struct, frozen=True):
    """Of all seeds: least, mean, most."""

    low: float
    mean: float
    high: float

    def as_json(self) -> Json:
        return {"low": round(self.low, 2), "mean": round(self.mean, 2), "high": round(self.high, 2)}


def band(values: Iterable[float | None]) -> Band | None:
    """None where a seed has no such figure (nobody was answered, so there is no speed of answer)."""
    known = [one for one in values if one is not None]
    return Band(min(known), sum(known) / len(known), max(known)) if known else None


def compared(happened: Figures | None, unchanged: Sequence[Rehearsed], draft: Sequence[Rehearsed]) -> Json:
    """Seed by seed: number I of both has the same people with the same patience."""
    queues = sorted({queue for one in (*unchanged, *draft) for queue in one.figures.queues})
    document: Json = {
        "total": _part(happened, unchanged, draft, lambda one: one.total, BOX_ROWS),
        "outcomes": _part(happened, unchanged, draft, _outcomes, _names(unchanged, draft)),
        "queues": {queue: _part(happened, unchanged, draft, _queue(queue), ROWS) for queue in queues},
        "no_line_free": {
            "unchanged": _json(band(one.blocked for one in unchanged)),
            "draft": _json(band(one.blocked for one in draft)),
        },
    }
    if happened is not None:
        document["check"] = check(happened, unchanged)
    return document


def check(happened: Figures, unchanged: Sequence[Rehearsed]) -> Json:
    """How far the model of the unchanged configuration is from what really happened."""
    model = band(one.figures.total[SERVICE_LEVEL] for one in unchanged)
    real = happened.total[SERVICE_LEVEL]
    points = None if model is None or real is None else round(abs(model.mean - real), 2)
    return {
        "service_level_points": points,
        "most_points": CLOSE_POINTS,
        "close": points is None or points <= CLOSE_POINTS,
    }


def _part(
    happened: Figures | None,
    unchanged: Sequence[Rehearsed],
    draft: Sequence[Rehearsed],
    of: Callable[[Figures], Values],
    rows: Iterable[str],
) -> Json:
    real = of(happened) if happened is not None else {}
    found: Json = {}
    for row in rows:
        before, after = ([of(one.figures).get(row) for one in runs] for runs in (unchanged, draft))
        pairs = [(one, other) for one, other in zip(before, after, strict=True)]
        found[row] = {
            "happened": _rounded(real.get(row)),
            "unchanged": _json(band(before)),
            "draft": _json(band(after)),
            "difference": _json(
                band(other - one for one, other in pairs if one is not None and other is not None)
            ),
        }
    return found


def _outcomes(figures: Figures) -> Values:
    return dict(figures.outcomes)


def _queue(queue: str) -> Callable[[Figures], Values]:
    return lambda figures: figures.queues.get(queue, {})


def _names(*runs: Sequence[Rehearsed]) -> list[str]:
    """Outcomes that occurred at all."""
    counts = [one.figures.outcomes for several in runs for one in several]
    return [name for name in counts[0] if any(one[name] for one in counts)] if counts else []


def _json(found: Band | None) -> Json | None:
    return None if found is None else found.as_json()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
