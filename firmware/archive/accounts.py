"""The ledger's entries, read from history.db."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from firmware.archive.ledger import Entry, Reason, Span, Tape, entries
from firmware.archive.tapes import TICK_US

_FOR_EVER = 1 << 62
SWITCH_DIED = "switch-died"


def account_of_calls(
    db: Database, from_at: int = 0, to_at: int = _FOR_EVER
) -> Iterator[tuple[int, list[Entry]]]:
    """(call, its entries) of each call offered in this span of Unix microseconds and answered by box or
    person.
    """
    last = db.execute("SELECT at_us FROM progress").fetchone()
    now_us = last[0] if last else 0
    found = db.execute(
        "SELECT id, min(coalesce(box_answered_us, answered_us), coalesce(answered_us, box_answered_us)),"
        " coalesce(released_us, ?) FROM calls WHERE coalesce(box_answered_us, answered_us) IS NOT NULL"
        " AND offered_at >= ? AND offered_at < ? ORDER BY id",
        (now_us, from_at, to_at),
    ).fetchall()
    for call, answered_us, released_us in found:
        if released_us > answered_us:
            span = (answered_us, released_us)
            yield call, entries(call, span, _tapes(db, call, now_us), _reasons(db, call))


def _tapes(db: Database, call: int, now_us: int) -> list[Tape]:
    found = db.execute(
        "SELECT id, leg, taped_us, from_tick, coalesce(to_tick, audio_from_tick + seconds * 50), ended_us,"
        " cut, path, why, began_us FROM recordings WHERE call = ? ORDER BY began_us, id",
        (call,),
    ).fetchall()
    return [_tape(db, row, now_us) for row in found]


def _tape(db: Database, row: tuple[Any, ...], now_us: int) -> Tape:
    recording, leg, taped_us, from_tick, to_tick, ended_us, cut, path, why, began_us = row
    start = taped_us if taped_us is not None else began_us
    end = ended_us if ended_us is not None else now_us
    if from_tick is not None and to_tick is not None:
        end = start + (int(to_tick) - from_tick) * TICK_US
    span = (start, max(start, end))
    if cut and not path:
        return Tape(recording, leg, span, ((span, _why_no_file(why)),))
    gaps = [
        ((start + (gap_from - from_tick) * TICK_US, start + (gap_to - from_tick) * TICK_US), reason)
        for gap_from, gap_to, reason in db.execute(
            "SELECT from_tick, to_tick, reason FROM ledger_gaps WHERE recording = ?", (recording,)
        ).fetchall()
        if from_tick is not None
    ]
    paused = tuple(_pauses(db, recording, span))
    if why == SWITCH_DIED and ended_us is not None and ended_us > span[1]:
        # From the last taped tick until somebody noticed: the box was away.
        gaps.append(((span[1], ended_us), SWITCH_DIED))
        span = (span[0], ended_us)
    return Tape(recording, leg, span, tuple(gaps), paused)


def _why_no_file(why: str | None) -> str:
    return why if why == "too-short" else "blocks-missing"


def _pauses(db: Database, recording: str, span: Span) -> Iterator[Span]:
    paused_us = None
    for mark, at_us in db.execute(
        "SELECT mark, at_us FROM recording_marks WHERE recording = ? ORDER BY id", (recording,)
    ).fetchall():
        if mark == "paused" and paused_us is None:
            paused_us = at_us
        elif mark != "paused" and paused_us is not None:
            yield paused_us, at_us
            paused_us = None
    if paused_us is not None:
        yield paused_us, span[1]


def _reasons(db: Database, call: int) -> list[Reason]:
    """Reasons in order of time; a recording's beginning ends the reason before it."""
    found = db.execute(
        "SELECT at_us, leg, reason FROM not_recorded WHERE call = ? UNION ALL"
        " SELECT began_us, leg, '' FROM recordings WHERE call = ? ORDER BY 1",
        (call, call),
    ).fetchall()
    return [Reason(*row) for row in found]
