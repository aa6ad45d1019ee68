"""The exchange's side of one subscriber line as a transition table; a circuit carries out what it orders.

The same machine stands behind copper and audio (`line_circuit`) and behind bare events (`hwsim.fast`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class State(Enum):
    IDLE = auto()
    RINGING = auto()
    ANSWERED = auto()
    """A call to the subscriber, through."""
    DIAL_TONE = auto()
    COLLECTING = auto()
    ROUTING = auto()
    ALERTING = auto()
    CONVERSING = auto()
    """A call by the subscriber, answered."""
    REFUSING = auto()
    CLEARING = auto()
    """The far end left; the sign for it is being given."""
    LOCKED_OUT = auto()
    """Off-hook for nothing: silent until on-hook."""


class Input(Enum):
    OFFERED = auto()
    SEIZED = auto()
    RELEASED = auto()
    DIGIT = auto()
    DIALLED = auto()
    FAR_RINGS = auto()
    FAR_BUSY = auto()
    FAR_VACANT = auto()
    FAR_CONGESTED = auto()
    FAR_ANSWERED = auto()
    FAR_LEFT = auto()
    TIMEOUT = auto()


class Order(Enum):
    RING = auto()
    STOP_RING = auto()
    THROUGH = auto()
    CUT = auto()
    """Far side no longer connected."""
    DIAL_TONE = auto()
    QUIET = auto()
    """No tone."""
    COLLECT = auto()
    ROUTE = auto()
    RINGBACK = auto()
    BUSY = auto()
    VACANT = auto()
    CONGESTION = auto()
    REVERSE = auto()
    """Answer supervision, where the line has it."""
    SIGN = auto()
    """Show that the far end left."""
    RESTORE = auto()
    """Normal battery and polarity, no tone, digits forgotten."""
    TELL_CONNECTED = auto()
    TELL_RELEASED = auto()


STEPS: Mapping[tuple[State, Input], tuple[State, tuple[Order, ...]]] = {
    (State.IDLE, Input.OFFERED): (State.RINGING, (Order.RING,)),
    (State.IDLE, Input.SEIZED): (State.DIAL_TONE, (Order.DIAL_TONE,)),
    (State.RINGING, Input.SEIZED): (
        State.ANSWERED,
        (Order.STOP_RING, Order.THROUGH, Order.TELL_CONNECTED),
    ),
    (State.RINGING, Input.FAR_LEFT): (State.IDLE, (Order.STOP_RING, Order.RESTORE)),
    (State.ANSWERED, Input.FAR_LEFT): (State.CLEARING, (Order.CUT, Order.SIGN)),
    (State.ANSWERED, Input.RELEASED): (State.IDLE, (Order.CUT, Order.RESTORE, Order.TELL_RELEASED)),
    (State.DIAL_TONE, Input.DIGIT): (State.COLLECTING, (Order.QUIET, Order.COLLECT)),
    (State.DIAL_TONE, Input.TIMEOUT): (State.REFUSING, (Order.CONGESTION,)),
    (State.DIAL_TONE, Input.RELEASED): (State.IDLE, (Order.RESTORE,)),
    (State.COLLECTING, Input.DIGIT): (State.COLLECTING, (Order.COLLECT,)),
    (State.COLLECTING, Input.DIALLED): (State.ROUTING, (Order.ROUTE,)),
    (State.COLLECTING, Input.RELEASED): (State.IDLE, (Order.RESTORE,)),
    (State.ROUTING, Input.FAR_RINGS): (State.ALERTING, (Order.RINGBACK,)),
    (State.ROUTING, Input.FAR_BUSY): (State.REFUSING, (Order.BUSY,)),
    (State.ROUTING, Input.FAR_VACANT): (State.REFUSING, (Order.VACANT,)),
    (State.ROUTING, Input.FAR_CONGESTED): (State.REFUSING, (Order.CONGESTION,)),
    (State.ROUTING, Input.RELEASED): (State.IDLE, (Order.RESTORE, Order.TELL_RELEASED)),
    (State.ALERTING, Input.FAR_ANSWERED): (State.CONVERSING, (Order.QUIET, Order.REVERSE, Order.THROUGH)),
    (State.ALERTING, Input.TIMEOUT): (State.REFUSING, (Order.TELL_RELEASED, Order.BUSY)),
    (State.ALERTING, Input.RELEASED): (State.IDLE, (Order.RESTORE, Order.TELL_RELEASED)),
    (State.CONVERSING, Input.FAR_LEFT): (State.CLEARING, (Order.CUT, Order.SIGN)),
    (State.CONVERSING, Input.RELEASED): (State.IDLE, (Order.CUT, Order.RESTORE, Order.TELL_RELEASED)),
    (State.REFUSING, Input.TIMEOUT): (State.LOCKED_OUT, (Order.QUIET,)),
    (State.REFUSING, Input.RELEASED): (State.IDLE, (Order.RESTORE,)),
    (State.CLEARING, Input.TIMEOUT): (State.LOCKED_OUT, (Order.QUIET,)),
    (State.CLEARING, Input.RELEASED): (State.IDLE, (Order.RESTORE,)),
    (State.LOCKED_OUT, Input.RELEASED): (State.IDLE, (Order.RESTORE,)),
}

LIMITS_US: Mapping[State, int] = {
    State.DIAL_TONE: 20_000_000,
    State.ALERTING: 90_000_000,
    State.REFUSING: 40_000_000,
    State.CLEARING: 120_000_000,
}
"""How long the exchange stays in a state before `TIMEOUT`; the usual order of size, not of one country."""


class Exchange:
    """One line's signalling. Sans-IO: orders come back, time is an argument."""

    def __init__(self) -> None:
        self.state = State.IDLE
        self.deadline_us: int | None = None
        self.unexpected = 0

    def handle(self, given: Input, now_us: int) -> tuple[Order, ...]:
        """One step; what the table does not have is counted and changes nothing."""
        step = STEPS.get((self.state, given))
        if step is None:
            self.unexpected += 1
            return ()
        before, (self.state, orders) = self.state, step
        if self.state is not before:
            limit_us = LIMITS_US.get(self.state)
            self.deadline_us = None if limit_us is None else now_us + limit_us
        return orders

    @property
    def free(self) -> bool:
        """Whether a call can be offered."""
        return self.state is State.IDLE
