"""What calls are looked for, and the place in a list from which the next page goes on."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from firmware.protocol.names import Direction, Outcome
from firmware.store.calls.numbers import NumberMatch


class Order(StrEnum):
    """Newest is what came last, whatever the clock said then. Of two that waited alike the newer comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST_WAIT = "longest-wait"
    LONGEST_TALK = "longest-talk"


class Span(Struct, frozen=True):
    """Seconds, both included. A call that never waited (or talked) did so for none."""

    least: float | None = None
    most: float | None = None


class Wanted(Struct, frozen=True, kw_only=True):
    """Each condition that is given must hold; what is left out says nothing.

    A call that goes on is found by its own row; by numbers, names and who else was in it when it is over.
    """

    from_at: int | None = None
    """Unix microseconds."""
    to_at: int | None = None
    """Excluded."""
    direction: Direction | None = None
    outcomes: frozenset[Outcome] = frozenset()
    """One of these."""
    queue: str = ""
    """Was in this queue."""
    agent: str = ""
    """Was answered by this agent, or talked with him later."""
    extension: str = ""
    line: str = ""
    """Came in or went out over this line."""
    number: str = ""
    """Of anybody in the call, as people write it."""
    number_as: NumberMatch = NumberMatch.WHOLE
    numbers: tuple[str, ...] = ()
    """One of these whole numbers: a contact's."""
    name: str = ""
    """Part of the caller's name."""
    wait: Span = Span()
    talk: Span = Span()
    recorded: bool | None = None
    """Something of it can be heard."""
    voicemail: bool | None = None
    """A message was left."""
    calls: frozenset[int] | None = None
    """One of these, such as those with a note or a disposition."""
    order: Order = Order.NEWEST


class After(Struct, frozen=True, array_like=True):
    """The last call of a page: its number, and the seconds it was ordered by (0 where by its number alone)."""

    call: int
    seconds: float
