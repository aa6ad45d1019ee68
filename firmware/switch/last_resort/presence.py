"""Whether somebody decides: an engine is connected and takes what it is told within SILENT_US."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from enum import Enum, auto

SILENT_US = 500_000
"""An event nobody has taken for so long: the engine hangs. A living one takes each within milliseconds."""


class Engine(Enum):
    ABSENT = auto()
    STARTING = auto()
    """Connected, but it has not taken yet what happened before."""
    DECIDING = auto()
    SILENT = auto()
    """Connected, and an event, or what must follow from one, waits for it too long."""


class Sign(Enum):
    CONNECTED = auto()
    LOST = auto()
    TOOK = auto()
    """It took an event, and none is left that is older than SILENT_US."""
    OVERDUE = auto()


STEPS: Mapping[tuple[Engine, Sign], tuple[Engine, None]] = {
    (Engine.ABSENT, Sign.CONNECTED): (Engine.STARTING, None),
    (Engine.STARTING, Sign.TOOK): (Engine.DECIDING, None),
    (Engine.STARTING, Sign.LOST): (Engine.ABSENT, None),
    (Engine.DECIDING, Sign.OVERDUE): (Engine.SILENT, None),
    (Engine.DECIDING, Sign.LOST): (Engine.ABSENT, None),
    (Engine.SILENT, Sign.TOOK): (Engine.DECIDING, None),
    (Engine.SILENT, Sign.LOST): (Engine.ABSENT, None),
}


class Presence:
    """Events are known by their number in this life of the switch. `deadline_us`: when the engine is overdue."""

    def __init__(self) -> None:
        self.state = Engine.ABSENT
        self.unexpected = 0
        self.known = 0
        """All events up to this one are the engine's."""
        self._untaken: deque[tuple[int, int]] = deque()

    @property
    def up(self) -> bool:
        """An engine is connected."""
        return self.state is not Engine.ABSENT

    @property
    def away(self) -> bool:
        return self.state is not Engine.DECIDING

    @property
    def deadline_us(self) -> int | None:
        if self.state is not Engine.DECIDING or not self._untaken:
            return None
        return self._untaken[0][1] + SILENT_US

    def handle(self, given: Sign) -> None:
        step = STEPS.get((self.state, given))
        if step is None:
            self.unexpected += 1
        else:
            self.state = step[0]

    def told(self, number: int, now_us: int) -> None:
        """One more event was given to the engine, or waits for one."""
        if number > self.known:
            self._untaken.append((number, now_us))

    def connected(self, up: bool) -> None:
        if up == (self.state is Engine.ABSENT):
            self.handle(Sign.CONNECTED if up else Sign.LOST)

    def took(self, number: int, now_us: int) -> None:
        """The engine has decided upon all events up to `number`."""
        if number <= self.known or self.state is Engine.ABSENT:
            return
        self.known = number
        while self._untaken and self._untaken[0][0] <= number:
            self._untaken.popleft()
        if self.away and (not self._untaken or now_us - self._untaken[0][1] < SILENT_US):
            self.handle(Sign.TOOK)

    def owes(self) -> None:
        """It took something and did not do what follows from it."""
        if not self.away:
            self.handle(Sign.OVERDUE)

    def look(self, now_us: int) -> None:
        """Time has come to `now_us`."""
        deadline_us = self.deadline_us
        if deadline_us is not None and now_us >= deadline_us:
            self.handle(Sign.OVERDUE)
