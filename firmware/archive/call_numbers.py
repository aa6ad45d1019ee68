"""Where numbers of people stand in a call's records."""

from __future__ import annotations

from collections.abc import Callable

from firmware.archive.book import Book

_PLACES = (
    ("calls", "from_number", "id"),
    ("calls", "from_e164", "id"),
    ("calls", "to_number", "id"),
    ("calls", "to_e164", "id"),
    ("legs", "party", "call"),
    ("talks", "party", "call"),
    ("recordings", "party", "call"),
    ("transfers", "target", "call"),
    ("diversions", "target", "call"),
    ("digits", "digits", "call"),
    ("refused_attempts", "wanted", "call"),
)
"""Table, column, and the column that says whose call it is."""


def numbers_of(book: Book, call: int) -> set[str]:
    """Every text of a call's records that may be somebody's number."""
    return {
        str(text)
        for table, column, of_call in _PLACES
        for (text,) in book.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {of_call} = ?", call)  # noqa: S608
        if text
    }


def calls_with(book: Book, fits: Callable[[str], bool]) -> set[int]:
    """Calls (0: none) whose records have a number that `fits`; each text is looked at once a column."""
    found: set[int] = set()
    for table, column, of_call in _PLACES:
        for (text,) in book.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''"):  # noqa: S608
            if fits(str(text)):
                calls = book.rows(f"SELECT DISTINCT {of_call} FROM {table} WHERE {column} = ?", text)  # noqa: S608
                found.update(call for (call,) in calls)
    return found
