"""Who gave up waiting, and what became of it: called back, served when he called again, or nobody spoke to him yet."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from firmware.cli import period
from firmware.store import queries
from firmware.store.calls.gave_up import OPEN, gave_up

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


def abandoned(db: Database, span: tuple[int, int]) -> tuple[Row, list[Row]]:
    """`callback` is `open` while it is to be made, else how it ended; empty: there was none."""
    zone = queries.zone(db)
    found = [_row(row, zone) for row in gave_up(db, span)]
    waits = [row for row in found if row["callback"] == OPEN]
    served = [row for row in found if row["served"]]
    return {"gave_up": len(found), "served_later": len(served), "to_be_called": len(waits)}, found


def _row(row: Row, zone: str) -> Row:
    return {
        "id": row["id"],
        "offered": period.local(row["offered_at"], zone),
        "from": row["from_number"],
        "queue": row["queue"],
        "wait_s": row["wait_s"],
        "callback": row["callback"],
        "tries": row["tries"],
        "served": period.local(row["served_at"], zone) if row["served_at"] is not None else "",
    }
