"""Whatever the clock on the wall does: durations count box time, and begin times are as true as they can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from firmware.archive.book import Book
from firmware.archive.pruning import prune_journal
from firmware.cli.files import load_scenario
from firmware.cli.rehearse import rehearse
from firmware.recorder.segments import JOURNAL
from firmware.store.disk import Disk
from firmware.store.history import read_history
from hwsim.scenario import Fault, Scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios"
SECONDS = 900.0
MOST_S = 0.020
"""SAFETY.md D7: no duration is off by more."""

pytestmark = pytest.mark.scenario


def clock(at_s: float, shows: str = "", quality: str = "ntp", runs_ppm: float = 0.0) -> Fault:
    return Fault(at_s=at_s, kind="clock", shows=shows, quality=quality, runs_ppm=runs_ppm)


# name: zone, start, what the clock does
CLOCKS: Mapping[str, tuple[str, str, tuple[Fault, ...]]] = {
    "1970 at boot, the network ten minutes later": (
        "Asia/Shanghai",
        "2026-11-23T09:00:00",
        (clock(0, "1970-01-01T08:00:00", "none"), clock(600, "2026-11-23T09:10:00")),
    ),
    "ten years on in the middle of calls": (
        "Asia/Shanghai",
        "2026-11-23T09:00:00",
        (clock(703, "2036-11-23T09:11:43"),),
    ),
    "ten years back in the middle of calls": (
        "Asia/Shanghai",
        "2026-11-23T09:00:00",
        (clock(703, "2016-11-23T09:11:43"),),
    ),
    "there and back again": (
        "Asia/Shanghai",
        "2026-11-23T09:00:00",
        (clock(300, "2036-01-01T00:00:00"), clock(305, "2026-11-23T09:05:05"), clock(800, quality="rtc")),
    ),
    "summer time begins": ("Europe/Berlin", "2026-03-29T01:50:00", ()),
    "summer time ends": ("Europe/Berlin", "2026-10-25T02:50:00", ()),
    "32 bits are full": ("UTC", "2038-01-19T03:00:00", ()),
    "a leap day begins": ("UTC", "2028-02-28T23:50:00", ()),
    "it runs 500 ppm too fast": ("Asia/Shanghai", "2026-11-23T09:00:00", (clock(10, runs_ppm=500.0),)),
    "it runs a third too fast": ("Asia/Shanghai", "2026-11-23T09:00:00", (clock(10, runs_ppm=333_333.0),)),
}


def with_clock(scenario: Scenario, name: str) -> Scenario:
    zone, starts, faults = CLOCKS[name]
    config = scenario.config
    return structs.replace(
        scenario,
        about=structs.replace(scenario.about, starts=starts),
        box=structs.replace(config, site=structs.replace(config.site, zone=zone)),
        faults=(*scenario.faults, *faults),
    )


def durations(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Everything that is a length of time, with the outcome; for calls, agents and recordings."""
    calls = [
        (
            call["from"],
            call["outcome"],
            call["released_at"] - call["offered_at"],
            call["talk_s"],
            call["hold_s"],
        )
        for call in report["calls"]
    ]
    agents = [(one["id"], one["talk_s"], one["idle_s"], one["wrapup_s"]) for one in report["agents"]]
    return [*calls, *agents, *((one["call"], one["seconds"]) for one in report["recordings"])]


def furthest_s(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> float:
    """The greatest difference between two runs' durations; infinite where they are not the same calls."""
    if len(one) != len(other):
        return float("inf")
    furthest = 0.0
    for row, of_other in zip(one, other, strict=True):
        for value, of_value in zip(row, of_other, strict=True):
            if isinstance(value, float) and isinstance(of_value, float):
                furthest = max(furthest, abs(value - of_value))
            elif value != of_value:
                return float("inf")
    return furthest


@pytest.fixture(scope="module")
def office() -> Scenario:
    scenario = load_scenario(SCENARIOS / "small-office.toml")
    return structs.replace(scenario, about=structs.replace(scenario.about, seconds=SECONDS))


@pytest.fixture(scope="module")
def right(office: Scenario, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """The durations with a clock that is never touched."""
    return durations(rehearse(office, tmp_path_factory.mktemp("right"), fast=True))


@pytest.mark.parametrize("name", CLOCKS)
def test_no_duration_changes_whatever_the_clock_does(
    name: str, office: Scenario, right: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    report = rehearse(with_clock(office, name), tmp_path, fast=True)
    assert len(right) > 12
    assert furthest_s(right, durations(report)) <= MOST_S


@pytest.mark.parametrize("name", ["ten years on in the middle of calls", "it runs a third too fast"])
def test_a_duration_taken_from_the_wall_is_found(
    name: str,
    office: Scenario,
    right: list[tuple[Any, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The planted fault: history writes wall time where box time belongs."""
    turn_to = Book.turn_to

    def by_the_wall(book: Book, record: Any) -> None:
        turn_to(book, record)
        book.at_us = record.at_us + book.offset_us

    monkeypatch.setattr(Book, "turn_to", by_the_wall)
    report = rehearse(with_clock(office, name), tmp_path, fast=True)
    assert furthest_s(right, durations(report)) > MOST_S


def begun(folder: Path) -> list[tuple[float, float, str]]:
    """Of each call: seconds of box time, seconds of Unix time, quality."""
    db = read_history(folder / "history.db")
    rows = db.execute("SELECT offered_us, offered_at, clock_quality FROM calls ORDER BY id").fetchall()
    db.close()
    return [(offered_us / 1e6, offered_at / 1e6, quality) for offered_us, offered_at, quality in rows]


def test_calls_written_down_as_of_1970_get_their_true_time(office: Scenario, tmp_path: Path) -> None:
    rehearse(with_clock(office, "1970 at boot, the network ten minutes later"), tmp_path, fast=True)
    start = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    found = begun(tmp_path)
    assert any(box_s < 600 for box_s, _, _ in found)
    for box_s, unix_s, quality in found:
        assert abs(unix_s - (start + box_s)) <= MOST_S, (box_s, unix_s)
        assert quality == "ntp"
    db = read_history(tmp_path / "history.db")
    told = db.execute("SELECT quality, shown_quality, offset_us < 0 FROM clocks ORDER BY rowid").fetchall()
    db.close()
    assert [row[0] for row in told] == ["manual", "none", "ntp"]  # what was known then stays
    assert {row[1] for row in told} == {"ntp"}


def test_what_an_equally_good_clock_said_stays(office: Scenario, tmp_path: Path) -> None:
    """Two clocks the network vouches for: neither is better, each holds for its own time."""
    name = "there and back again"
    rehearse(with_clock(office, name), tmp_path, fast=True)
    start = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    for box_s, unix_s, quality in begun(tmp_path):
        if not 300 <= box_s <= 307:
            assert abs(unix_s - (start + box_s)) <= MOST_S
        assert quality == ("rtc" if box_s > 801 else "ntp")


def test_a_jump_of_ten_years_purges_nothing(office: Scenario, tmp_path: Path) -> None:
    rehearse(with_clock(office, "ten years on in the middle of calls"), tmp_path, fast=True)
    db = read_history(tmp_path / "history.db")
    at_us, epoch, number = db.execute("SELECT at_us, epoch, number FROM progress").fetchone()
    db.close()
    assert prune_journal(tmp_path, (epoch, number), at_us, Disk()) == []
    assert JOURNAL.files(tmp_path / "journal")
