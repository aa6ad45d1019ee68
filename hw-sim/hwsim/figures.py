"""The figures of a rehearsal's report that a scenario can expect something of."""

from __future__ import annotations

from firmware.protocol.names import Outcome

FIGURES = {
    "totals.OUTCOME": "calls with that outcome, `totals.offered` for all",
    "service_level.percent": "of calls that reached a queue, answered in time",
    "asa_s": "average speed of answer",
    "calls": "calls of every direction",
    "outbound": "outgoing calls",
    "internal": "calls between telephones",
    "still_open": "calls not ended at the end",
    "longest_call_s": "from offer to release",
    "longest_queue_s": "from queue to answer or release",
    "recordings": "recordings with audio",
    "unrecorded": "queued calls in which a person talked, without a recording",
    "missed": "ringings agents did not take",
    "held": "calls that were on hold",
    "ledger.unexplained_s": "answered seconds without audio or reason",
    "transfers": "transfers made",
    "conferences": "three-party conferences",
}
"""In words; `totals.OUTCOME` stands for one of each outcome."""
TOTALS = tuple(f"totals.{name}" for name in ("offered", *map(str, Outcome)))
NAMES = (*TOTALS, *(name for name in FIGURES if name != "totals.OUTCOME"))
"""Everything an `[[expect]]` can name."""
