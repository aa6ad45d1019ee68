"""Facts of what agents order and say of calls → dispositions, call_links; who paused a recording → audit."""

from __future__ import annotations

from firmware.archive.audit import Deed, note
from firmware.archive.book import Book, Handlers
from firmware.protocol import facts


def _call_disposed(book: Book, fact: facts.CallDisposed) -> None:
    """The agent's latest word. Of a call that was erased nothing is written down any more but the code."""
    erased = book.row("SELECT 1 FROM calls WHERE id = ? AND forgotten <> ''", fact.call)
    book.do("DELETE FROM dispositions WHERE call = ? AND agent = ?", fact.call, fact.agent)
    book.do(
        "INSERT INTO dispositions (call, agent, code, note, author, at_us, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.call,
        fact.agent,
        fact.code,
        "" if erased else fact.note,
        fact.author,
        book.at_us,
        book.wall_us,
    )


def _call_linked(book: Book, fact: facts.CallLinked) -> None:
    book.do(
        "INSERT OR REPLACE INTO call_links (call, about, author, at_us) VALUES (?, ?, ?, ?)",
        fact.call,
        fact.about,
        fact.author,
        book.at_us,
    )


def _recording_paused(book: Book, fact: facts.RecordingPaused) -> None:
    if not fact.author:
        return  # the box itself: whoever wanted silence has left the talk
    action = "pause-recording" if fact.paused else "resume-recording"
    entry = f"{action}:{fact.call}:{book.number[0]}:{book.number[1]}"
    note(book, entry, Deed(fact.author, action, f"call {fact.call}", ""))


HANDLERS: Handlers = {
    facts.CallDisposed: _call_disposed,
    facts.CallLinked: _call_linked,
    facts.RecordingPaused: _recording_paused,
}
