"""What calls can be found by → parties, call_parties, and the marks `recorded` and `voicemail` of calls.

Everything here is derived from the call's other rows: what they forget is forgotten here.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from firmware.archive.book import Book
from firmware.store.calls.numbers import folded, plain

NUMBER, NAME, AGENT, QUEUE, LINE = "number", "name", "agent", "queue", "line"
"""Kinds of parties. Of agents, queues and lines only those that the call's own row does not name."""
BATCH = 500


def enter_call(book: Book, call: int) -> None:
    """A call that is over can be found by what its rows say now, and by nothing else."""
    wanted = set(_parties(book, call))
    there = {
        (kind, text): party
        for party, kind, text in book.rows(
            "SELECT p.id, p.kind, p.text FROM call_parties c JOIN parties p ON p.id = c.party WHERE c.call = ?",
            call,
        )
    }
    for one in wanted - there.keys():
        _add(book, call, *one)
    for one in there.keys() - wanted:
        _drop(book, call, there[one])


def _parties(book: Book, call: int) -> Iterator[tuple[str, str]]:
    found = book.row(
        "SELECT from_name, agent, queue, line, from_number, from_e164, to_number, to_e164, called FROM calls"
        " WHERE id = ? AND released_us IS NOT NULL",
        call,
    )
    if found is None:
        return
    name, agent, queue, line, *numbers = found
    if folded(name):
        yield NAME, folded(name)
    legs = book.rows(
        "SELECT party FROM legs WHERE call = ?1 UNION SELECT party FROM talks WHERE call = ?1", call
    )
    yield from ((NUMBER, text) for text in map(plain, {*numbers, *(row[0] for row in legs)}) if text)
    for kind, own, statement in (
        (AGENT, agent, "SELECT DISTINCT agent FROM talks WHERE call = ?"),
        (QUEUE, queue, "SELECT DISTINCT queue FROM queue_visits WHERE call = ?"),
        (LINE, line, "SELECT DISTINCT line FROM line_choices WHERE call = ?"),
    ):
        yield from ((kind, text) for (text,) in book.rows(statement, call) if text and text != own)


def _add(book: Book, call: int, kind: str, text: str) -> None:
    book.do("INSERT OR IGNORE INTO parties (kind, text) VALUES (?, ?)", kind, text)
    book.do(
        "INSERT OR IGNORE INTO call_parties (call, party) SELECT ?, id FROM parties WHERE kind = ? AND text = ?",
        call,
        kind,
        text,
    )


def _drop(book: Book, call: int, party: int) -> None:
    """With the last call that has it, the number or name itself."""
    book.do("DELETE FROM call_parties WHERE call = ? AND party = ?", call, party)
    book.do(
        "DELETE FROM parties WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM call_parties WHERE party = ?1)",
        party,
    )


def mark_recorded(book: Book, recording: str) -> None:
    """Whether anything of the call of this recording can be heard."""
    book.do(
        "UPDATE calls SET recorded = EXISTS (SELECT 1 FROM recordings r WHERE r.call = calls.id AND r.path <> '')"
        " WHERE id = (SELECT call FROM recordings WHERE id = ?)",
        recording,
    )


def mark_voicemail(book: Book, call: int) -> None:
    book.do("UPDATE calls SET voicemail = 1 WHERE id = ? AND voicemail = 0", call)


class Entering:
    """Calls of former software are entered newest first, a batch at a time: no start of a box waits for it."""

    def __init__(self, db: Database, book: Book) -> None:
        self._db, self._book = db, book

    def work(self, most: int = BATCH) -> int:
        """Returns how many calls were entered; 0 when all are. Raises sqlite3.Error: it is taken up again."""
        found = self._book.row("SELECT below FROM search_progress")
        below = found[0] if found else 0
        if not below:
            return 0
        calls = self._book.rows("SELECT id FROM calls WHERE id < ? ORDER BY id DESC LIMIT ?", below, most)
        self._db.begin()
        for (call,) in calls:
            enter_call(self._book, call)
            self._mark(call)
        self._book.do("UPDATE search_progress SET below = ?", calls[-1][0] if calls else 0)
        self._db.commit()
        return len(calls)

    def _mark(self, call: int) -> None:
        self._book.do(
            "UPDATE calls SET recorded = 1 WHERE id = ?1"
            " AND EXISTS (SELECT 1 FROM recordings r WHERE r.call = ?1 AND r.path <> '')",
            call,
        )
        self._book.do(
            "UPDATE calls SET voicemail = 1 WHERE id = ?1"
            " AND EXISTS (SELECT 1 FROM voicemails v WHERE v.call = ?1 AND v.of = '')",
            call,
        )
