from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from firmware.config.schema import Hours
from firmware.config.times import span_minutes
from firmware.engine.hours.calendar import is_open, next_change_us

OFFICE = Hours(
    id="office",
    open={
        "mon": ("08:30-12:00", "13:00-17:30"),
        "sat": ("22:00-02:00",),
        "thu": ("08:30-12:00",),
        "sun": ("20:00-24:00",),
    },
    holidays=("2026-10-01",),
)


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> int:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(local.astimezone(UTC).timestamp() * 1e6)


@pytest.mark.parametrize(
    ("when", "is_it"),
    [
        ("2026-11-23T08:29:59", False),
        ("2026-11-23T08:30", True),
        ("2026-11-23T11:59:59.999999", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T13:00", True),
        ("2026-11-28T21:59", False),
        ("2026-11-28T23:00", True),
        ("2026-11-29T01:59", True),
        ("2026-11-29T02:00", False),
        ("2026-11-29T23:59", True),
        ("2026-11-30T00:00", False),
        ("2026-10-01T09:00", False),
        ("2026-10-08T09:00", True),
    ],
)
def test_open_or_closed(when: str, is_it: bool) -> None:
    assert is_open(OFFICE, at(when), "Asia/Shanghai") is is_it


def test_the_next_change_skips_a_holiday() -> None:
    found = next_change_us(OFFICE, at("2026-09-28T18:00"), "Asia/Shanghai")
    assert found == at("2026-10-03T22:00")


def test_hours_that_never_change_have_no_next_change() -> None:
    assert next_change_us(Hours(id="never"), at("2026-11-23T08:00"), "Asia/Shanghai") is None


def test_a_span_in_the_hour_that_does_not_exist_begins_when_the_clock_jumps() -> None:
    night = Hours(id="night", open={"sun": ("02:30-05:00",)})
    jump = at("2026-03-29T03:00", "Europe/Berlin")
    assert next_change_us(night, jump - 3_600_000_000, "Europe/Berlin") == jump
    assert is_open(night, jump, "Europe/Berlin")
    assert not is_open(night, jump - 1, "Europe/Berlin")


def test_in_the_hour_that_comes_twice_the_wall_clock_counts_both_times() -> None:
    night = Hours(id="night", open={"sun": ("01:00-02:30",)})
    first = at("2026-10-25T02:30", "Europe/Berlin")
    again = at("2026-10-25T02:00", "Europe/Berlin", fold=1)
    end = at("2026-10-25T02:30", "Europe/Berlin", fold=1)
    found = [at("2026-10-25T01:30", "Europe/Berlin")]
    for _ in range(3):
        change = next_change_us(night, found[-1], "Europe/Berlin")
        assert change is not None
        found.append(change)
    assert found[1:] == [first, again, end]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("08:30-12:00", (510, 720)),
        (" 8:30 - 12:00 ", (510, 720)),
        ("22:00-06:00", (1320, 1800)),
        ("00:00-24:00", (0, 1440)),
        ("24:00-25:00", None),
        ("08:30-08:30", None),
        ("08:60-09:00", None),
        ("8-12", None),
        ("", None),
        ("08:30-12:00x", None),
        ("08:30-12:00\n", (510, 720)),
    ],
)
def test_a_span_reads(text: str, minutes: tuple[int, int] | None) -> None:
    assert span_minutes(text) == minutes
