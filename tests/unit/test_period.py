"""Days of 23, 24 and 25 hours, hours that come twice or not at all, and the ends of calendars."""

from __future__ import annotations

import argparse
import itertools
from datetime import UTC, datetime

import pytest

from firmware.cli import period
from firmware.cli.period import NotAMoment, local, span_of

BERLIN = "Europe/Berlin"
HOUR_US = 3_600_000_000


def span(since: str | None, until: str | None, zone: str = BERLIN) -> tuple[int, int]:
    parser = argparse.ArgumentParser()
    period.add_arguments(parser)
    words = [*(["--from", since] if since else []), *(["--to", until] if until else [])]
    return span_of(parser.parse_args(words), zone)


def utc_us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24), ("2028-02-29", 24)]
)
def test_a_day_lasts_from_midnight_to_midnight(day: str, hours: int) -> None:
    start, end = span(day, day)
    assert end - start == hours * HOUR_US


def test_an_hour_that_comes_twice_is_taken_whole() -> None:
    start, end = span("2026-10-25T02:00", "2026-10-25T03:00")
    assert (start, end) == (utc_us("2026-10-25T00:00"), utc_us("2026-10-25T02:00"))
    start, end = span("2026-10-25T02:30", "2026-10-25T02:30")
    assert end - start == HOUR_US


def test_which_of_both_can_be_said() -> None:
    start, end = span("2026-10-25T02:30+01:00", "2026-10-25T02:45+01:00")
    assert (start, end) == (utc_us("2026-10-25T01:30"), utc_us("2026-10-25T01:45"))


def test_an_hour_that_never_comes_is_the_instant_of_the_change() -> None:
    start, end = span("2026-03-29T01:59", "2026-03-29T03:01")
    assert end - start == 2 * 60_000_000
    assert span("2026-03-29T02:30", None)[0] == utc_us("2026-03-29T01:30")


@pytest.mark.parametrize("month", [3, 10])
def test_days_join_without_gap_or_overlap(month: int) -> None:
    days = [span(f"2026-{month:02}-{day:02}", f"2026-{month:02}-{day:02}") for day in range(1, 32)]
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(days))


@pytest.mark.parametrize("text", ["2038-01-19T03:14:08", "2100-01-01", "1970-01-01"])
def test_years_far_away_are_years(text: str) -> None:
    assert span(text, None, "UTC")[0] == utc_us(text)


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "2026-13-01", "9999-12-31", ""])
def test_what_is_no_moment_is_refused(text: str) -> None:
    parser = argparse.ArgumentParser()
    period.add_arguments(parser)
    with pytest.raises(NotAMoment):
        span_of(parser.parse_args(["--to", text]), BERLIN)


def test_times_of_an_hour_that_comes_twice_can_be_told_apart() -> None:
    assert local(utc_us("2026-10-25T00:30"), BERLIN) == "2026-10-25 02:30:00+0200"
    assert local(utc_us("2026-10-25T01:30"), BERLIN) == "2026-10-25 02:30:00+0100"
    assert local(utc_us("2026-10-25T02:30"), BERLIN) == "2026-10-25 03:30:00"
    assert local(utc_us("2038-01-19T03:14:08"), "UTC") == "2038-01-19 03:14:08"
