"""Keeps an engine: whatever it decides is journalled first and carried out after. The same in every kind of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from firmware.engine.engine import Engine
from firmware.engine.process.command_tail import CommandTail
from firmware.protocol.commands import Numbered
from firmware.protocol.inputs import AnyInput, TimeReached
from firmware.protocol.journal import Record, RecordTooLarge

TIMER_TURNS = 10_000
SAME_TIMER = 20
"""One timer that falls due so often at one instant, or so many altogether, feed themselves."""


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
        return self._keep(record) if record is not None else None

    def _keep(self, record: Record) -> Record:
        """What cannot be written down has not happened: it is taken back and passed over."""
        try:
            self._journal(record)
        except (OverflowError, UnicodeError, RecordTooLarge) as error:
            record = self.engine.take_back(record, error)
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
        """Gives `TimeReached` for every deadline that is due. A timer that runs away is passed over as poison."""
        fired: Counter[str] = Counter()
        while (deadline := self.engine.deadline_us) is not None and deadline <= at_us:
            name = self.engine.due_timer
            fired[name] += 1
            if fired[name] > SAME_TIMER or fired.total() > TIMER_TURNS:
                self._keep(self.engine.drop_timer(at_us, TimersRunAway(name)))
            else:
                self.give(TimeReached(), at_us)
