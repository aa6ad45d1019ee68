"""Values of headers that are lists (RFC 3261 7.3.1), and whole numbers in headers. Any text is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable

from firmware.sip.addresses import split

MOST_ELEMENTS = 32
MOST_CHARACTERS = 4096
"""Of all values together; what follows is not read."""


def elements(values: Iterable[str]) -> tuple[str, ...]:
    """Without blanks around them; a value whose quotes or angles do not match is left out."""
    found: list[str] = []
    room = MOST_CHARACTERS
    for value in values:
        room -= len(value)
        if room < 0 or len(found) >= MOST_ELEMENTS:
            break
        found += [part.strip() for part in split(value, ",") or () if part.strip()]
    return tuple(found[:MOST_ELEMENTS])


def whole_number(value: str, most: int) -> int | None:
    """That a header's value begins with, `most` where it is greater; None where there is none."""
    found = re.match(r"\s*(\d{1,20})\s*(?:$|[;(,])", value, re.ASCII)
    return min(int(found[1]), most) if found else None
