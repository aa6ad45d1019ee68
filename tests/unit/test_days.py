"""A day as plots: quarter-hours that add up to the calls of the day, also where the clock is changed; agents' bars."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

from firmware.store import queries
from firmware.store.calls.gave_up import gave_up
from firmware.store.days import agent_bars, bounds, day_curve
from tests.unit.reported_day import NINE_US, history, morning
from tests.unit.test_report_abandoned import afternoon

DAY = date(2026, 11, 23)
AT_NINE = 36


def test_quarter_hours_add_up_to_the_day(tmp_path: Path) -> None:
    with history(tmp_path, morning()) as db:
        every, sales = day_curve(db, DAY), day_curve(db, DAY, "sales")
        totals = queries.totals(queries.calls(db))
        nothing = day_curve(db, date(2026, 11, 24))
        waits = [
            row["wait"] for row in db.query("SELECT max(to_us - from_us) / 1e6 AS wait FROM queue_visits")
        ]
    assert len(every.at) == 96
    assert (every.label[AT_NINE], every.at[AT_NINE]) == ("09:00", NINE_US // 1_000_000)
    assert sum(every.offered) == totals["offered"] + totals["in_progress"] > 4
    assert sum(every.answered) == totals["answered"]
    assert sum(every.abandoned) == totals["abandoned_in_queue"] > 0
    assert max(every.longest_wait_s) == waits[0]
    assert sum(sales.offered) >= sum(sales.answered) + sum(sales.abandoned) > 0
    assert [one is None for one in every.service_level] == [one == 0 for one in every.offered]
    assert sum(nothing.offered) == 0


def test_the_service_level_is_by_each_queues_own_seconds(tmp_path: Path) -> None:
    with history(tmp_path, morning()) as db:
        usual = day_curve(db, DAY).service_level[AT_NINE]
        strict = day_curve(db, DAY, levels={"sales": 0.001}).service_level[AT_NINE]
    assert usual is not None and usual > 0
    assert strict == 0


def test_days_on_which_the_clock_is_changed_are_longer_or_shorter() -> None:
    hours = [(bounds(day, "Europe/Berlin")[1] - bounds(day, "Europe/Berlin")[0]) / 3.6e9
             for day in (date(2026, 3, 29), date(2026, 6, 1), date(2026, 10, 25))]  # fmt: skip
    assert hours == [23, 24, 25]


def test_agents_have_a_bar_for_each_of_their_states(tmp_path: Path) -> None:
    with history(tmp_path, morning()) as db:
        bars = agent_bars(db, DAY)
        states = db.execute("SELECT count(*) FROM agent_states WHERE state <> 'signed-out'").fetchone()[0]
        assert agent_bars(db, date(2026, 11, 22)) == []
    assert len(bars) == states > 5
    assert {bar.state for bar in bars} >= {"ready", "talking", "wrap-up", "not-ready"}
    for one, other in pairwise(bars):
        assert one.agent != other.agent or one.to_at <= other.from_at


def test_who_gave_up_is_told_with_who_spoke_to_him(tmp_path: Path) -> None:
    with history(tmp_path, afternoon()) as db:
        rows = gave_up(db, queries.ANY_TIME)
        assert [row["id"] for row in gave_up(db, queries.ANY_TIME, "no such queue")] == []
        reached = next(row for row in rows if row["callback"] == "reached")
        (answered,) = db.execute(
            "SELECT answered_us FROM calls WHERE id = ?", [reached["served_call"]]
        ).fetchone()
    assert [row["from_number"] for row in rows] == ["13900000001", "13900000002", "13900000003", ""]
    assert [row["served_call"] is not None for row in rows] == [True, False, False, False]
    assert answered is not None
