"""Why audio is missing, by what else is known of that time. What has no evidence has no reason: it is unexplained."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from sqlite_utils import Database

from firmware.archive.ledger import UNEXPLAINED, Span
from firmware.archive.tapes import TICK_US
from firmware.archive.tracks import MISSING

SWITCH_DIED, POWER_CUT, REEL_DAMAGED = "switch-died", "power-cut", "reel-damaged"
TICK_STOOD = "tick-stood"
"""The switch taped from one moment to another and counted fewer ticks than that is long."""
UNSYNCED_US = 5_000_000
"""A power cut takes the tape's last second; with a slow disk so much (SAFETY.md D2), and never more."""
UNTOLD_US = 1_000_000
"""A switch says something at least so often before it dies, and its ticks are not exactly 20 ms of box time."""


class Taped(Struct, frozen=True):
    """Where a recording's ticks lie in box time."""

    recording: str
    epoch: int
    from_tick: int
    start_us: int

    def span(self, from_tick: int, to_tick: int) -> Span:
        return self._us(from_tick), self._us(to_tick)

    def tick(self, at_us: int) -> int:
        return self.from_tick + (at_us - self.start_us) // TICK_US

    def _us(self, tick: int) -> int:
        return self.start_us + (tick - self.from_tick) * TICK_US


Known = tuple[Span, str]


def known_losses(db: Database, taped: Taped, until_us: int) -> list[Known]:
    """What is known of this recording's time, the surest first."""
    return [
        *_stated(db, taped),
        *_reel_faults(db, taped, until_us),
        *_power_cuts(db, taped.start_us, until_us),
        *_deaths(db, taped.start_us, until_us),
    ]


def missing_ticks(db: Database, taped: Taped) -> list[Span]:
    """Stretches the reels did not have when the recording was cut."""
    found = db.execute(
        "SELECT from_tick, to_tick FROM ledger_gaps WHERE recording = ? AND reason = ?",
        (taped.recording, MISSING),
    ).fetchall()
    return [taped.span(*ticks) for ticks in found]


def stood_us(db: Database, taped: Taped, until_us: int) -> int:
    """For how long its switch's ticks stood still: by the last tick it left in memory, or told of any tape."""
    found = db.execute(
        "SELECT from_tick, taped_us FROM recordings WHERE epoch = ? AND taped_us > ? AND taped_us <= ?"
        " UNION SELECT to_tick, untaped_us FROM recordings WHERE epoch = ? AND untaped_us > ? AND untaped_us <= ?"
        " UNION SELECT last_tick, last_tick_us FROM switch_lives"
        " WHERE former_epoch = ? AND last_tick_us > ? AND last_tick_us <= ?"
        " ORDER BY 2 DESC LIMIT 1",
        (taped.epoch, taped.start_us, until_us) * 3,
    ).fetchone()
    if found is None or found[0] is None:
        return 0
    tick, at_us = int(found[0]), int(found[1])
    return max(0, (at_us - taped.start_us) - (tick - taped.from_tick) * TICK_US)


def reasons_for(missing: Iterable[Span], known: Sequence[Known]) -> list[Known]:
    """Each missing stretch, piece by piece with its reason."""
    found: list[Known] = []
    for start, end in missing:
        edges = {edge for span, _ in known for edge in span if start < edge < end}
        points = sorted({start, end, *edges})
        for begin, stop in itertools.pairwise(points):
            why = next(
                (reason for (since, until), reason in known if since <= begin and stop <= until), UNEXPLAINED
            )
            found.append(((begin, stop), why))
    return found


def _stated(db: Database, taped: Taped) -> Iterator[Known]:
    """What the switch told it could not put anywhere, with the reason the engine knew."""
    for from_tick, to_tick, reason in db.execute(
        "SELECT from_tick, to_tick, reason FROM ledger_gaps WHERE recording = ? AND reason <> ?",
        (taped.recording, MISSING),
    ).fetchall():
        yield taped.span(from_tick, to_tick), reason


def _reel_faults(db: Database, taped: Taped, until_us: int) -> Iterator[Known]:
    for from_tick, to_tick, reason in db.execute(
        "SELECT from_tick, to_tick, reason FROM reel_faults WHERE epoch = ? AND to_tick > ? AND from_tick < ?",
        (taped.epoch, taped.from_tick, taped.tick(until_us) + 1),
    ).fetchall():
        yield taped.span(from_tick, to_tick), reason


def _power_cuts(db: Database, from_us: int, until_us: int) -> Iterator[Known]:
    """From what may have been unsynced to the moment the switch was back."""
    for last_us, back_us in db.execute(
        "SELECT last_us, coalesce((SELECT min(at_us) FROM switch_lives s WHERE s.at_us >= m.at_us), at_us)"
        " FROM memories m WHERE at_us > ? AND last_us - ? < ?",
        (from_us, UNSYNCED_US, until_us),
    ).fetchall():
        yield (last_us - UNSYNCED_US, back_us), POWER_CUT


def _deaths(db: Database, from_us: int, until_us: int) -> Iterator[Known]:
    for last_seen_us, at_us in db.execute(
        "SELECT coalesce(last_seen_us, at_us), at_us FROM switch_lives WHERE at_us > ? AND last_seen_us - ? < ?",
        (from_us, UNTOLD_US, until_us),
    ).fetchall():
        yield (last_seen_us - UNTOLD_US, at_us), SWITCH_DIED
