"""The ledger's entries, read from history.db."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from firmware.archive import evidence
from firmware.archive.evidence import SWITCH_DIED, TICK_STOOD, Taped, known_losses, missing_ticks, reasons_for
from firmware.archive.ledger import EDGE_US, UNEXPLAINED, Entry, Reason, Span, Tape, entries
from firmware.archive.tapes import TICK_US

_FOR_EVER = 1 << 62
TOO_SHORT = "too-short"
ENGINE_AWAY = "engine-away"
"""Nobody was joined nor taped yet: the engine decided late upon what had happened in its absence."""


class _Row(Struct, frozen=True):
    id: str
    leg: int
    taped_us: int | None
    epoch: int | None
    from_tick: int | None
    to_tick: int | None
    """As told, or as far as the file goes."""
    ended_us: int | None
    cut: int
    path: str
    why: str | None
    gone: str
    began_us: int
    untaped_us: int | None

    @property
    def taped(self) -> Taped:
        start_us = self.began_us if self.taped_us is None else self.taped_us
        return Taped(self.id, self.epoch or 0, self.from_tick or 0, start_us)


def account_of_calls(
    db: Database, from_at: int = 0, to_at: int = _FOR_EVER, data: Path | None = None
) -> Iterator[tuple[int, list[Entry]]]:
    """(call, its entries) of each call offered in this span of Unix microseconds and answered by box or
    person. With the box's `data`, a file that is not there is no audio.
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
            yield call, entries(call, span, _tapes(db, call, now_us, data), _reasons(db, call))


def _tapes(db: Database, call: int, now_us: int, data: Path | None) -> list[Tape]:
    found = db.execute(
        "SELECT id, leg, taped_us, epoch, from_tick, coalesce(to_tick, audio_from_tick + CAST(seconds * 50 AS INT)),"
        " ended_us, cut, path, why, gone, began_us, untaped_us FROM recordings WHERE call = ? ORDER BY began_us, id",
        (call,),
    ).fetchall()
    return [_tape(db, _Row(*row), now_us, data) for row in found]


def _tape(db: Database, row: _Row, now_us: int, data: Path | None) -> Tape:
    taped = row.taped
    end_us = row.ended_us if row.ended_us is not None else now_us
    if row.from_tick is not None and row.to_tick is not None:
        _, end_us = taped.span(row.from_tick, row.to_tick)
    whole = (taped.start_us, max(taped.start_us, end_us))
    if row.cut and not row.path and row.why == TOO_SHORT:
        return Tape(row.id, row.leg, whole, ((whole, TOO_SHORT),))
    lost = data is not None and bool(row.path) and not (data / row.path).is_file()
    if lost:
        return Tape(row.id, row.leg, whole, ((whole, UNEXPLAINED),))
    missing = [whole] if row.cut and not row.path and not row.gone else missing_ticks(db, taped)
    span = whole
    stood_us = row.untaped_us or 0
    if row.why == SWITCH_DIED:
        # From the last taped tick until somebody noticed.
        span = (whole[0], max(whole[1], row.ended_us or 0))
        stood_us = whole[1] + evidence.stood_us(db, taped, span[1])
    elif stood_us > whole[1] + TICK_US:
        # It was taped till then, and that is more time than ticks: in between the ticks stood still.
        span = (whole[0], stood_us)
    if span != whole:
        missing.append((whole[1], span[1]))
    known = [*known_losses(db, taped, span[1]), ((whole[1], stood_us), TICK_STOOD)] if missing else []
    gaps = reasons_for(missing, known)
    if taped.start_us - row.began_us > EDGE_US:
        # The switch says when its tape began, which is when it was told to.
        gaps = [((row.began_us, taped.start_us), ENGINE_AWAY), *gaps]
        span = (row.began_us, span[1])
    if row.gone:
        gaps.append((whole, row.gone))  # what was never there keeps its own reason
    return Tape(row.id, row.leg, span, tuple(gaps), tuple(_pauses(db, row.id, span)))


def _pauses(db: Database, recording: str, span: Span) -> Iterator[Span]:
    paused_us = None
    for mark, at_us in db.execute(
        "SELECT mark, at_us FROM recording_marks WHERE recording = ? AND mark IN ('paused', 'unpaused') ORDER BY id",
        (recording,),
    ).fetchall():
        if mark == "paused" and paused_us is None:
            paused_us = at_us
        elif mark == "unpaused" and paused_us is not None:
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
