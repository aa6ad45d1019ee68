"""Which line an outgoing call takes: routes by number, time and price, and groups of lines."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.classes import Beginning, Money, Reach
from firmware.config.schema.part import Count, Digits, HoursId, LineName, Part

LineOrGroup = Annotated[str, Meta(extra={"form": "name"})]


class LineGroup(Part, frozen=True):
    """Lines that are used one for the other."""

    id: Annotated[str, Meta(extra={"defines": "line group", "form": "name"})]
    """What routes call it."""
    lines: tuple[LineName, ...] = ()
    """In order of use."""
    most_calls: Count = 0
    """So many outgoing calls at a time; the other lines stay free for callers. 0: no limit. Emergency calls pass."""


class Route(Part, frozen=True):
    """Over which lines numbers go out. Where routes are given at all, what none of them fits is not dialled."""

    id: Annotated[str, Meta(extra={"defines": "route", "form": "name"})]
    """What reports call it."""
    numbers: tuple[Beginning, ...] = ()
    """Beginnings of numbers, `+86 21` or as dialled; empty: every number."""
    kinds: tuple[Reach, ...] = ()
    """Kinds of numbers; empty: every kind."""
    hours: HoursId = ""
    """When it may be used; empty: always. While the box does not know the time it may not."""
    lines: tuple[LineOrGroup, ...] = ()
    """Lines and line groups in order of use."""
    cost: Money = 0.0
    """Price of a minute. Of the routes that fit, the cheapest is tried first; equal ones in the order written."""
    strip: Annotated[int, Meta(ge=0, le=15)] = 0
    """So many digits are taken off the beginning of the number as dialled."""
    prefix: Digits = ""
    """Digits put in front of what is left, such as a carrier's code."""
