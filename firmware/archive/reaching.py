"""Facts of reaching telephones → hunts, diversions, parkings, pagings, completions.

What telephones have set is not kept here: it is the box's present state, and may be the number of somebody outside.
"""

from __future__ import annotations

from firmware.archive.book import Book, Handlers
from firmware.protocol import facts


def _hunt_began(book: Book, fact: facts.HuntBegan) -> None:
    book.do(
        "INSERT INTO hunts (call, target, numbers, from_us) VALUES (?, ?, ?, ?)",
        fact.call,
        fact.target,
        len(fact.numbers),
        book.at_us,
    )


def _hunt_ended(book: Book, fact: facts.HuntEnded) -> None:
    book.do(
        "UPDATE hunts SET to_us = ?, why = ? WHERE call = ? AND to_us IS NULL",
        book.at_us,
        fact.why,
        fact.call,
    )


def _hunt_moved(book: Book, fact: facts.HuntMoved) -> None:
    book.do("UPDATE hunts SET call = ? WHERE call = ? AND to_us IS NULL", fact.to, fact.call)


def _call_diverted(book: Book, fact: facts.CallDiverted) -> None:
    book.do(
        "INSERT INTO diversions (call, by_extension, target, why, at_us) VALUES (?, ?, ?, ?, ?)",
        fact.call,
        fact.by,
        fact.to,
        fact.why,
        book.at_us,
    )


def _call_parked(book: Book, fact: facts.CallParked) -> None:
    book.do(
        "INSERT INTO parkings (call, leg, slot, by_extension, from_us) VALUES (?, ?, ?, ?, ?)",
        fact.call,
        fact.leg,
        fact.slot,
        fact.by,
        book.at_us,
    )


def _call_unparked(book: Book, fact: facts.CallUnparked) -> None:
    book.do(
        "UPDATE parkings SET to_us = ?, taken_by = ?, why = ? WHERE leg = ? AND to_us IS NULL",
        book.at_us,
        fact.by,
        fact.why,
        fact.leg,
    )


def _paging_began(book: Book, fact: facts.PagingBegan) -> None:
    book.do(
        "INSERT INTO pagings (call, paging_group, at_us) VALUES (?, ?, ?)", fact.call, fact.group, book.at_us
    )


def _completion_wanted(book: Book, fact: facts.CompletionWanted) -> None:
    book.do(
        "INSERT INTO completions (extension, number, from_us) VALUES (?, ?, ?)",
        fact.extension,
        fact.number,
        book.at_us,
    )


def _completion_over(book: Book, fact: facts.CompletionOver) -> None:
    book.do(
        "UPDATE completions SET to_us = ?, why = ? WHERE extension = ? AND number = ? AND to_us IS NULL",
        book.at_us,
        fact.why,
        fact.extension,
        fact.number,
    )


HANDLERS: Handlers = {
    facts.HuntBegan: _hunt_began,
    facts.HuntEnded: _hunt_ended,
    facts.HuntMoved: _hunt_moved,
    facts.CallDiverted: _call_diverted,
    facts.CallParked: _call_parked,
    facts.CallUnparked: _call_unparked,
    facts.PagingBegan: _paging_began,
    facts.CompletionWanted: _completion_wanted,
    facts.CompletionOver: _completion_over,
}
