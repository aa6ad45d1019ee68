"""Conditions of a search as SQL: constants of this module with parameters, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlite_utils import Database

from firmware.store.calls.wanted import After, Order, Span, Wanted

Clause = tuple[str, tuple[Any, ...]]
"""SQL and what stands for its question marks."""
KEYS = {
    Order.NEWEST: "0",
    Order.OLDEST: "0",
    Order.LONGEST_WAIT: "coalesce(c.wait_s, 0)",
    Order.LONGEST_TALK: "coalesce(c.talk_s, 0)",
}
SORTED = {
    Order.NEWEST: "c.id DESC",
    Order.OLDEST: "c.id",
    Order.LONGEST_WAIT: "coalesce(c.wait_s, 0) DESC, c.id DESC",
    Order.LONGEST_TALK: "coalesce(c.talk_s, 0) DESC, c.id DESC",
}
FEW_CALLS = 250_000
"""A span with so many calls is worth its own part of the index."""
_NAMED = {
    "agent": "c.agent = ?",
    "queue": "c.queue = ?",
    "line": "c.line = ?",
}
_ALSO = " OR c.id IN (SELECT call FROM call_parties WHERE party = ?)"
_AMONG = "c.id IN (SELECT value FROM json_each(?))"


def json(values: Sequence[Any]) -> str:
    """A list as one parameter, for `json_each`."""
    return msgspec.json.encode(values).decode()


def behind(order: Order, after: After | None) -> list[Clause]:
    if after is None:
        return []
    if order is Order.NEWEST:
        return [("c.id < ?", (after.call,))]
    if order is Order.OLDEST:
        return [("c.id > ?", (after.call,))]
    return [(f"({KEYS[order]}, c.id) < (?, ?)", (after.seconds, after.call))]


def conditions(db: Database, wanted: Wanted) -> list[Clause]:
    """Of what the call's own row says, the cheapest first: the index over it has every column they ask for."""
    return [
        *_times(db, wanted),
        *_named(db, wanted),
        *_kinds(wanted),
        *_span("c.wait_s", wanted.wait),
        *_span("c.talk_s", wanted.talk),
    ]


def _times(db: Database, wanted: Wanted) -> Iterator[Clause]:
    """Calls are numbered as they came: a short span has few numbers, though a clock that was set may mix them."""
    if wanted.from_at is None and wanted.to_at is None:
        return
    from_at, to_at = wanted.from_at or 0, _EVER if wanted.to_at is None else wanted.to_at
    count, first, last = db.execute(_NUMBERS, (from_at, to_at, FEW_CALLS + 1)).fetchone()
    if count <= FEW_CALLS:
        yield "c.id BETWEEN ? AND ?", (first, last)
    yield "c.offered_at >= ? AND c.offered_at < ?", (from_at, to_at)


_EVER = 1 << 62
_NUMBERS = (
    "SELECT count(*), min(id), max(id) FROM (SELECT id FROM calls INDEXED BY calls_by_offered"
    " WHERE offered_at >= ? AND offered_at < ? ORDER BY offered_at LIMIT ?)"
)


def _named(db: Database, wanted: Wanted) -> Iterator[Clause]:
    """Whom the call's row names, or who else was in it."""
    for kind, text in (("agent", wanted.agent), ("queue", wanted.queue), ("line", wanted.line)):
        if not text:
            continue
        also = db.execute("SELECT id FROM parties WHERE kind = ? AND text = ?", (kind, text)).fetchone()
        yield (f"({_NAMED[kind]}{_ALSO})", (text, also[0])) if also else (_NAMED[kind], (text,))


def _kinds(wanted: Wanted) -> Iterator[Clause]:
    if wanted.direction is not None:
        yield "c.direction = ?", (str(wanted.direction),)
    if len(wanted.outcomes) == 1:
        yield "c.outcome = ?", tuple(map(str, wanted.outcomes))
    elif wanted.outcomes:
        yield "c.outcome IN (SELECT value FROM json_each(?))", (json(sorted(wanted.outcomes)),)
    if wanted.recorded is not None:
        yield "c.recorded = ?", (int(wanted.recorded),)
    if wanted.voicemail is not None:
        yield "c.voicemail = ?", (int(wanted.voicemail),)


def _span(column: str, span: Span) -> Iterator[Clause]:
    """`column` is one of this module's own."""
    if span.least is not None:
        yield f"coalesce({column}, 0) >= ?", (span.least,)
    if span.most is not None:
        yield f"coalesce({column}, 0) <= ?", (span.most,)


def among(calls: Sequence[int]) -> Clause:
    return _AMONG, (json(calls),)
