"""Who gave up waiting, and what became of it: called back, served when he called again, or nobody spoke to him yet."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from firmware.store.calls.numbers import plain

Row = dict[str, Any]
OPEN, REACHED, NOT_REACHED = "open", "reached", "not-reached"
_GAVE_UP = """
SELECT c.id, c.offered_at, c.from_number, c.from_e164, c.from_name, c.queue, c.wait_s,
  b.how, b.tries, b.why, b.ended_us,
  (SELECT count(*) FROM call_links k WHERE k.about = c.id) AS by_hand,
  (SELECT count(*) FROM call_links k JOIN calls m ON m.id = k.call WHERE k.about = c.id AND m.answered_us IS NOT NULL)
   AS reached_by_hand
FROM calls c INDEXED BY calls_by_offered
LEFT JOIN callback_requests r ON r.call = c.id LEFT JOIN callbacks b ON b.id = r.callback
WHERE c.outcome = 'abandoned_in_queue' AND c.offered_at >= ? AND c.offered_at < ?
  AND (? = '' OR EXISTS (SELECT 1 FROM queue_visits v WHERE v.call = c.id AND v.queue = ?))
ORDER BY c.id
"""
_SERVED = """
SELECT l.id, l.offered_at FROM parties p CROSS JOIN call_parties k ON k.party = p.id CROSS JOIN calls l ON l.id = k.call
WHERE p.kind = 'number' AND p.text = ?1 AND k.call > ?2 AND l.answered_us IS NOT NULL
UNION ALL
SELECT l.id, l.offered_at FROM calls l INDEXED BY calls_remembered
WHERE l.forgotten = '' AND l.released_us IS NULL AND l.id > ?2 AND l.answered_us IS NOT NULL
  AND ?1 IN (l.from_e164, l.to_e164)
ORDER BY 1 LIMIT 1
"""
"""Calls that are over are found by their parties, those that go on are few."""


def gave_up(db: Database, span: tuple[int, int], queue: str = "") -> list[Row]:
    """Of calls offered in the span (Unix microseconds, the end excluded), in order.

    `callback`: `open` while it is to be made, else how it ended; empty: there was none. Calls that agents made by hand
    count as `tries`, and tell how it went where the box was not asked. `served_call`, `served_at`: the first later
    call in which somebody spoke to this number, None where none is known.
    """
    return [_told(db, row) for row in db.query(_GAVE_UP, [*span, queue, queue])]


def _told(db: Database, row: Row) -> Row:
    by_hand = (REACHED if row["reached_by_hand"] else NOT_REACHED) if row["by_hand"] else ""
    asked = OPEN if row["ended_us"] is None else row["why"]
    served = _served(db, row)
    same = ("id", "offered_at", "from_number", "from_e164", "from_name", "queue", "wait_s")
    return {
        **{name: row[name] for name in same},
        "callback": asked if row["how"] else by_hand,
        "tries": (row["tries"] or 0) + row["by_hand"],
        "served_call": served[0],
        "served_at": served[1],
    }


def _served(db: Database, row: Row) -> tuple[int | None, int | None]:
    number = plain(row["from_e164"])
    found = db.execute(_SERVED, [number, row["id"]]).fetchone() if number else None
    return found or (None, None)
