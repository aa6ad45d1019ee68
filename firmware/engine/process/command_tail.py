"""The last commands, to be given again to a switch that may not have got them; one that did drops them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from firmware.protocol.commands import Numbered
from firmware.protocol.facts import SwitchLost
from firmware.protocol.inputs import FromSwitch
from firmware.protocol.journal import Record

KEPT = 1024
"""Far fewer than a switch remembers ids of (`wire_format.Inbox`)."""


class CommandTail:
    """Commands of the newest records, all for one life of the switch: what a former life was told died with it."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._kept: deque[Numbered] = deque(maxlen=KEPT)
        self._switch_epoch = 0
        self._seen = 0
        for record in records:
            self.take(record)

    def take(self, record: Record) -> list[Numbered]:
        """The commands of one more record, numbered; kept."""
        given = record.input
        if isinstance(given, FromSwitch):
            if self._switch_epoch not in (0, given.epoch) or isinstance(
                next(iter(record.facts), None), SwitchLost
            ):
                self._kept.clear()
            self._switch_epoch, self._seen = given.epoch, given.number
        commands = [
            Numbered(record.epoch, record.number, index, command, self._switch_epoch, self._seen)
            for index, command in enumerate(record.commands)
        ]
        self._kept.extend(commands)
        return commands

    def __iter__(self) -> Iterator[Numbered]:
        return iter(tuple(self._kept))
