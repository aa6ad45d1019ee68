"""The figures that are compared, of a day that was and of a day that was rehearsed: the reports' own formulas."""

from __future__ import annotations

from msgspec import Struct
from sqlite_utils import Database

from firmware.cli.reports.kpis import kpis
from firmware.cli.reports.periods import Period
from firmware.cli.reports.queue_rows import queue_sums
from firmware.cli.reports.sums import OUTCOMES, Asked, Sums, sums_of
from firmware.config.schema import Config

_FORMULAS = {one.key: one.value for one in kpis()}
_WAITS = """
SELECT v.queue, sum(v.to_us - v.from_us) / 1e6 AS waited_s, count(*) AS answered FROM queue_visits v
JOIN calls c ON c.id = v.call WHERE v.why = 'answered' AND c.direction = 'inbound' AND c.offered_at >= ?
  AND c.offered_at < ? GROUP BY v.queue
"""
Values = dict[str, float | None]
COUNTS = ("offered", "answered", "abandoned")
SECONDS = ("asa_s", "longest_wait_s")
SERVICE_LEVEL = "service_level"
ROWS = (*COUNTS, SERVICE_LEVEL, *SECONDS)
"""What is told of the whole box and of each queue, in this order."""
OCCUPANCY = "occupancy"
BOX_ROWS = (*ROWS, OCCUPANCY)
"""Agents serve several queues: what they were busy is told of the box alone."""


class Figures(Struct, frozen=True):
    total: Values
    """`BOX_ROWS`."""
    queues: dict[str, Values]
    outcomes: dict[str, int]


def figures(db: Database, day: Period, config: Config) -> Figures:
    """Each queue's service level is by its own threshold in this configuration."""
    asked = Asked(levels={queue.id: queue.service_level_s for queue in config.queues})
    (sums,) = sums_of(db, [day], asked)
    (by_queue,) = queue_sums(db, [day], asked)
    speeds = {
        row["queue"]: row["waited_s"] / row["answered"] for row in db.query(_WAITS, (day.from_us, day.to_us))
    }
    longest_s = max((one["longest_us"] for one in by_queue.values()), default=0) / 1e6
    return Figures(
        total=_total(sums, longest_s),
        queues={queue: _queue(one, speeds.get(queue)) for queue, one in sorted(by_queue.items())},
        outcomes={name: sums[name] for name in OUTCOMES},
    )


def _total(sums: Sums, longest_s: float) -> Values:
    return {
        "offered": sums["offered"],
        "answered": sums["answered"],
        "abandoned": sums["abandoned_in_queue"] + sums["abandoned_in_menu"],
        SERVICE_LEVEL: _FORMULAS["service_level"](sums),
        "asa_s": _FORMULAS["speed_of_answer"](sums),
        "longest_wait_s": longest_s,
        OCCUPANCY: _FORMULAS[OCCUPANCY](sums),
    }


def _queue(sums: Sums, speed_s: float | None) -> Values:
    over = sums["entered"] - sums["waiting"]
    return {
        "offered": sums["entered"],
        "answered": sums["answered"],
        "abandoned": sums["abandoned"],
        SERVICE_LEVEL: 100 * sums["in_time"] / over if over else None,
        "asa_s": speed_s,
        "longest_wait_s": sums["longest_us"] / 1e6,
    }
