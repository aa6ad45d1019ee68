"""Instants and lengths as prompts: each in both languages, and each of them there to be spoken."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from firmware.engine import spoken_times
from firmware.engine.spoken_times import day, instant, length, time_of_day
from firmware.prompts import render

PROMPTS = {
    one["id"]: one
    for one in tomllib.loads(Path(render.__file__).with_name("builtin.toml").read_text("utf-8"))["prompt"]
}
ENGINE = Path(spoken_times.__file__).parent


@pytest.mark.parametrize(
    ("hour", "minute", "zh", "en"),
    [
        (0, 0, "time-am number-12 time-hour time-sharp", "number-12 time-sharp time-am"),
        (
            9,
            5,
            "time-am number-9 time-hour number-0 number-5 time-minute",
            "number-9 time-oh number-5 time-am",
        ),
        (12, 30, "time-pm number-12 time-hour number-30 time-minute", "number-12 number-30 time-pm"),
        (
            23,
            41,
            "time-pm number-11 time-hour number-40 number-1 time-minute",
            "number-11 number-40 number-1 time-pm",
        ),
    ],
)
def test_times_of_day(hour: int, minute: int, zh: str, en: str) -> None:
    assert time_of_day(hour, minute, "zh") == tuple(zh.split())
    assert time_of_day(hour, minute, "en") == tuple(en.split())


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (0, ("day-today",)),
        (1, ("day-yesterday",)),
        (3, ("weekday-4",)),
        (7, ("month-11", "month-day-22")),
        (-1, ("month-11", "month-day-30")),
    ],
)  # fmt: skip
def test_days(ago: int, said: tuple[str, ...]) -> None:
    today = date(2026, 11, 29)
    assert day(today - timedelta(days=ago), today) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, ("number-1", "second")),
        (59.4, ("number-50", "number-9", "seconds")),
        (60.0, ("number-1", "minute")),
        (125.0, ("number-2", "minutes", "number-5", "seconds")),
    ],
)
def test_lengths(seconds: float, said: tuple[str, ...]) -> None:
    assert length(seconds) == said


def test_an_instant_is_said_by_the_sites_clock() -> None:
    utc_us = 1_795_478_400_000_000  # 2026-11-24 00:00 UTC
    assert instant(utc_us, utc_us, "Asia/Shanghai", "en") == (
        "day-today",
        "number-8",
        "time-sharp",
        "time-am",
    )
    assert instant(utc_us - 1_000_000, utc_us, "UTC", "en")[0] == "day-yesterday"


def test_all_that_can_be_said_is_there_in_both_languages() -> None:
    said = {
        one
        for language in ("zh", "en")
        for hour in range(24)
        for minute in range(60)
        for one in time_of_day(hour, minute, language)
    }
    today = date(2026, 12, 31)
    said |= {one for ago in range(366) for one in day(today - timedelta(days=ago), today)}
    said |= {one for seconds in range(0, 4000, 7) for one in length(float(seconds))}
    for source in (ENGINE / "mailbox").glob("*.py"):
        said |= set(re.findall(r'"(voicemail-[a-z-]+)"', source.read_text()))
    assert len(said) > 100
    for one in sorted(said):
        assert PROMPTS[one]["zh"] and PROMPTS[one]["en"], one
