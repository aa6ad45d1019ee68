"""One endpoint's patience: what is tried again when, set aside, given up. Pure: time and chance come in.

One event is under way at a time, so that they arrive in order; the next one follows when it was taken or set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from msgspec import Struct

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 3600.0
SPREAD = 0.2
"""A pause is up to so much shorter or longer, so that a receiver that comes back is not met by all at once."""
ABOUT_THE_EVENT = frozenset({400, 405, 406, 409, 411, 412, 413, 414, 415, 417, 422, 431})
"""Answers that mean this event, not the endpoint."""
MOST_REFUSALS = 10
"""After so many of them, in about an hour and a half, the event is set aside."""
ANSWERED_US = 24 * 3_600_000_000
"""An event that is answered for so long, and not with yes, is set aside: it may be what breaks the receiver."""
GIVE_UP_US = 3 * 86_400_000_000
"""An endpoint that took nothing for so long loses events that are older than that; it is tried on."""


class State(Enum):
    IDLE = auto()
    """No event in hand."""
    READY = auto()
    """It is told next."""
    UNDER_WAY = auto()
    PAUSED = auto()
    """It failed and is told again at the deadline."""


class Input(Enum):
    OFFERED = auto()
    BEGUN = auto()
    TAKEN = auto()
    FAILED = auto()
    SET_ASIDE = auto()
    TIMEOUT = auto()
    URGED = auto()
    DROPPED = auto()


STEPS: Mapping[tuple[State, Input], tuple[State, None]] = {
    (State.IDLE, Input.OFFERED): (State.READY, None),
    (State.READY, Input.BEGUN): (State.UNDER_WAY, None),
    (State.READY, Input.DROPPED): (State.IDLE, None),
    (State.UNDER_WAY, Input.TAKEN): (State.IDLE, None),
    (State.UNDER_WAY, Input.FAILED): (State.PAUSED, None),
    (State.UNDER_WAY, Input.SET_ASIDE): (State.IDLE, None),
    (State.PAUSED, Input.TIMEOUT): (State.READY, None),
    (State.PAUSED, Input.URGED): (State.READY, None),
    (State.PAUSED, Input.DROPPED): (State.IDLE, None),
}


class Outcome(Struct, frozen=True):
    """What came of one try. `reason` is a word of ours, empty where it was taken; `status` 0: there was no answer."""

    reason: str = ""
    status: int = 0
    retry_after_s: float = 0.0

    @property
    def taken(self) -> bool:
        return not self.reason


class Patience:
    """`chance` gives numbers from 0 to 1. Times are box time in microseconds."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self.state = State.IDLE
        self.deadline: int | None = None
        self.tries = 0
        """Failures in a row of the event under way."""
        self.failing_us: int | None = None
        """Since when nothing was taken."""
        self.answered_us: int | None = None
        """Since when this event is answered, and not with yes."""
        self.unexpected = 0

    def handle(self, given: Input) -> bool:
        """False: this cannot come now, and nothing changes."""
        step = STEPS.get((self.state, given))
        if step is None:
            self.unexpected += 1
            return False
        self.state, _ = step
        if self.state is not State.PAUSED:
            self.deadline = None
        if self.state is State.IDLE:
            self.tries, self.answered_us = 0, None
        return True

    def ended(self, outcome: Outcome, now_us: int) -> Input:
        """What a try that was under way came to: TAKEN, FAILED (again at `deadline`) or SET_ASIDE."""
        self.failing_us = (
            None if outcome.taken else self.failing_us if self.failing_us is not None else now_us
        )
        if outcome.taken:
            given = Input.TAKEN
        else:
            self.tries += 1
            self.answered_us = _since(self.answered_us, now_us) if outcome.status else None
            given = Input.SET_ASIDE if self._is_hopeless(outcome, now_us) else Input.FAILED
        if self.handle(given) and given is Input.FAILED:
            self.deadline = now_us + round(self._pause_s(outcome) * 1e6)
        return given

    def waited(self, now_us: int) -> None:
        """Whatever is due by now becomes ready."""
        if self.deadline is not None and now_us >= self.deadline:
            self.handle(Input.TIMEOUT)

    def resume(self, tries: int, failing_us: int | None, deadline: int | None) -> None:
        """As a process before this one left it, with an event that was offered."""
        self.tries, self.failing_us = tries, failing_us
        if deadline is not None and self.state is State.READY:
            self.state, self.deadline = State.PAUSED, deadline

    def is_lost(self, at_us: int, now_us: int) -> bool:
        """An event of that time is not worth a try any more."""
        failing = self.failing_us is not None and now_us - self.failing_us >= GIVE_UP_US
        return failing and now_us - at_us >= GIVE_UP_US

    def _is_hopeless(self, outcome: Outcome, now_us: int) -> bool:
        if outcome.status in ABOUT_THE_EVENT and self.tries >= MOST_REFUSALS:
            return True
        return self.answered_us is not None and now_us - self.answered_us >= ANSWERED_US

    def _pause_s(self, outcome: Outcome) -> float:
        plain = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * float(1 << min(self.tries - 1, 20)))
        spread = plain * (1 + SPREAD * (2 * self._chance() - 1))
        return max(spread, min(outcome.retry_after_s, LONGEST_PAUSE_S))


def _since(former_us: int | None, now_us: int) -> int:
    return now_us if former_us is None else former_us
