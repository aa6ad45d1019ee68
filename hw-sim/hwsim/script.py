"""The words of a person's script: what is done by hand at a telephone, and when.

`lift@2`, `801@3`, `flash@voice+2`, `hang@far`: something done, an @, a moment. SIP telephones have two keys more:
`decline@ring+1`, `transfer-801@voice+2`.
"""

from __future__ import annotations

import re

from msgspec import Struct

ACTS = ("lift", "hang", "flash", "talk", "hush", "transfer", "decline")
MESSAGE_ACTS = ("transfer", "decline")
"""Keys of telephones whose calls come with messages."""
MOMENTS = ("ring", "tone", "voice", "bye", "far", "beep")
"""`ring`: the telephone begins to ring, or rings already; `tone`: dial tone of any kind; `voice`: another
person is heard for the first time or again; `bye`: that person says goodbye; `far`: busy tone or congestion says
that it is over; `beep`: a message may be spoken."""
_FORM = re.compile(
    rf"(?P<act>transfer-(?P<to>[0-9*#]+)|{'|'.join(ACTS)}|[0-9*#A-D]+)@(?:(?P<after>{'|'.join(MOMENTS)}|(?=\+)))?(?P<s>\+?\d+(?:\.\d+)?)?"
)


class Line(Struct, frozen=True):
    """One line of a script."""

    act: str
    """One of `ACTS`, or empty: `keys` are pressed."""
    keys: str
    """`transfer`: the number keyed after it; empty: both calls of the telephone are joined."""
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
    us = round(float(seconds or "0") * 1e6)
    if found["to"] is not None:
        return Line("transfer", found["to"], after, us)
    act = found["act"] if found["act"] in ACTS else ""
    return Line(act, "" if act else found["act"], after, us)
