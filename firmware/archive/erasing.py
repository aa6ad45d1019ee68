"""Erasing a number: call by call, files before rows, so that it can be died in anywhere and taken up again.

An erasure covers the calls offered before it was ordered. One still going on is erased when it is over, one under a
legal hold when the hold is released, one whose recording is not cut yet after that.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlite_utils import Database

from firmware.archive import audit
from firmware.archive.audit import Deed
from firmware.archive.book import Book
from firmware.archive.call_numbers import calls_with, numbers_of
from firmware.archive.erasure_list import add_to_list, read_list
from firmware.archive.erasures import ERASED, not_looked, put_down
from firmware.archive.forgetting import forget_call, mark_gone, remove_files
from firmware.archive.holds import Holds
from firmware.archive.keeping import Keeping, keeping
from firmware.archive.number_marks import NumberMarks
from firmware.archive.pruning import drop_known, prune_snapshots, still_there
from firmware.recorder.segments import Number
from firmware.store.disk import Disk

BATCH = 50
LIVING, DUE, HELD, FORGOTTEN, DONE = "living", "due", "held", "forgotten", "done"
"""Of a call of an erasure. `forgotten`: its rows are changed, the database's free pages may still remember."""


class Eraser:
    """`take_up` once, then `work` now and then; each step is safe to be died in."""

    def __init__(self, db: Database, book: Book, directory: Path, disk: Disk) -> None:
        self._db, self._book, self._directory, self._disk = db, book, directory, disk

    def take_up(self) -> None:
        """List and history are made to agree; files that history says are gone are gone. Raises OSError."""
        listed = read_list(self._directory)
        self._db.begin()
        for one in listed:
            if put_down(self._book, one):
                audit.note(
                    self._book, f"erase:{one.id}", Deed(one.author, "erase", f"erasure {one.id}", one.why)
                )
        self._db.commit()
        gone = (row[0] for row in self._book.rows("SELECT id FROM recordings WHERE gone <> ''"))
        remove_files(self._directory, self._disk, gone)

    def work(self, at_us: int, reel: int, last: Number) -> None:
        """Of what was read, `reel` and record `last` are the newest. Raises OSError, sqlite3.Error."""
        self._list_new()
        for erasure, marks, ordered_us, looked_us in self._book.rows(
            "SELECT id, marks, ordered_us, looked_us FROM erasures WHERE erased_us IS NULL ORDER BY ordered_us, id"
        ):
            wanted = frozenset(msgspec.json.decode(marks, type=list[str]))
            rules = keeping(self._book)
            look = NumberMarks(self._book.erasure_key, rules.dial_plan, rules.area)
            if looked_us is None:
                self._look(erasure, look, wanted, (ordered_us, at_us))
            self._come_to_end(erasure, look, wanted)
            self._sort_held(erasure)
            self._forget(erasure, rules, at_us)
        self._clean()
        self._close(at_us, reel, last)

    def _list_new(self) -> None:
        """On the list before anything is forgotten."""
        add_to_list(self._directory, not_looked(self._book), self._disk)

    def _look(
        self, erasure: str, look: NumberMarks, wanted: frozenset[str], moments: tuple[int, int]
    ) -> None:
        """Which calls are meant; those that go on are looked at when they are over."""
        ordered_us, at_us = moments
        book = self._book
        living = {row[0] for row in book.rows("SELECT id FROM calls WHERE released_us IS NULL")}
        meant = calls_with(book, lambda text: look.fit(text, wanted))
        self._db.begin()
        for call in sorted(meant | living):
            book.do(
                "INSERT OR IGNORE INTO erasure_calls (erasure, call, state)"
                " SELECT ?, id, ? FROM calls WHERE id = ? AND offered_us <= ?",
                erasure,
                LIVING if call in living else DUE,
                call,
                ordered_us,
            )
        if 0 in meant:
            self._forget_refused(erasure, look, wanted)
        book.do("UPDATE erasures SET looked_us = ? WHERE id = ?", at_us, erasure)
        self._db.commit()

    def _forget_refused(self, erasure: str, look: NumberMarks, wanted: frozenset[str]) -> None:
        """Attempts that never became a call."""
        for row, text in self._book.rows("SELECT id, wanted FROM refused_attempts WHERE call = 0"):
            if look.fit(text, wanted):
                self._book.do("UPDATE refused_attempts SET wanted = '' WHERE id = ?", row)
        self._book.do(
            "INSERT OR REPLACE INTO erasure_calls (erasure, call, state) VALUES (?, 0, ?)", erasure, FORGOTTEN
        )

    def _come_to_end(self, erasure: str, look: NumberMarks, wanted: frozenset[str]) -> None:
        over = self._book.rows(
            "SELECT e.call FROM erasure_calls e LEFT JOIN calls c ON c.id = e.call"
            " WHERE e.erasure = ? AND e.state = ? AND (c.id IS NULL OR c.released_us IS NOT NULL)",
            erasure,
            LIVING,
        )
        if not over:
            return
        self._db.begin()
        for (call,) in over:
            if any(look.fit(text, wanted) for text in numbers_of(self._book, call)):
                self._state(erasure, call, DUE)
            else:
                self._book.do("DELETE FROM erasure_calls WHERE erasure = ? AND call = ?", erasure, call)
        self._db.commit()

    def _sort_held(self, erasure: str) -> None:
        """What a hold keeps waits; what no hold keeps any more is due."""
        found = self._book.rows(
            "SELECT call, state FROM erasure_calls WHERE erasure = ? AND state IN (?, ?)", erasure, DUE, HELD
        )
        if not found:
            return
        holds = Holds(self._book)
        changed = [
            (call, state) for call, was in found if (state := HELD if holds.over(call) else DUE) != was
        ]
        if changed:
            self._db.begin()
            for call, state in changed:
                self._state(erasure, call, state)
            self._db.commit()

    def _forget(self, erasure: str, rules: Keeping, at_us: int) -> None:
        """Files first, then one transaction with their rows."""
        due = self._book.rows(
            "SELECT call FROM erasure_calls e WHERE erasure = ? AND state = ? AND NOT EXISTS"
            " (SELECT 1 FROM recordings r WHERE r.call = e.call AND r.cut = 0) ORDER BY call LIMIT ?",
            erasure,
            DUE,
            BATCH,
        )
        if not due:
            return
        of_calls = {
            call: [
                row[0]
                for row in self._book.rows("SELECT id FROM recordings WHERE call = ? AND path <> ''", call)
            ]
            for (call,) in due
        }
        remove_files(
            self._directory, self._disk, (one for recordings in of_calls.values() for one in recordings)
        )
        self._db.begin()
        for call, recordings in of_calls.items():
            for recording in recordings:
                mark_gone(self._book, recording, ERASED, at_us)
            forget_call(self._book, call, rules.own, ERASED, at_us)
            self._state(erasure, call, FORGOTTEN, len(recordings))
        self._db.commit()

    def _state(self, erasure: str, call: int, state: str, recordings: int = 0) -> None:
        self._book.do(
            "UPDATE erasure_calls SET state = ?, recordings = ? WHERE erasure = ? AND call = ?",
            state,
            recordings,
            erasure,
            call,
        )

    def _clean(self) -> None:
        """Free pages, slack of pages and the write-ahead log forget too."""
        if not self._book.row("SELECT 1 FROM erasure_calls WHERE state = ? LIMIT 1", FORGOTTEN):
            return
        self._db.conn.execute("VACUUM")
        busy, _, _ = self._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            return  # a reader looks at old pages: again at the next step
        self._db.begin()
        self._book.do("UPDATE erasure_calls SET state = ? WHERE state = ?", DONE, FORGOTTEN)
        self._db.commit()

    def _close(self, at_us: int, reel: int, last: Number) -> None:
        """Records and files of an erasure are gone when nothing of it waits; journal and reels knew until now."""
        if not self._book.row("SELECT 1 FROM erasures WHERE erased_us IS NULL"):
            return
        self._db.begin()
        self._book.do(
            "UPDATE erasures SET erased_us = ?, known_reel = ?, known_epoch = ?, known_number = ?"
            " WHERE erased_us IS NULL AND looked_us IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM erasure_calls c WHERE c.erasure = erasures.id AND c.state <> ?)",
            at_us,
            reel,
            *last,
            DONE,
        )
        self._db.commit()

    def complete(self, at_us: int, last: Number) -> None:
        """Raises OSError, sqlite3.Error."""
        for erasure, epoch, number, reel, at_once in self._book.rows(
            "SELECT id, known_epoch, known_number, known_reel, at_once FROM erasures"
            " WHERE erased_us IS NOT NULL AND complete_us IS NULL"
        ):
            known = (epoch, number)
            if at_once:
                drop_known(self._directory, known, last, at_us, self._disk)
            prune_snapshots(self._directory, self._disk)
            if next(still_there(self._directory, known, reel, bool(at_once)), None) is None:
                self._db.begin()
                self._book.do("UPDATE erasures SET complete_us = ? WHERE id = ?", at_us, erasure)
                self._db.commit()
