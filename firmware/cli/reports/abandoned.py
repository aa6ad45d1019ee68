"""Who gave up waiting, and what became of it: called back, served when he called again, or nobody spoke to him yet."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from firmware.cli import period
from firmware.store import queries

Row = dict[str, Any]

# Column -> (English, Chinese)
COLUMNS = {
    "id": ("call", "呼叫"),
    "offered": ("offered", "呼入时间"),
    "from": ("from", "主叫"),
    "queue": ("queue", "队列"),
    "wait_s": ("wait s", "等待秒"),
    "callback": ("call-back", "回电"),
    "tries": ("tries", "次数"),
    "served": ("served later", "后续接通"),
}
_GAVE_UP = """
SELECT c.id, c.offered_at, c.from_number, c.from_e164, c.queue, c.wait_s, b.how, b.tries, b.why, b.ended_us,
  (SELECT min(l.offered_at) FROM calls l WHERE l.answered_us IS NOT NULL AND l.offered_us > c.offered_us
   AND c.from_e164 <> '' AND c.from_e164 IN (l.from_e164, l.to_e164)) AS served_at
FROM calls c
LEFT JOIN callback_requests r ON r.call = c.id LEFT JOIN callbacks b ON b.id = r.callback
WHERE c.outcome = 'abandoned_in_queue' AND c.offered_at >= ? AND c.offered_at < ?
ORDER BY c.offered_us, c.id
"""


def abandoned(db: Database, span: tuple[int, int]) -> tuple[Row, list[Row]]:
    """`callback` is `open` while it is to be made, else how it ended; empty: none was asked for."""
    found = [_row(row, queries.zone(db)) for row in db.query(_GAVE_UP, span)]
    waits = [row for row in found if row["callback"] == "open"]
    served = [row for row in found if row["served"]]
    return {"gave_up": len(found), "served_later": len(served), "to_be_called": len(waits)}, found


def _row(row: Row, zone: str) -> Row:
    ended = "open" if row["ended_us"] is None else row["why"]
    return {
        "id": row["id"],
        "offered": period.local(row["offered_at"], zone),
        "from": row["from_number"],
        "queue": row["queue"],
        "wait_s": row["wait_s"],
        "callback": ended if row["how"] else "",
        "tries": row["tries"] or 0,
        "served": period.local(row["served_at"], zone) if row["served_at"] is not None else "",
    }
