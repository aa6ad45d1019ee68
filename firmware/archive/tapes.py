"""Facts about recordings and consent → recordings, marks, stated reasons for time without audio."""

from __future__ import annotations

from firmware.archive.book import Book, Handlers
from firmware.protocol import facts

TICK_US = 20_000


def _consent_announced(book: Book, fact: facts.ConsentAnnounced) -> None:
    book.do("INSERT INTO consents (call, prompt, at_us) VALUES (?, ?, ?)", fact.call, fact.prompt, book.at_us)


def _recording_began(book: Book, fact: facts.RecordingBegan) -> None:
    added = book.do(
        "INSERT OR IGNORE INTO recordings (id, call, leg, party, agent, kind, queue, began_us, began_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        fact.recording,
        fact.call,
        fact.leg,
        fact.party,
        fact.agent,
        fact.kind,
        fact.queue,
        book.at_us,
        book.wall_us,
    )
    if not added:
        book.odd("RecordingBegan", f"recording {fact.recording} is there already")


def _recording_marked(book: Book, fact: facts.RecordingMarked) -> None:
    book.do(
        "INSERT INTO recording_marks (recording, mark, at_us) VALUES (?, ?, ?)",
        fact.recording,
        fact.mark,
        book.at_us,
    )


def _recording_taped(book: Book, fact: facts.RecordingTaped) -> None:
    """`from_tick` 0: the engine never heard when it began; the tape itself will tell."""
    running, known = fact.to_tick < 0, fact.from_tick > 0
    taped_us = book.stamped_us - (0 if running else (fact.to_tick - fact.from_tick) * TICK_US)
    book.do(
        "UPDATE recordings SET taped_us = coalesce(taped_us, ?), from_tick = coalesce(from_tick, ?),"
        " to_tick = coalesce(?, to_tick), epoch = coalesce(epoch, ?), untaped_us = coalesce(?, untaped_us)"
        " WHERE id = ?",
        taped_us if known else None,
        fact.from_tick if known else None,
        None if running else fact.to_tick,
        book.event_epoch or None,
        None if running else book.stamped_us,
        fact.recording,
    )


def _recording_gap(book: Book, fact: facts.RecordingGap) -> None:
    book.do(
        "INSERT INTO ledger_gaps (recording, from_tick, to_tick, reason) VALUES (?, ?, ?, ?)",
        fact.recording,
        fact.from_tick,
        fact.to_tick,
        fact.reason,
    )


def _recording_ended(book: Book, fact: facts.RecordingEnded) -> None:
    book.do(
        "UPDATE recordings SET ended_us = coalesce(ended_us, ?), why = coalesce(why, ?) WHERE id = ?",
        book.at_us,
        fact.why,
        fact.recording,
    )


def _not_recorded(book: Book, fact: facts.NotRecorded) -> None:
    book.do(
        "INSERT INTO not_recorded (call, leg, reason, at_us) VALUES (?, ?, ?, ?)",
        fact.call,
        fact.leg,
        fact.reason,
        book.at_us,
    )


HANDLERS: Handlers = {
    facts.ConsentAnnounced: _consent_announced,
    facts.RecordingBegan: _recording_began,
    facts.RecordingMarked: _recording_marked,
    facts.RecordingTaped: _recording_taped,
    facts.RecordingGap: _recording_gap,
    facts.RecordingEnded: _recording_ended,
    facts.NotRecorded: _not_recorded,
}
