"""Counts and microseconds that are added: the sums of two periods are those of both together, to the microsecond.

A call belongs to the period it was offered in, whole; an agent's time belongs to the periods it passed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from firmware.cli.reports.periods import Period, place, shares
from firmware.protocol.names import AgentState, Outcome
from firmware.store import queries

Sums = Counter[str]
OUTCOMES = tuple(str(one) for one in Outcome)


class Asked(Struct, frozen=True):
    """What is counted, and how."""

    queue: str = ""
    """Only calls that were in this queue."""
    agent: str = ""
    """Only calls this agent talked in, and this agent's time."""
    short_s: float = 20.0
    """An abandon within it is a short one."""
    within_s: float = 0.0
    """The service level's X for all queues; 0: each queue's own."""
    levels: dict[str, float] = {}
    """Each queue's own X."""

    def limit_us(self, queue: str) -> int:
        return round((self.within_s or self.levels.get(queue, 20.0)) * 1e6)


def sums_of(db: Database, periods: Sequence[Period], asked: Asked) -> list[Sums]:
    """One for each period."""
    found = [Sums() for _ in periods]
    if periods:
        _add_calls(db, periods, asked, found)
        _add_agents(db, periods, asked, found)
        _add_busy(db, periods, found)
    return found


def added(all_of_them: Iterable[Sums]) -> Sums:
    total = Sums()
    for one in all_of_them:
        total.update(one)
    return total


def amiss(sums: Sums) -> int:
    """How many offered calls have no outcome, or more than the outcomes account for; 0 as it should be."""
    return sums["offered"] - sum(sums[outcome] for outcome in OUTCOMES)


_CALLS = """
SELECT c.id, c.offered_at, c.outcome, c.queue, c.rings, c.released_us IS NOT NULL AS over,
  c.box_answered_us IS NOT NULL OR c.answered_us IS NOT NULL AS taken, c.queued_us IS NOT NULL AS queued,
  (SELECT sum(coalesce(v.to_us, :now) - v.from_us) FROM queue_visits v WHERE v.call = c.id) AS wait,
  EXISTS (SELECT 1 FROM queue_visits v WHERE v.call = c.id AND v.why = 'answered') AS served,
  EXISTS (SELECT 1 FROM transfers t WHERE t.call = c.id AND t.kind <> 'recall') AS transferred,
  (SELECT sum(coalesce(t.to_us, :now) - t.from_us) FROM talks t WHERE t.call = c.id AND t.role = 'caller') AS talk,
  (SELECT sum(coalesce(h.to_us, :now) - h.from_us) FROM holds h JOIN legs l ON l.id = h.leg
    WHERE h.call = c.id AND l.role = 'caller') AS hold
FROM calls c WHERE c.direction = 'inbound' AND c.offered_at >= :from AND c.offered_at < :to
  AND (:queue = '' OR EXISTS (SELECT 1 FROM queue_visits v WHERE v.call = c.id AND v.queue = :queue))
  AND (:agent = '' OR EXISTS (SELECT 1 FROM talks t WHERE t.call = c.id AND t.agent = :agent))
ORDER BY c.offered_at, c.id
"""


def _add_calls(db: Database, periods: Sequence[Period], asked: Asked, found: list[Sums]) -> None:
    values = {
        "now": queries.now_us(db),
        "from": periods[0].from_us,
        "to": periods[-1].to_us,
        "queue": asked.queue,
        "agent": asked.agent,
    }
    for row in db.query(_CALLS, values):
        number = place(periods, row["offered_at"])
        if number >= 0:
            _add_call(found[number], row, asked)


def _add_call(sums: Sums, row: dict[str, Any], asked: Asked) -> None:
    if not row["over"]:
        sums["in_progress"] += 1
        return
    sums["offered"] += 1
    outcome, wait_us = row["outcome"], row["wait"] or 0
    if outcome in OUTCOMES:
        sums[outcome] += 1
    if row["taken"] and row["rings"]:
        sums["rung"] += 1
        sums["rings"] += row["rings"]
    if row["queued"]:
        _add_queued(sums, row, wait_us, asked)
    elif outcome == Outcome.REFUSED:
        sums["refused_before"] += 1
    if outcome == Outcome.ANSWERED:
        _add_answered(sums, row)


def _add_queued(sums: Sums, row: dict[str, Any], wait_us: int, asked: Asked) -> None:
    sums["queued"] += 1
    sums["wait_us"] += wait_us
    if row["outcome"] == Outcome.ABANDONED_IN_QUEUE:
        short = wait_us <= round(asked.short_s * 1e6)
        sums["abandoned_wait_us"] += wait_us
        sums["short_abandons" if short else "long_abandons"] += 1
    elif row["served"]:
        sums["served"] += 1
        sums["served_wait_us"] += wait_us
        sums["in_time"] += wait_us <= asked.limit_us(row["queue"])
    else:
        sums["flowed_out"] += 1


def _add_answered(sums: Sums, row: dict[str, Any]) -> None:
    sums["talk_us"] += row["talk"] or 0
    if row["hold"]:
        sums["held"] += 1
        sums["hold_us"] += row["hold"]
    sums["transferred"] += row["transferred"]


# -- agents -----------------------------------------------------------------------------------------

_STATES = """
SELECT agent, state, from_at AS since, coalesce(to_us, :now) + from_at - from_us AS until
FROM agent_states WHERE (:agent = '' OR agent = :agent) AND from_at < :to ORDER BY id
"""
_TALKS = """
SELECT t.from_us + c.offered_at - c.offered_us AS since, coalesce(t.to_us, :now) + c.offered_at - c.offered_us AS until
FROM {} t JOIN calls c ON c.id = t.call WHERE t.agent <> '' AND (:agent = '' OR t.agent = :agent) ORDER BY t.id
"""
_OFFERS = """
SELECT o.from_us + c.offered_at - c.offered_us AS since, o.result FROM agent_offers o JOIN calls c ON c.id = o.call
WHERE (:agent = '' OR o.agent = :agent) ORDER BY o.id
"""
STATE_SUMS = {
    AgentState.READY: "idle_us",
    AgentState.NOT_READY: "not_ready_us",
    AgentState.RINGING: "ringing_us",
    AgentState.WRAP_UP: "wrap_up_us",
}


def _add_agents(db: Database, periods: Sequence[Period], asked: Asked, found: list[Sums]) -> None:
    values = {"now": queries.now_us(db), "agent": asked.agent, "to": periods[-1].to_us}
    for row in db.query(_STATES, values):
        _add_state(periods, found, row)
    for table, name in (("talks", "agent_talk_us"), ("holds", "agent_hold_us")):
        for row in db.query(_TALKS.format(table), values):
            for number, part_us in shares(periods, row["since"], row["until"]):
                found[number][name] += part_us
    for row in db.query(_OFFERS, values):
        number = place(periods, row["since"])
        if number >= 0 and row["result"] in ("connected", "no-answer", "declined"):
            found[number]["connected" if row["result"] == "connected" else "missed"] += 1


def _add_state(periods: Sequence[Period], found: list[Sums], row: dict[str, Any]) -> None:
    state = row["state"]
    begins = place(periods, row["since"])
    if state == AgentState.WRAP_UP and begins >= 0:
        found[begins]["wrap_ups"] += 1
    if state == AgentState.SIGNED_OUT:
        return
    for number, part_us in shares(periods, row["since"], row["until"]):
        found[number]["signed_in_us"] += part_us
        if state in STATE_SUMS:
            found[number][STATE_SUMS[AgentState(state)]] += part_us


def _add_busy(db: Database, periods: Sequence[Period], found: list[Sums]) -> None:
    """Box time is shown by the clock that was in force when the span began."""
    now_us = queries.now_us(db)
    clocks = db.execute("SELECT from_us, shown_offset_us FROM clocks ORDER BY rowid").fetchall()
    for from_us, to_us in db.execute(
        "SELECT from_us, coalesce(to_us, ?) FROM busy_spans", (now_us,)
    ).fetchall():
        offset_us = next((offset for since, offset in reversed(clocks) if since <= from_us), 0)
        for number, part_us in shares(periods, from_us + offset_us, to_us + offset_us):
            found[number]["all_busy_us"] += part_us
