"""RFC 9110 section 14: which part of a file is asked for."""

from __future__ import annotations

import re

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class NotThere(ValueError):
    """The part asked for lies behind the end (416)."""


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last; None: all of it, also for what is no single range. Raises NotThere."""
    found = _ONE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < begin:
            return None
    if begin >= end:
        raise NotThere(header)
    return begin, end
