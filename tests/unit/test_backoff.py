"""How long a role that keeps dying waits: calls before reports."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import pytest

from firmware.cli.backoff import WINDOW_S, next_starts, read_starts, rest, starts_file, wait_s
from firmware.cli.role_table import ROLE_TABLE

SECOND_US = 1_000_000


def crash_loop(role: str, seconds: float, lives_s: float = 0.5) -> int:
    """Starts of a role that dies `lives_s` after each of them."""
    at_us, count = 0, 0
    starts: tuple[int, ...] = ()
    while at_us < seconds * SECOND_US:
        noted = next_starts(ROLE_TABLE[role], starts, at_us)
        starts, count = noted.at_us, count + 1
        at_us = noted.not_before_us + round(lives_s * SECOND_US)
    return count


def test_a_role_that_dies_now_and_then_never_waits() -> None:
    for role in ROLE_TABLE.values():
        assert wait_s(role, role.free_starts) == 0


def test_a_crash_loop_slows_the_archive_down_and_the_engine_hardly() -> None:
    assert crash_loop("archive", 600) < 50
    assert crash_loop("engine", 600) > 350
    assert crash_loop("switch", 600) > 350
    assert crash_loop("archive", 600) < crash_loop("recorder", 600) < crash_loop("engine", 600)


@pytest.mark.parametrize("role", ROLE_TABLE)
def test_waits_grow_up_to_a_bound_and_nobody_is_given_up(role: str) -> None:
    row = ROLE_TABLE[role]
    waits = [wait_s(row, starts) for starts in range(500)]
    assert waits == list(accumulate(waits, max)) and waits[-1] == row.longest_wait_s <= 60


def test_starts_of_long_ago_are_forgotten() -> None:
    row = ROLE_TABLE["archive"]
    crowd = tuple(range(50))
    assert next_starts(row, crowd, 60).not_before_us > 60
    later_us = (WINDOW_S + 1) * SECOND_US
    assert next_starts(row, crowd, later_us).not_before_us == later_us


def test_a_start_is_noted_and_waits_until_it_is_due_or_stopped(tmp_path: Path) -> None:
    row = ROLE_TABLE["archive"]
    for _ in range(row.free_starts + 3):
        rest(tmp_path, row, lambda: True)
    noted = read_starts(tmp_path, "archive")
    assert len(noted.at_us) == row.free_starts + 3
    assert noted.not_before_us - noted.at_us[-1] == row.wait_s * 4 * SECOND_US


def test_a_file_that_cannot_be_read_holds_nobody_up(tmp_path: Path) -> None:
    starts_file(tmp_path, "engine").write_bytes(b"\xff{")
    rest(tmp_path, ROLE_TABLE["engine"], lambda: False)
    assert len(read_starts(tmp_path, "engine").at_us) == 1
