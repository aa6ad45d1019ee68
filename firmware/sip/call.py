"""One call of a port as a table of its life. What is not a row cannot happen and is counted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from drivers.signalling import CallOffered


class State(Enum):
    OFFERED = auto()
    """From outside; only 100 was said."""
    ALERTED = auto()
    """From outside; 180 or 183 was said."""
    ANSWERED = auto()
    """From outside; 200 was said, its ACK is awaited."""
    PLACED = auto()
    RUNG = auto()
    UP = auto()
    HELD = auto()
    """By the far end, or because another call of the port is in use."""
    GONE = auto()


class Input(Enum):
    ALERT = auto()
    ANSWER = auto()
    CLEAR = auto()
    """The box ends it."""
    RING = auto()
    """180."""
    PROGRESS = auto()
    """A provisional answer with media."""
    CONFIRM = auto()
    """200 and ACK."""
    HOLD = auto()
    RETRIEVE = auto()
    END = auto()
    """The far end ended it, or nobody can be reached."""


class Deed(Enum):
    NOTHING = auto()
    ALERT = auto()
    ANSWER = auto()
    HANG_UP = auto()
    TELL_ALERTING = auto()
    TELL_PROGRESS = auto()
    TELL_CONNECTED = auto()
    TELL_HELD = auto()
    TELL_RETRIEVED = auto()
    TELL_CLEARED = auto()


STEPS: Mapping[tuple[State, Input], tuple[State, Deed]] = {
    (State.OFFERED, Input.ALERT): (State.ALERTED, Deed.ALERT),
    (State.OFFERED, Input.ANSWER): (State.ANSWERED, Deed.ANSWER),
    (State.OFFERED, Input.CLEAR): (State.GONE, Deed.HANG_UP),
    (State.OFFERED, Input.END): (State.GONE, Deed.TELL_CLEARED),
    (State.ALERTED, Input.ALERT): (State.ALERTED, Deed.ALERT),
    (State.ALERTED, Input.ANSWER): (State.ANSWERED, Deed.ANSWER),
    (State.ALERTED, Input.CLEAR): (State.GONE, Deed.HANG_UP),
    (State.ALERTED, Input.END): (State.GONE, Deed.TELL_CLEARED),
    (State.ANSWERED, Input.CONFIRM): (State.UP, Deed.NOTHING),
    (State.ANSWERED, Input.CLEAR): (State.GONE, Deed.HANG_UP),
    (State.ANSWERED, Input.END): (State.GONE, Deed.TELL_CLEARED),
    (State.PLACED, Input.RING): (State.RUNG, Deed.TELL_ALERTING),
    (State.PLACED, Input.PROGRESS): (State.PLACED, Deed.TELL_PROGRESS),
    (State.PLACED, Input.CONFIRM): (State.UP, Deed.TELL_CONNECTED),
    (State.PLACED, Input.CLEAR): (State.GONE, Deed.HANG_UP),
    (State.PLACED, Input.END): (State.GONE, Deed.TELL_CLEARED),
    (State.RUNG, Input.RING): (State.RUNG, Deed.NOTHING),
    (State.RUNG, Input.PROGRESS): (State.RUNG, Deed.TELL_ALERTING),
    (State.RUNG, Input.CONFIRM): (State.UP, Deed.TELL_CONNECTED),
    (State.RUNG, Input.CLEAR): (State.GONE, Deed.HANG_UP),
    (State.RUNG, Input.END): (State.GONE, Deed.TELL_CLEARED),
    (State.UP, Input.HOLD): (State.HELD, Deed.TELL_HELD),
    (State.UP, Input.CLEAR): (State.GONE, Deed.HANG_UP),
    (State.UP, Input.END): (State.GONE, Deed.TELL_CLEARED),
    (State.HELD, Input.HOLD): (State.HELD, Deed.NOTHING),
    (State.HELD, Input.RETRIEVE): (State.UP, Deed.TELL_RETRIEVED),
    (State.HELD, Input.CLEAR): (State.GONE, Deed.HANG_UP),
    (State.HELD, Input.END): (State.GONE, Deed.TELL_CLEARED),
}
CONNECTED = frozenset({State.ANSWERED, State.UP, State.HELD})


class Call:
    """Its number, the endpoint's dialogs it has (several while it rings), and where it stands."""

    def __init__(self, number: int, state: State, called: str = "") -> None:
        self.number = number
        self.state = state
        self.called = called
        self.dialogs: set[int] = set()
        """All INVITEs that are not over."""
        self.dialog = 0
        """The one that counts: offered, answered, or of a channel's present host; 0: none yet."""
        self.with_media: set[int] = set()
        self.in_band = False
        """What the far end sends before it answers is to be heard."""
        self.left_aside = False
        """Held only because another call of the port is in use; its telephone has not said so."""
        self.causes: list[int] = []
        """Of dialogs that failed."""
        self.diverted = ""
        """Where a 302 wanted it."""
        self.cause = 16
        """Why it is over."""
        self.offer: CallOffered | None = None
        """What the switch was told of a call from outside."""

    @property
    def is_placed(self) -> bool:
        """By the box."""
        return self.number < 0

    def step(self, given: Input) -> Deed | None:
        """None: no such row."""
        row = STEPS.get((self.state, given))
        if row is None:
            return None
        self.state, deed = row
        return deed
