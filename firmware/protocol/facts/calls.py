"""Calls: how they begin, who calls, how they end."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact
from firmware.protocol.names import Direction, Outcome, Presentation, ReleasedBy

# -- calls ------------------------------------------------------------------------------------------


class CallBegan(Fact, frozen=True, tag=True):
    """A call came into being. Inbound: offered by a line (first ring). Otherwise: a telephone was lifted."""

    call: int
    direction: Direction
    port: int
    line: str
    """Name of the line (inbound) or the extension number (outbound, internal)."""
    called: str = ""
    """Inbound: the number that was called, where a message says it."""


class CallerKnown(Fact, frozen=True, tag=True):
    """`number` as received, `e164` normalised (or empty), `name` as received."""

    call: int
    number: str
    e164: str
    name: str
    presentation: Presentation
    form: str


class NumberDialled(Fact, frozen=True, tag=True):
    """What a telephone dialled in full, and its E.164 form where it goes outside."""

    call: int
    number: str
    e164: str
    direction: Direction
    emergency: bool = False


class RingCounted(Fact, frozen=True, tag=True):
    """`rings` ringing bursts were heard so far."""

    call: int
    rings: int


class CallAnswered(Fact, frozen=True, tag=True):
    """The box went off-hook for an inbound call (`by` is `flow`), or the far end answered ours (`person`, `line`)."""

    call: int
    by: str
    sign: str = ""


class CallLinked(Fact, frozen=True, tag=True):
    """An agent calls somebody back who gave up in call `about`, because `author` wanted it."""

    call: int
    about: int
    author: str = ""


class CallDisposed(Fact, frozen=True, tag=True):
    """What the agent says became of the call; it may be over. It replaces what the same agent said before."""

    call: int
    agent: str
    code: str
    note: str = ""
    author: str = ""


class CallEnded(Fact, frozen=True, tag=True):
    """`outcome` only for inbound calls (the offered ones)."""

    call: int
    outcome: Outcome | None
    cause: int
    by: ReleasedBy


class AttemptRefused(Fact, frozen=True, tag=True):
    """Somebody wanted something and did not get it: `no-line-free`, `not-allowed`, `no-such-number`, `no-flow`…"""

    call: int
    wanted: str
    reason: str
    cause: int


CallFact = (
    CallBegan
    | CallerKnown
    | NumberDialled
    | RingCounted
    | CallAnswered
    | CallLinked
    | CallDisposed
    | CallEnded
    | AttemptRefused
)
