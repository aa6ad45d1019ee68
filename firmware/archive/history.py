"""History: applies journal records to history.db, each exactly once, many in one transaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from firmware.archive import (
    audit,
    box,
    calls,
    dialling,
    erasures,
    floor,
    holds,
    jobs,
    mailboxes,
    notes,
    ordered,
    queues,
    reaching,
    surveys,
    tapes,
)
from firmware.archive.book import Book, Handlers
from firmware.protocol import facts
from firmware.protocol.journal import Record

HANDLERS: Handlers = {
    **calls.HANDLERS,
    **queues.HANDLERS,
    **tapes.HANDLERS,
    **mailboxes.HANDLERS,
    **box.HANDLERS,
    **holds.HANDLERS,
    **erasures.HANDLERS,
    **jobs.HANDLERS,
    **surveys.HANDLERS,
    **notes.HANDLERS,
    **dialling.HANDLERS,
    **floor.HANDLERS,
    **reaching.HANDLERS,
    **ordered.HANDLERS,
    **audit.HANDLERS,
}
PASSED_OVER: tuple[type[facts.Fact], ...] = (
    facts.CatchingUp,
    facts.TimerSet,
    facts.TimerCleared,
    facts.EventsTaken,
    facts.ReportAsked,
    facts.OrderTaken,
    facts.TelephoneLifted,
    facts.DialogBegan,
    facts.DialogEnded,
    facts.DialogTaken,
    facts.AsideOrdered,
    facts.TelephoneReplaced,
    facts.ToneGiven,
    facts.CallerIdKept,
    facts.PhaseEntered,
    facts.DigitsKept,
    facts.PlayBegan,
    facts.PlayStopped,
    facts.LegsSwapped,
    facts.LineTried,
    facts.VariableSet,
    facts.NodeTried,
    facts.FlowCalled,
    facts.FallbackSet,
    facts.CallReached,
    facts.MessageMarked,
    facts.LampTold,
    facts.QueueCallbackOffered,
    facts.PauseCounted,
    facts.WaitPromised,
    facts.CallPlaced,
    facts.ComfortSaid,
    facts.SupervisionTuned,
    facts.RecordingRuled,
    facts.AgentRested,
    facts.AgentDeferred,
    facts.CallersForgotten,
    facts.CallCharged,
    facts.CallSuspected,
    facts.PinAccepted,
    facts.TelephoneUnlocked,
    facts.NumberRemembered,
    facts.RoomMixed,
    facts.RoomMuted,
    facts.RoomLocked,
    facts.HuntStepped,
    facts.DiversionsForgotten,
    facts.PartySent,
    facts.KnockTaken,
    facts.TelephoneSet,
    facts.BusyMet,
)
"""The engine's own memory: what came of it is told by other facts."""
BATCH = 500


class History:
    """What is not committed is applied again after a crash: progress is written with the rows it stands
    for.
    """

    def __init__(self, db: Database, box_name: str, zone: str, secrets: Path) -> None:
        self.db = db
        self._pending = 0
        db.execute("INSERT OR REPLACE INTO boxes (id, box, zone) VALUES (1, ?, ?)", (box_name, zone))
        self.book = Book(db, box_name, secrets)
        found = self.book.row("SELECT epoch, number, at_us FROM progress")
        self.last: tuple[int, int] = (found[0], found[1]) if found else (0, -1)
        self.at_us = found[2] if found else 0

    def apply(self, record: Record) -> bool:
        """False for a record that was applied before. Raises sqlite3.OperationalError when the disk fails."""
        number = (record.epoch, record.number)
        if number <= self.last:
            return False
        if not self.db.conn.in_transaction:
            self.db.begin()
        self.book.turn_to(record)
        self._note_gap(number)
        for fact in record.facts:
            self._write(fact)
        self.last, self.at_us = number, record.at_us
        self._pending += 1
        if self._pending >= BATCH:
            self.commit()
        return True

    def commit(self) -> None:
        """All that was applied lasts (with a durable database)."""
        if self._pending:
            self.book.do(
                "INSERT INTO progress (id, epoch, number, at_us, records, switch_epoch, switch_seen_us)"
                " VALUES (1, ?, ?, ?, ?, ?, ?) ON CONFLICT (id)"
                " DO UPDATE SET epoch = excluded.epoch, number = excluded.number, at_us = excluded.at_us,"
                " records = records + excluded.records, switch_epoch = excluded.switch_epoch,"
                " switch_seen_us = excluded.switch_seen_us",
                *self.last,
                self.at_us,
                self._pending,
                self.book.switch_epoch,
                self.book.switch_seen_us,
            )
        self.db.commit()
        self._pending = 0

    def _write(self, fact: facts.Fact) -> None:
        handler = HANDLERS.get(type(fact))
        if handler is None:
            return
        try:
            handler(self.book, fact)
        except (sqlite3.IntegrityError, OverflowError) as error:
            self.book.odd(type(fact).__name__, str(error))

    def _note_gap(self, number: tuple[int, int]) -> None:
        epoch, last = self.last
        if number[0] == epoch and last >= 0 and number[1] != last + 1:
            self.book.do(
                "INSERT INTO journal_gaps (epoch, after_number, next_number, at_us) VALUES (?, ?, ?, ?)",
                epoch,
                last,
                number[1],
                self.book.at_us,
            )
