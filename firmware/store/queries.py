"""What people ask history.db: calls, agents, recordings of a span of time. Spans are Unix microseconds."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from firmware.protocol.names import AgentState, Outcome

Row = dict[str, Any]
ANY_TIME = (0, 1 << 62)


def zone(db: Database) -> str:
    """The site's IANA zone."""
    found = db.execute("SELECT zone FROM boxes").fetchone()
    return str(found[0]) if found else "UTC"


def now_us(db: Database) -> int:
    """Box time up to which history goes."""
    found = db.execute("SELECT at_us FROM progress").fetchone()
    return int(found[0]) if found else 0


def clock_offset_us(db: Database) -> int:
    """Wall time minus box time, as last known."""
    found = db.execute("SELECT offset_us FROM clocks ORDER BY rowid DESC LIMIT 1").fetchone()
    return int(found[0]) if found else 0


def calls(db: Database, span: tuple[int, int] = ANY_TIME) -> list[Row]:
    """Calls that began in the span, in order; `recordings` are the ids of their recordings."""
    found = list(
        db.query("SELECT * FROM calls WHERE offered_at >= ? AND offered_at < ? ORDER BY offered_us, id", span)
    )
    of_call: dict[int, list[str]] = {}
    for call, recording in db.execute("SELECT call, id FROM recordings ORDER BY began_us, id").fetchall():
        of_call.setdefault(call, []).append(recording)
    for row in found:
        row["recordings"] = of_call.get(row["id"], [])
    return found


def totals(rows: list[Row]) -> dict[str, int]:
    """`offered` and each outcome of the inbound calls that are over; these add up. What still runs is
    `in_progress`.
    """
    inbound = [row for row in rows if row["direction"] == "inbound"]
    ended = [row["outcome"] for row in inbound if row["released_us"] is not None]
    counts = {outcome.value: ended.count(outcome.value) for outcome in Outcome}
    return {"offered": len(ended), **counts, "in_progress": len(inbound) - len(ended)}


def messages(db: Database) -> list[Row]:
    """Messages that are in a mailbox, oldest first; `unchecked` where it should have been heard by now."""
    return list(
        db.query(
            "SELECT v.mailbox, v.recording, v.left_us, v.left_at, v.seconds, v.heard_us, v.passed_on_by,"
            " coalesce(c.from_number, '') AS caller, coalesce(r.path, '') AS path,"
            " EXISTS (SELECT 1 FROM mailbox_checks k WHERE k.mailbox = v.mailbox AND k.checked_us IS NULL)"
            " AND v.heard_us IS NULL AS unchecked"
            " FROM voicemails v LEFT JOIN calls c ON c.id = v.call LEFT JOIN recordings r ON r.id = v.recording"
            " WHERE v.deleted_us IS NULL AND v.of = '' ORDER BY v.left_us, v.recording"
        )
    )


def recordings(db: Database, span: tuple[int, int] = ANY_TIME) -> list[Row]:
    """Recordings that began in the span, in order."""
    return list(
        db.query("SELECT * FROM recordings WHERE began_at >= ? AND began_at < ? ORDER BY began_us, id", span)
    )


def agents(db: Database, span: tuple[int, int] = ANY_TIME) -> list[Row]:
    """Each agent's times in seconds and counts within the span; what is under way counts up to now."""
    found: dict[str, Row] = {}
    _add_states(db, span, found)
    _add_talks(db, span, found)
    _add_offers(db, span, found)
    return [found[agent] for agent in sorted(found)]


_STATE_COLUMNS = {
    AgentState.READY: "idle_s",
    AgentState.NOT_READY: "not_ready_s",
    AgentState.RINGING: "ringing_s",
    AgentState.WRAP_UP: "wrapup_s",
}


def _blank(agent: str) -> Row:
    times = ("signed_in_s", "idle_s", "ringing_s", "talk_s", "hold_s", "wrapup_s", "not_ready_s")
    return {"id": agent, **dict.fromkeys(times, 0.0), "answered": 0, "missed": 0, "not_ready": {}}


def _add_states(db: Database, span: tuple[int, int], found: dict[str, Row]) -> None:
    for agent, state, reason, from_at, to_at in db.execute(
        "SELECT agent, state, reason, max(from_at, ?), min(coalesce(to_us, ?) + from_at - from_us, ?)"
        " FROM agent_states ORDER BY id",
        (span[0], now_us(db), span[1]),
    ).fetchall():
        row = found.setdefault(agent, _blank(agent))
        seconds = max(0, to_at - from_at) / 1e6
        if state != AgentState.SIGNED_OUT:
            row["signed_in_s"] += seconds
        if state in _STATE_COLUMNS:
            row[_STATE_COLUMNS[AgentState(state)]] += seconds
        if state == AgentState.NOT_READY:
            row["not_ready"][reason] = row["not_ready"].get(reason, 0.0) + seconds


def _add_talks(db: Database, span: tuple[int, int], found: dict[str, Row]) -> None:
    """Talk is credited to who talked, also after a transfer; hold to who put the caller there."""
    for column, table in (("talk_s", "talks"), ("hold_s", "holds")):
        for agent, from_at, to_at in db.execute(_INTERVALS[table], (now_us(db),)).fetchall():
            row = found.setdefault(agent, _blank(agent))
            row[column] += max(0, min(to_at, span[1]) - max(from_at, span[0])) / 1e6


_INTERVALS = {
    "talks": "SELECT t.agent, t.from_us + c.offered_at - c.offered_us,"
    " coalesce(t.to_us, ?) + c.offered_at - c.offered_us"
    " FROM talks t JOIN calls c ON c.id = t.call WHERE t.agent <> '' ORDER BY t.id",
    "holds": "SELECT h.agent, h.from_us + c.offered_at - c.offered_us,"
    " coalesce(h.to_us, ?) + c.offered_at - c.offered_us"
    " FROM holds h JOIN calls c ON c.id = h.call WHERE h.agent <> '' ORDER BY h.id",
}


def _add_offers(db: Database, span: tuple[int, int], found: dict[str, Row]) -> None:
    for agent, result, count in db.execute(
        "SELECT o.agent, o.result, count(*) FROM agent_offers o JOIN calls c ON c.id = o.call"
        " WHERE o.from_us + c.offered_at - c.offered_us >= ? AND o.from_us + c.offered_at - c.offered_us < ?"
        " GROUP BY o.agent, o.result",
        span,
    ).fetchall():
        row = found.setdefault(agent, _blank(agent))
        if result == "connected":
            row["answered"] += count
        elif result in ("no-answer", "declined"):
            row["missed"] += count
