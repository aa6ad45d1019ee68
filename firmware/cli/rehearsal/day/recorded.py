"""What history knows of a day's callers: when each came, what was pressed, how long was waited, talked, written up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, structs
from sqlite_utils import Database

from firmware.cli.reports.periods import Period
from firmware.protocol.names import Outcome, ReleasedBy

Row = dict[str, Any]


class Work(Struct, frozen=True):
    """What a call was to the agent who took it first, in seconds."""

    talk_s: float
    """From the first word to being free of it: talk, hold, asking a colleague."""
    wrap_up_s: float = 0.0
    """0: there was none."""


class Ring(Struct, frozen=True):
    """One agent rung for a call, for so many seconds. `cut`: something else ended it before the agent did."""

    agent: str
    seconds: float
    lifted: bool
    cut: bool = False


class DayCall(Struct, frozen=True):
    """One call from outside. Seconds; `at_us` is Unix time."""

    id: int
    at_us: int
    line: str
    called: str
    """The number of ours that was called, where a trunk told it."""
    number: str
    name: str
    presentation: str
    outcome: str
    lasted_s: float
    """From the first ring to the end."""
    answered_s: float | None
    """From the first ring to the answer by the box, or by a telephone where no flow answers."""
    queue: str = ""
    """The first it waited in."""
    menu_s: float = 0.0
    """From the answer by the box to the queue, or to the end where it never came to one."""
    waited_s: float | None = None
    """From the first queue to the first word with a person, or to what else ended it; None: it never waited."""
    gave_up: bool = False
    """This caller's patience is known: that was all of it."""
    work: Work | None = None
    rings: tuple[Ring, ...] = ()
    left: bool = False
    """Hung up before anybody spoke, and not in a queue: in a menu, or while somebody else was rung."""
    press: tuple[tuple[str, float], ...] = ()
    """Keys, and seconds after the answer."""
    message_s: float = 0.0


_CALLS = """
SELECT c.*, (SELECT min(t.from_us) FROM talks t WHERE t.call = c.id AND t.role = 'caller') AS talked_us,
  (SELECT max(t.to_us) FROM talks t WHERE t.call = c.id AND t.role = 'caller') AS hushed_us,
  (SELECT max(v.to_us) FROM queue_visits v WHERE v.call = c.id) AS dequeued_us,
  (SELECT v.queue FROM queue_visits v WHERE v.call = c.id ORDER BY v.id LIMIT 1) AS first_queue,
  (SELECT sum(m.seconds) FROM voicemails m WHERE m.call = c.id AND m.of = '') AS message_s
FROM calls c WHERE c.direction = 'inbound' AND c.released_us IS NOT NULL AND c.offered_at >= ? AND c.offered_at < ?
ORDER BY c.offered_at, c.id
"""
_STATES = """
SELECT call, agent, state, from_us, to_us FROM agent_states
WHERE state IN ('talking', 'wrap-up') AND to_us IS NOT NULL AND call BETWEEN ? AND ? ORDER BY id
"""
_DIGITS = "SELECT call, digits, at_us FROM digits WHERE digits <> '' AND call BETWEEN ? AND ? ORDER BY id"
_OFFERS = """
SELECT call, agent, result, (to_us - from_us) / 1e6 AS seconds FROM agent_offers
WHERE to_us IS NOT NULL AND call BETWEEN ? AND ? ORDER BY id
"""
_EXITS = """
SELECT v.call, v.queue, v.to_us AS at_us FROM queue_visits v WHERE v.why = 'exit-key' AND v.call BETWEEN ? AND ?
ORDER BY v.id
"""


def day_calls(db: Database, day: Period, exit_keys: dict[str, str]) -> list[DayCall]:
    """In order. `exit_keys`: the key that leads out of each queue, by its id."""
    rows = list(db.query(_CALLS, (day.from_us, day.to_us)))
    if not rows:
        return []
    span = min(row["id"] for row in rows), max(row["id"] for row in rows)
    states: dict[tuple[int, str], dict[str, Row]] = defaultdict(dict)
    for row in db.query(_STATES, span):
        states[row["call"], row["agent"]][row["state"]] = row
    keys = _keys(db.query(_DIGITS, span), db.query(_EXITS, span), exit_keys)
    rings: dict[int, list[Ring]] = defaultdict(list)
    for row in db.query(_OFFERS, span):
        lifted, missed = row["result"] == "connected", row["result"] in ("no-answer", "declined")
        rings[row["call"]].append(Ring(row["agent"], row["seconds"], lifted, not (lifted or missed)))
    return [
        structs.replace(
            _day_call(row, states[row["id"], row["agent"]], keys.get(row["id"], [])),
            rings=tuple(rings.get(row["id"], ())),
        )
        for row in rows
    ]


def _keys(
    digits: Iterable[Row], exits: Iterable[Row], exit_keys: dict[str, str]
) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in digits:
        found[row["call"]].append((row["digits"], row["at_us"]))
    for row in exits:
        if key := exit_keys.get(row["queue"]):
            found[row["call"]].append((key, row["at_us"]))
    return found


def _day_call(row: Row, states: dict[str, Row], keys: list[tuple[str, int]]) -> DayCall:
    answered_us = row["box_answered_us"] or row["answered_us"]
    since_us = answered_us or row["released_us"]
    return DayCall(
        id=row["id"],
        at_us=row["offered_at"],
        line=row["line"],
        called=row["called"],
        number=row["from_number"],
        name=row["from_name"],
        presentation=row["presentation"] or "allowed",
        outcome=row["outcome"] or str(Outcome.FAILED),
        lasted_s=_seconds(row["offered_us"], row["released_us"]),
        answered_s=None if answered_us is None else _seconds(row["offered_us"], answered_us),
        queue=row["first_queue"] or "",
        menu_s=_seconds(since_us, row["queued_us"] or row["released_us"]),
        waited_s=_waited_s(row),
        gave_up=_gave_up(row),
        left=_left(row),
        work=_work(row, states),
        press=tuple((key, _seconds(since_us, at_us)) for key, at_us in keys),
        message_s=row["message_s"] or 0.0,
    )


def _waited_s(row: Row) -> float | None:
    if row["queued_us"] is None:
        return None
    return _seconds(row["queued_us"], _end_of_wait_us(row))


def _left(row: Row) -> bool:
    heard_nobody = row["talked_us"] is None and not row["message_s"]
    return heard_nobody and row["released_by"] == ReleasedBy.CALLER and row["queued_us"] is None


def _end_of_wait_us(row: Row) -> int:
    if row["talked_us"] is not None:
        return int(row["talked_us"])
    return int(row["released_us"] if _gave_up(row) else row["dequeued_us"] or row["released_us"])


def _gave_up(row: Row) -> bool:
    """Also who left while the agent's number was told, before anybody spoke."""
    if row["outcome"] == Outcome.ABANDONED_IN_QUEUE:
        return True
    in_between = row["answered_us"] is not None and row["talked_us"] is None
    return in_between and row["queued_us"] is not None and row["released_by"] == ReleasedBy.CALLER


def _work(row: Row, states: dict[str, Row]) -> Work | None:
    """Of the agent who took it; of a telephone without one, the talk alone."""
    talked_us = row["talked_us"]
    if talked_us is None:
        return None
    talking, wrapping = states.get("talking"), states.get("wrap-up")
    ended_us = talking["to_us"] if talking else row["hushed_us"] or row["released_us"]
    return Work(
        _seconds(talked_us, ended_us), _seconds(wrapping["from_us"], wrapping["to_us"]) if wrapping else 0.0
    )


def _seconds(from_us: int, to_us: int) -> float:
    return max(0.0, (to_us - from_us) / 1e6)
