"""One queue's figures: a caller who is sent from queue to queue was in each, and left each in one way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from firmware.cli.reports.periods import Period, place
from firmware.cli.reports.sums import Asked, Sums
from firmware.store import queries

COLUMNS = {
    "from": ("from", "起始"),
    "queue": ("queue", "队列"),
    "entered": ("entered", "进入"),
    "answered": ("answered", "接听"),
    "abandoned": ("abandoned", "放弃"),
    "short": ("of it short", "其中短放弃"),
    "left": ("left otherwise", "其他离开"),
    "waiting": ("waiting", "等待中"),
    "mean_wait_s": ("mean wait s", "平均等待秒"),
    "longest_wait_s": ("longest s", "最长秒"),
    "service_level": ("service level %", "服务水平%"),
}
_VISITS = """
SELECT v.queue, v.why, v.from_us + c.offered_at - c.offered_us AS at, coalesce(v.to_us, :now) - v.from_us AS wait
FROM queue_visits v JOIN calls c ON c.id = v.call WHERE (:queue = '' OR v.queue = :queue) ORDER BY v.id
"""


def queue_sums(db: Database, periods: Sequence[Period], asked: Asked) -> list[dict[str, Sums]]:
    """Of each period, by queue; a visit belongs to the period it began in."""
    found: list[dict[str, Sums]] = [{} for _ in periods]
    for row in db.query(_VISITS, {"now": queries.now_us(db), "queue": asked.queue}):
        number = place(periods, row["at"])
        if number >= 0:
            _add(found[number].setdefault(row["queue"], Sums()), row, asked)
    return found


def _add(sums: Sums, row: dict[str, Any], asked: Asked) -> None:
    why, wait_us = row["why"], row["wait"]
    sums["entered"] += 1
    sums["wait_us"] += wait_us
    sums["longest_us"] = max(sums["longest_us"], wait_us)
    if why is None:
        sums["waiting"] += 1
    elif why == "answered":
        sums["answered"] += 1
        sums["in_time"] += wait_us <= asked.limit_us(row["queue"])
    elif why == "abandoned":
        sums["abandoned"] += 1
        sums["short"] += wait_us <= round(asked.short_s * 1e6)
    else:
        sums["left"] += 1
        sums[f"why:{why}"] += 1


def queue_row(label: str, queue: str, sums: Sums) -> dict[str, Any]:
    over = sums["entered"] - sums["waiting"]
    counts = {name: sums[name] for name in ("entered", "answered", "abandoned", "short", "left", "waiting")}
    return {
        "from": label,
        "queue": queue,
        **counts,
        "mean_wait_s": sums["wait_us"] / 1e6 / sums["entered"] if sums["entered"] else None,
        "longest_wait_s": sums["longest_us"] / 1e6,
        "service_level": 100 * sums["in_time"] / over if over else None,
        "ways_out": {name[4:]: count for name, count in sums.items() if name.startswith("why:")},
    }
