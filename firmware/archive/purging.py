"""Purging: what is past its time goes, oldest first. Time is box time: a clock set forward deletes nothing early.

What a legal hold keeps stays. The rows stay too, with the reason, so that the ledger balances.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from firmware.archive.book import Book
from firmware.archive.forgetting import forget_call, mark_gone, remove_files
from firmware.archive.holds import Holds
from firmware.archive.keeping import DAY_US, GREETING, Keeping, keeping
from firmware.store.disk import Disk

BATCH = 50
RETENTION, EARLY, DELETED = "retention", "purged-early", "deleted"


class Purged(Struct, frozen=True):
    """How many recordings went, and of how many calls the personal data."""

    recordings: int
    calls: int


class Purger:
    def __init__(self, db: Database, book: Book, directory: Path, disk: Disk) -> None:
        self._db, self._book, self._directory, self._disk = db, book, directory, disk

    def purge(self, at_us: int, early: bool) -> Purged:
        rules, now_us = keeping(self._book), self._now_us(at_us)
        holds = Holds(self._book)
        recordings = self._due_recordings(rules, now_us, early, holds)
        calls = self._due_calls(rules, now_us, holds)
        self._let_go(recordings, calls, rules.own, at_us)
        return Purged(len(recordings), len(calls))

    def _now_us(self, at_us: int) -> int:
        """Retention never counts time that history has not seen: a day at most beyond its newest record."""
        found = self._book.row("SELECT at_us FROM progress")
        return min(at_us, found[0] + DAY_US) if found else 0

    def _let_go(self, recordings: dict[str, str], calls: list[int], own: frozenset[str], at_us: int) -> None:
        """Files first, then one transaction with their rows."""
        if not recordings and not calls:
            return
        remove_files(self._directory, self._disk, recordings)
        self._db.begin()
        for recording, why in recordings.items():
            mark_gone(self._book, recording, why, at_us)
        for call in calls:
            forget_call(self._book, call, own, RETENTION, at_us)
        self._db.commit()

    def _due_recordings(self, rules: Keeping, now_us: int, early: bool, holds: Holds) -> dict[str, str]:
        """Recording and why it goes, oldest first."""
        found: dict[str, str] = {}
        for recording, call, why in self._candidates(rules, now_us, early):
            if len(found) >= BATCH:
                break
            if not holds.over(call):
                found[recording] = why
        return found

    def _candidates(self, rules: Keeping, now_us: int, early: bool) -> Iterator[tuple[str, int, str]]:
        for statement in (_DELETED_BY_OWNER, _USED_NO_MORE):
            for recording, call in self._book.rows(statement):
                yield recording, call, DELETED
        early_days = rules.early_days if early else 0
        least = min((days for days in (early_days, *rules.all_days) if days), default=0)
        if not least:
            return
        for recording, call, kind, queue, party, ended_us in self._db.conn.execute(
            _WITH_AUDIO, (now_us - least * DAY_US,)
        ):
            if kind == GREETING:
                continue
            age_us = now_us - ended_us
            days = rules.days_of(kind, queue, party)
            if days and age_us >= days * DAY_US:
                yield recording, call, RETENTION
            elif early_days and age_us >= early_days * DAY_US:
                yield recording, call, EARLY

    def _due_calls(self, rules: Keeping, now_us: int, holds: Holds) -> list[int]:
        if not rules.records_days:
            return []
        found = self._db.conn.execute(_REMEMBERED, (now_us - rules.records_days * DAY_US,))
        due = (call for (call,) in found if not holds.over(call))
        return [call for call, _ in zip(due, range(BATCH), strict=False)]


_DELETED_BY_OWNER = (
    "SELECT DISTINCT r.id, r.call FROM voicemails v JOIN recordings r ON r.id = v.recording"
    " WHERE v.deleted_us IS NOT NULL AND r.path <> '' AND NOT EXISTS ("
    "SELECT 1 FROM voicemails o WHERE o.recording = v.recording AND o.deleted_us IS NULL)"
    " ORDER BY v.deleted_us, r.id"
)
"""In every mailbox it was in."""
_USED_NO_MORE = (
    "SELECT r.id, r.call FROM recordings r WHERE r.kind IN ('greeting', 'introduction') AND r.path <> ''"
    " AND r.why IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM greetings g WHERE g.recording = r.id AND g.dropped_us IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM voicemails v WHERE v.recording = r.id)"
    " ORDER BY r.ended_us, r.id"
)
"""Greetings that were spoken anew or deleted, and whatever was spoken and then not wanted."""
_WITH_AUDIO = (
    "SELECT id, call, kind, queue, party, ended_us FROM recordings"
    " WHERE path <> '' AND ended_us <= ? ORDER BY ended_us, id"
)
_REMEMBERED = "SELECT id FROM calls WHERE forgotten = '' AND released_us <= ? ORDER BY released_us, id"
