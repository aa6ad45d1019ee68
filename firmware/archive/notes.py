"""What of a call's story no other table has → call_notes: codes and names of the box's own, nothing of callers."""

from __future__ import annotations

from firmware.archive.book import Book, Handlers
from firmware.protocol import facts


def _language_chosen(book: Book, fact: facts.LanguageChosen) -> None:
    note_of_call(book, fact.call, "language", fact.language)


def _target_failed(book: Book, fact: facts.FlowTargetFailed) -> None:
    note_of_call(book, fact.call, "not-reached", fact.why)


def note_of_call(book: Book, call: int, what: str, detail: str) -> None:
    book.do(
        "INSERT INTO call_notes (call, what, detail, at_us) VALUES (?, ?, ?, ?)",
        call,
        what,
        detail,
        book.at_us,
    )


HANDLERS: Handlers = {
    facts.LanguageChosen: _language_chosen,
    facts.FlowTargetFailed: _target_failed,
}
