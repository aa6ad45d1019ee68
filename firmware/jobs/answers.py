"""What becomes of a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

MOST_VALUES = 20
LONGEST = 200


class Answer(Struct, frozen=True):
    """`result` as in `firmware.protocol.facts.jobs.JobEnded`; `reason` is a word of ours, never what somebody sent."""

    result: str
    reason: str = ""
    values: dict[str, str] = {}


class Failed(Exception):
    """The job cannot be done; `reason` says why in a word of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(Failed):
    """It cannot be done now: once more in `after_s` seconds. Nothing irrevocable was done."""

    def __init__(self, reason: str, after_s: float, *, counts: bool = True) -> None:
        """`counts`: as a try that failed, after which pauses grow."""
        super().__init__(reason)
        self.after_s, self.counts = after_s, counts


def taken(answer: Any, take: Mapping[str, str]) -> dict[str, str]:
    """Variable to value, for each place that is there: `customer.tags.0`."""
    found = {name: _at(answer, place) for name, place in list(take.items())[:MOST_VALUES]}
    return {name: text for name, value in found.items() if (text := _text(value)) is not None}


def _at(value: Any, place: str) -> Any:
    for step in place.split(".") if place else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _text(value: Any) -> str | None:
    """Short, and without anything that is no character; None for what is no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return "".join(one for one in str(value)[: 4 * LONGEST] if one.isprintable())[:LONGEST]
    return None
