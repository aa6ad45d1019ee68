"""What a caller does, step by step, as words of a command line.

`1`, `380#`: keys. `wait`: says and presses nothing till something new is heard. `hang-up`. Where a look-up is asked:
`found`, `found:name=Wang&level=3` (its answer), `nothing` (it finds nothing).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from msgspec import Struct

MOST_STEPS = 200
LONGEST = 2000
_KEYS = re.compile(r"[0-9*#]{1,40}")
WAIT, HANG_UP, FOUND, NOTHING = "wait", "hang-up", "found", "nothing"


class BadStep(ValueError):
    """Not one of the words."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word[:60]!r} is no step: keys, wait, hang-up, found:name=value&…, nothing")


class Step(Struct, frozen=True):
    """One of them."""

    do: str
    """`keys`, `wait`, `hang-up`, `found`, `nothing`."""
    keys: str = ""
    values: dict[str, str] = {}


def step_of(word: str) -> Step:
    """Raises BadStep."""
    if _KEYS.fullmatch(word):
        return Step("keys", keys=word)
    what, _, values = word.partition(":")
    if what == FOUND and len(word) <= LONGEST:
        return Step(FOUND, values=dict(parse_qsl(values, keep_blank_values=True, max_num_fields=50)))
    if word in (WAIT, HANG_UP, NOTHING):
        return Step(word)
    raise BadStep(word)
