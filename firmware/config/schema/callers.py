"""Calls that come in: what a caller's number means, and where a called number leads."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.classes import Beginning
from firmware.config.schema.part import LineName, Part


class CallerRule(Part, frozen=True):
    """What is done about certain callers. The first rule that fits is followed."""

    lines: tuple[LineName, ...] = ()
    """Lines it holds for; empty: all."""
    numbers: tuple[Beginning, ...] = ()
    """Beginnings of callers' numbers, `+86 21` or as sent; empty: every number."""
    anonymous: bool = False
    """It is for callers who hide their number or send none."""
    name: str = ""
    """Shown in place of the name sent."""
    target: str = ""
    """Where the call goes (`queue:sales`, `flow:vip`…); empty: where it would have gone."""
    refuse: bool = False
    """The caller hears that the call is not taken and is let go: an analog line can only refuse by answering."""


class Did(Part, frozen=True):
    """Where a called number, or each number of a block, leads. On an analog line that is the line's own."""

    number: Annotated[str, Meta(extra={"form": "did"})]
    """As people write it; a block is `62345600-62345699`."""
    target: str
    """Where it leads; each `#` is a digit of the called number, from its end: `extension:8##`."""
    name: str = ""
    """Shown in front of the caller's name: which business was called."""
