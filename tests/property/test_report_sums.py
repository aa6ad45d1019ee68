"""Sums of any history over any division of any span are those of the whole, also where clocks change."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from firmware.cli.reports.periods import PER, Period, divided, place, shares
from firmware.cli.reports.queue_rows import queue_sums
from firmware.cli.reports.sums import OUTCOMES, Asked, added, amiss, sums_of
from firmware.store.migrations import HISTORY

DAY_US = 86_400_000_000
BEGIN_US = int(datetime(2026, 10, 23, tzinfo=UTC).timestamp()) * 1_000_000
"""The week in which Europe puts its clocks back."""
ZONES = ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
instants = st.integers(BEGIN_US, BEGIN_US + 4 * DAY_US)
lengths = st.integers(0, 3 * 3_600_000_000)
Call = tuple[int, str | None, int, int, str]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, Sequence[Any]]]:
    """Statements that make one: box time is Unix time here."""
    told: list[tuple[str, Sequence[Any]]] = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        at, wait, talk = draw(instants), draw(lengths), draw(lengths)
        outcome = draw(st.sampled_from([*OUTCOMES, None]))
        over = at + wait + talk if outcome else None
        told.append((_CALL, (number, at, at, outcome, over, draw(st.integers(0, 3)))))
        if draw(st.booleans()):
            why = draw(st.sampled_from(["answered", "abandoned", "overflow", None]))
            told.append((_VISIT, (number, draw(st.sampled_from("ab")), at, at + wait if why else None, why)))
            told.append(("UPDATE calls SET queued_us = offered_us WHERE id = ?", (number,)))
            told.append((_TALK, (number, draw(st.sampled_from(("1", "2"))), at + wait, at + wait + talk)))
    for agent in draw(st.lists(st.sampled_from(("1", "2")), max_size=6)):
        at, state = (
            draw(instants),
            draw(st.sampled_from(("ready", "wrap-up", "signed-out", "talking", "not-ready"))),
        )
        told.append((_STATE, (agent, state, at, at, draw(st.one_of(st.none(), lengths.map(at.__add__))))))
    return told


_CALL = (
    "INSERT INTO calls (id, box, direction, port, line, clock_quality, offered_us, offered_at, outcome,"
    " released_us, rings) VALUES (?, 'b', 'inbound', 0, 'l', 'ntp', ?, ?, ?, ?, ?)"
)
_VISIT = "INSERT INTO queue_visits (call, queue, priority, from_us, to_us, why) VALUES (?, ?, 0, ?, ?, ?)"
_TALK = (
    "INSERT INTO talks (call, leg, role, party, agent, others, from_us, to_us)"
    " VALUES (?, 1, 'caller', '', ?, '[]', ?, ?)"
)
_STATE = (
    "INSERT INTO agent_states (agent, state, reason, extension, call, from_us, from_at, to_us)"
    " VALUES (?, ?, '', '', 0, ?, ?, ?)"
)


def made(statements: list[tuple[str, Sequence[Any]]]) -> Database:
    db = Database(sqlite3.connect(":memory:"))
    HISTORY.apply(db)
    db.execute(
        "INSERT INTO progress (id, epoch, number, at_us) VALUES (1, 1, 1, ?)", (BEGIN_US + 5 * DAY_US,)
    )
    for statement, values in statements:
        db.execute(statement, values)
    return db


@settings(max_examples=80, deadline=None)
@given(histories(), st.sampled_from(PER), st.sampled_from(ZONES), instants, instants)
def test_sums_of_the_parts_are_those_of_the_whole(
    statements: list[tuple[str, Sequence[Any]]], per: str, zone: str, one: int, other: int
) -> None:
    db = made(statements)
    try:
        span = min(one, other), max(one, other) + 1
        asked = Asked(levels={"a": 20.0})
        whole = sums_of(db, [Period(*span)], asked)[0]
        parts = sums_of(db, divided(span, per, zone), asked)
        assert +added(parts) == +whole
        assert amiss(whole) >= 0
        visits = queue_sums(db, divided(span, per, zone), asked)
        (all_visits,) = queue_sums(db, [Period(*span)], asked)
        for queue, sums in all_visits.items():
            for name in ("entered", "answered", "abandoned", "left", "waiting"):
                assert sum(part[queue][name] for part in visits if queue in part) == sums[name]
            assert sums["entered"] == sum(sums[name] for name in ("answered", "abandoned", "left", "waiting"))
    finally:
        db.close()


@settings(deadline=None)
@given(st.sampled_from(PER), st.sampled_from(ZONES), instants, lengths, instants)
def test_periods_tile_the_span(per: str, zone: str, begin: int, length: int, at: int) -> None:
    span = begin, begin + length * 20 + 1
    periods = divided(span, per, zone)
    assert (periods[0].from_us, periods[-1].to_us) == span
    assert all(one.to_us == after.from_us for one, after in pairwise(periods))
    assert all(one.from_us < one.to_us for one in periods)
    number = place(periods, at)
    assert (number >= 0) == (span[0] <= at < span[1])
    if number >= 0:
        assert periods[number].from_us <= at < periods[number].to_us
    assert sum(part for _, part in shares(periods, span[0] - 5, span[1] + 5)) == span[1] - span[0]


@pytest.mark.parametrize(("zone", "day", "hours"), [("Europe/Berlin", 25, 25), ("Asia/Shanghai", 25, 24)])
def test_a_day_on_which_clocks_change_has_its_own_hours(zone: str, day: int, hours: int) -> None:
    begin = int(datetime(2026, 10, day, tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000
    end = int(datetime(2026, 10, day + 1, tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000
    assert len(divided((begin, end), "hour", zone)) == hours
    assert len(divided((begin, end), "half-hour", zone)) == 2 * hours
    assert len(divided((begin, end), "day", zone)) == 1
    labels = [one.label for one in divided((begin, end), "hour", zone)]
    assert len(set(labels)) == hours, "an hour that comes twice is told apart"


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begin = int(datetime(2026, 9, 10, 15, tzinfo=zone).timestamp()) * 1_000_000
    end = int(datetime(2026, 11, 5, tzinfo=zone).timestamp()) * 1_000_000
    assert [one.label[:10] for one in divided((begin, end), "month", "Europe/Berlin")] == [
        "2026-09-10", "2026-10-01", "2026-11-01",
    ]  # fmt: skip
    weeks = [one.label for one in divided((begin, end), "week", "Europe/Berlin")][1:]
    assert all(datetime.fromisoformat(label).weekday() == 0 and label.endswith("00:00:00") for label in weeks)
