"""The history's page on which facts are written: the database with the instant and the box of the present
record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from firmware.protocol.box_secret import box_secret
from firmware.protocol.events import TapeBegan, TapeEnded
from firmware.protocol.facts import Fact
from firmware.protocol.inputs import FromSwitch
from firmware.protocol.journal import Record

AUDIT_SECRET, ERASURE_SECRET = "audit", "erasures"
"""Keys of this box, made when absent. A backup must hold them beside history.db."""
Value = str | int | float | bytes | None


class Book:
    """Statements are constants with parameters; they join the transaction that is open."""

    def __init__(self, db: Database, box: str, secrets: Path) -> None:
        self._connection = db.conn
        self.box = box
        self._secrets = secrets
        self.at_us = 0
        self.number = (0, 0)
        """(epoch, number) of the present record."""
        self.event_epoch = 0
        """Life of the switch whose event this record is about; 0: it is about none."""
        found = self.row("SELECT at_us, switch_epoch, switch_seen_us FROM progress")
        self.before_us: int
        """When the record before this one was made."""
        self.switch_epoch: int
        self.switch_seen_us: int
        """The switch's present life, and its latest event."""
        self.before_us, self.switch_epoch, self.switch_seen_us = found or (0, 0, 0)
        self.stamped_us = 0
        """When the switch saw what this record is about; `at_us` where it says nothing."""
        found = self.row("SELECT offset_us, quality FROM clocks ORDER BY rowid DESC LIMIT 1")
        self.offset_us: int
        self.quality: str
        self.offset_us, self.quality = (found[0], found[1]) if found else (0, "none")

    def turn_to(self, record: Record) -> None:
        self.number = (record.epoch, record.number)
        self.before_us = self.at_us or self.before_us
        self.at_us = self.stamped_us = record.at_us
        given = record.input
        self.event_epoch = given.epoch if isinstance(given, FromSwitch) else 0
        if not isinstance(given, FromSwitch):
            return
        if self.switch_epoch in (0, given.epoch):
            self.switch_epoch = given.epoch
            self.switch_seen_us = max(self.switch_seen_us, given.event.at_us)
        if isinstance(given.event, TapeBegan | TapeEnded):
            self.stamped_us = given.event.at_us

    @cached_property
    def audit_key(self) -> bytes:
        """Raises ValueError, OSError."""
        return box_secret(self._secrets, AUDIT_SECRET)

    @cached_property
    def erasure_key(self) -> bytes:
        """Raises ValueError, OSError."""
        return box_secret(self._secrets, ERASURE_SECRET)

    @property
    def wall_us(self) -> int:
        """The present instant as Unix time, as well as it is known."""
        return self.at_us + self.offset_us

    def do(self, statement: str, *parameters: Value) -> int:
        """Returns how many rows were changed."""
        changed: int = self._connection.execute(statement, parameters).rowcount
        return changed

    def row(self, statement: str, *parameters: Value) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._connection.execute(statement, parameters).fetchone()
        return found

    def rows(self, statement: str, *parameters: Value) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, parameters).fetchall()

    def odd(self, fact: str, problem: str) -> None:
        """A fact that does not fit what came before: kept to be looked at, never an error."""
        self.do("INSERT INTO oddities (fact, problem, at_us) VALUES (?, ?, ?)", fact, problem, self.at_us)


Handlers = Mapping[type[Fact], Callable[[Book, Any], None]]
"""How each kind of fact is written down."""
