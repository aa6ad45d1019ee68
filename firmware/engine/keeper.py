"""Keeps an engine: whatever it decides is journalled first and carried out after. The same in every kind of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from firmware.engine.command_tail import CommandTail
from firmware.engine.engine import Engine
from firmware.protocol.commands import Numbered
from firmware.protocol.inputs import AnyInput, TimeReached
from firmware.protocol.journal import Record

TIMER_TURNS = 10_000
"""More timers than this falling due at one instant is a machine that feeds itself."""


class TimersRunAway(RuntimeError):
    """Deadlines kept falling due at the same instant."""


class Keeper:
    """`journal` must have the record in memory that survives this process before it returns.

    `recent` are the newest records of a recovered engine, oldest first.
    """

    def __init__(
        self,
        engine: Engine,
        journal: Callable[[Record], None],
        send: Callable[[Numbered], None],
        recent: Iterable[Record] = (),
    ) -> None:
        self.engine = engine
        self._tail = CommandTail(recent)
        self._journal = journal
        self._send = send
        self._at_us = 0

    def not_before(self, at_us: int) -> int:
        """Time never runs backwards for an engine: an event stamped earlier than the last input counts as now."""
        return max(at_us, self._at_us)

    def give(self, given: AnyInput, at_us: int) -> Record | None:
        """One input, one decision. None when it was a repeat."""
        self._at_us = at_us
        record = self.engine.take(given, at_us)
        if record is None:
            return None
        self._journal(record)
        for command in self._tail.take(record):
            self._send(command)
        return record

    def repeat(self) -> None:
        """Send the last commands again: those that were journalled but died on their way. The switch drops the others.

        To be called when a new connection to the *same* life of the switch stands, before anything else is sent.
        """
        for command in self._tail:
            self._send(command)

    def run_timers(self, at_us: int) -> None:
        """Gives `TimeReached` for every deadline that is due. Raises TimersRunAway instead of hanging."""
        for _ in range(TIMER_TURNS):
            deadline = self.engine.deadline_us
            if deadline is None or deadline > at_us:
                return
            self.give(TimeReached(), at_us)
        raise TimersRunAway(f"deadline {self.engine.deadline_us} stays due at {at_us}")
