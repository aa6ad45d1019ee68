"""Called numbers and blocks of them, as an admin writes them."""

from __future__ import annotations

import re

from msgspec import Struct

LEAST_IN_BLOCK = 5
"""`010-6234` is one number with its area; a block's ends have the same length, and at least so many digits."""
MOST_IN_BLOCK = 100_000
_NOT_DIGITS = re.compile(r"[^0-9+]", re.ASCII)


class Block(Struct, frozen=True):
    """First and last number, the same for a single one; digits only, with `+` where it was written."""

    first: str
    last: str

    @property
    def size(self) -> int:
        return int(self.last.lstrip("+") or 0) - int(self.first.lstrip("+") or 0) + 1


def block_of(text: str) -> Block:
    """Never raises; a text that is no number gives an empty one."""
    first, dash, last = (_NOT_DIGITS.sub("", one) for one in text.rpartition("-"))
    whole = _NOT_DIGITS.sub("", text)
    same = len(first) == len(last) >= LEAST_IN_BLOCK
    return Block(first, last) if "-" in text and same and not dash.strip("-") else Block(whole, whole)


def target_of(pattern: str, number: str) -> str:
    """`extension:8##` and …45 is `extension:845`."""
    wanted = pattern.count("#")
    if not wanted:
        return pattern
    digits = iter(number[-wanted:].rjust(wanted, "0"))
    return "".join(next(digits) if one == "#" else one for one in pattern)
