"""The words of a person's script: what is done by hand at a telephone, and when.

`lift@2`, `801@3`, `flash@voice+2`, `hang@far`: something done, an @, a moment.
"""

from __future__ import annotations

import re

from msgspec import Struct

ACTS = ("lift", "hang", "flash", "talk", "hush")
MOMENTS = ("ring", "tone", "voice", "bye", "far", "beep")
"""`ring`: the telephone begins to ring, or rings already; `tone`: dial tone of any kind; `voice`: another
person is heard for the first time or again; `bye`: that person says goodbye; `far`: busy tone or congestion says
that it is over; `beep`: a message may be spoken."""
_FORM = re.compile(
    rf"(?P<act>{'|'.join(ACTS)}|[0-9*#A-D]+)@(?:(?P<after>{'|'.join(MOMENTS)}|(?=\+)))?(?P<s>\+?\d+(?:\.\d+)?)?"
)


class Line(Struct, frozen=True):
    """One line of a script."""

    act: str
    """One of `ACTS`, or empty: `keys` are pressed."""
    keys: str
    after: str
    """One of `MOMENTS`; empty: the line before; `start`: the scenario's start."""
    us: int
    """After that."""


def line(text: str) -> Line:
    """`"801@ring+2.5"` and its like. Raises ValueError."""
    found = _FORM.fullmatch(text)
    seconds = "" if found is None else found["s"] or ""
    after = "" if found is None else found["after"] or ""
    if found is None or not (after or seconds) or (after and seconds and not seconds.startswith("+")):
        raise ValueError(f"{text!r} is not WHAT@WHEN")
    if not after:
        after = "" if seconds.startswith("+") else "start"
    act = found["act"] if found["act"] in ACTS else ""
    return Line(act, "" if act else found["act"], after, round(float(seconds or "0") * 1e6))
