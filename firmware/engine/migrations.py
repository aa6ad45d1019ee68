"""Snapshots of former versions in the shape of this one: step N makes schema N + 1 of schema N, as plain data.

Steps are only ever added. A field that is new and has a default needs none; one that is renamed, gone, of another type
or of another meaning does. `docs/decisions/state-schema.md` says how a release is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Plain = dict[str, Any]


class NoSuchStep(LookupError):
    """Nothing leads from that schema to the next."""


def _answers_kept(old: Plain) -> Plain:
    """An order given again is answered as before; of those taken earlier only their ids are known."""
    unknown = {"epoch": 0, "number": 0, "refused": ""}
    return old | {"orders": {order: dict(unknown) for order in old["orders"]}}


STEPS: Mapping[int, Callable[[Plain], Plain]] = {1: _answers_kept}


def migrate(old: Plain, to: int, steps: Mapping[int, Callable[[Plain], Plain]] = STEPS) -> Plain:
    """A snapshot as plain data, step by step; `old` stays as it is. Raises NoSuchStep, and what a step raises."""
    state = dict(old)
    for schema in range(int(old["schema"]), to):
        if schema not in steps:
            raise NoSuchStep(f"nothing makes schema {schema + 1} of schema {schema}")
        state = steps[schema](state) | {"schema": schema + 1}
    return state
