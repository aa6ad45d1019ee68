"""Places in a queue, found again from who was in it when: in order of priority, then of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct


class Place(Struct, frozen=True):
    """From 1."""

    place: int = 1


def places_of(visits: Iterable[dict[str, Any]]) -> dict[int, tuple[Place, Place]]:
    """Of each visit by its id: the place it came to, and the one it left from (the newest, where it waits yet)."""
    known = list(visits)
    steps = [(row["from_us"], 1, row) for row in known]
    steps += [(row["to_us"], 0, row) for row in known if row["to_us"] is not None]
    inside: dict[str, dict[int, tuple[int, int, int]]] = {}
    found: dict[int, tuple[Place, Place]] = {}
    for _, comes, row in sorted(steps, key=_when):
        queue, visit = inside.setdefault(row["queue"], {}), row["id"]
        if comes:
            queue[visit] = (-row["priority"], row["from_us"], visit)
            place = _place(queue, visit)
            found[visit] = place, place
        elif visit in queue:
            found[visit] = found[visit][0], _place(queue, visit)
            del queue[visit]
    return found


def _when(step: tuple[int, int, dict[str, Any]]) -> tuple[int, int, int]:
    """Who leaves an instant after he came, came first; else whoever leaves makes room for whoever comes."""
    at_us, comes, row = step
    brief = row["from_us"] == row["to_us"]
    return at_us, int(brief) * (2 - comes) + int(comes and not brief), row["id"]


def _place(queue: dict[int, tuple[int, int, int]], visit: int) -> Place:
    own = queue[visit]
    return Place(1 + sum(other < own for other in queue.values()))
