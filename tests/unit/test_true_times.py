"""What a better clock says of the time before it, in history.db."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.archive import true_times
from firmware.archive.archive import Archive
from firmware.protocol.facts import ClockTaken, Fact
from firmware.store.disk import VirtualDisk
from tests.unit.journal_bench import records, story

SECOND_US = 1_000_000
TRUE_US = 1_800_000_000 * SECOND_US
SEALED = {"audit"}
"""Keeps what was known then; its rows are chained."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    yield archive
    archive.close()


def follow(archive: Archive, *told: tuple[int, Fact]) -> None:
    """What the clock says when, and one call, in order of time."""
    call = [
        (at_us, facts) for at_us, facts in story(1) if not any(isinstance(one, ClockTaken) for one in facts)
    ]
    archive.follow(
        records(sorted([*((at_us, (fact,)) for at_us, fact in told), *call], key=lambda row: row[0]))
    )


def offered(archive: Archive) -> tuple[int, int, str]:
    found: tuple[int, int, str] = archive.db.execute(
        "SELECT offered_us, offered_at, clock_quality FROM calls"
    ).fetchone()
    return found


LATER_US = 3600 * SECOND_US


@pytest.mark.parametrize(
    ("worse", "better"),
    [("none", "manual"), ("none", "ntp"), ("manual", "rtc"), ("manual", "ntp"), ("rtc", "ntp")],
)
def test_a_better_clock_of_the_same_boot_puts_right_what_was_before(
    worse: str, better: str, archive: Archive
) -> None:
    follow(archive, (0, ClockTaken(5, worse, "b1")), (LATER_US, ClockTaken(TRUE_US, better, "b1")))
    offered_us, offered_at, quality = offered(archive)
    assert (offered_at - offered_us, quality) == (TRUE_US, better)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ClockTaken(5, "ntp", "b1"), ClockTaken(TRUE_US, "ntp", "b1")),
        (ClockTaken(5, "ntp", "b1"), ClockTaken(TRUE_US, "manual", "b1")),
        (ClockTaken(5, "none", "b1"), ClockTaken(TRUE_US, "ntp", "b2")),
        (ClockTaken(5, "none"), ClockTaken(TRUE_US, "ntp")),
    ],
    ids=["as good", "worse", "another boot", "of an older version"],
)
def test_a_clock_that_is_no_better_or_of_another_boot_says_nothing_of_it(
    before: ClockTaken, after: ClockTaken, archive: Archive
) -> None:
    follow(archive, (0, before), (LATER_US, after))
    offered_us, offered_at, quality = offered(archive)
    assert (offered_at - offered_us, quality) == (5, before.quality)


def test_the_best_clock_has_the_last_word(archive: Archive) -> None:
    follow(
        archive,
        (0, ClockTaken(5, "none", "b1")),
        (LATER_US, ClockTaken(TRUE_US, "ntp", "b1")),
        (2 * LATER_US, ClockTaken(7, "rtc", "b1")),
        (3 * LATER_US, ClockTaken(TRUE_US + 9, "ntp", "b1")),
    )
    offered_us, offered_at, quality = offered(archive)
    assert (offered_at - offered_us, quality) == (TRUE_US + 9, "ntp")
    told = archive.db.execute("SELECT quality, offset_us FROM clocks ORDER BY rowid").fetchall()
    assert told == [("none", 5), ("ntp", TRUE_US), ("rtc", 7), ("ntp", TRUE_US + 9)]


def test_every_table_with_both_times_is_put_right(archive: Archive) -> None:
    """A table that gets a wall time beside its box time must be in the statements, or be sealed."""
    source = inspect.getsource(true_times)
    for table in archive.db.table_names():
        columns = {column.name for column in archive.db[table].columns}
        for name in sorted(columns):
            if name.endswith("_at") and f"{name[:-3]}_us" in columns and table not in SEALED:
                assert re.search(rf"UPDATE {table} SET {name} = {name[:-3]}_us \+ \?", source), (table, name)
