"""The queue log of a morning, held by a checker that knows only the documentation."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from sqlite_utils import Database

from firmware.cli.main import main
from firmware.cli.reports.queue_log import rows_between
from firmware.store import queries
from tests.peers.queue_log_checker import faults_of
from tests.unit.reported_day import config, history, morning

WANTED = {
    "ENTERQUEUE", "DID", "CONNECT", "COMPLETECALLER", "ATTENDEDTRANSFER", "ABANDON", "EXITWITHKEY", "EXITWITHTIMEOUT",
    "RINGNOANSWER", "ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL",
}  # fmt: skip


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with history(tmp_path_factory.mktemp("log"), morning()) as db:
        return whole(db)


def whole(db: Database) -> list[str]:
    return [row.line() for row in rows_between(db, -1, queries.now_us(db), config())]


def test_the_log_of_a_morning_is_as_documented(lines: list[str]) -> None:
    assert faults_of(lines) == []
    assert {line.split("|")[4] for line in lines} >= WANTED


def test_each_caller_who_entered_left_once(lines: list[str]) -> None:
    ends = ("CONNECT", "ABANDON", "EXITWITHKEY", "EXITWITHTIMEOUT", "EXITEMPTY")
    came = Counter(line.split("|")[1] for line in lines if "|ENTERQUEUE|" in line)
    left = Counter(cells[1] for line in lines if (cells := line.split("|"))[4] in ends)
    assert came == left
    assert len(came) == 6


def test_places_are_those_the_callers_had(lines: list[str]) -> None:
    (key,) = [line.split("|") for line in lines if "|EXITWITHKEY|" in line]
    assert key[5:] == ["9", "1", "2", key[8]], "he was second, and first when the one before him had given up"


@pytest.mark.parametrize(
    ("event", "cell", "wrong"),
    [
        ("ENTERQUEUE", 7, "0"),
        ("CONNECT", 5, "999"),
        ("CONNECT", 6, "nobody"),
        ("CONNECT", 3, "NONE"),
        ("COMPLETECALLER", 6, "9999"),
        ("COMPLETECALLER", 7, "7"),
        ("ABANDON", 7, "500"),
        ("ABANDON", 1, "1.90"),
        ("EXITWITHKEY", 5, "nine"),
        ("EXITWITHTIMEOUT", 6, "9"),
        ("RINGNOANSWER", 5, "15.0"),
        ("RINGNOANSWER", 0, "12"),
        ("REMOVEMEMBER", 3, "Agent/unheard"),
        ("PAUSEALL", 2, "sales"),
        ("ATTENDEDTRANSFER", 5, "MAGIC"),
        ("DID", 4, "DIDNT"),
    ],
)
def test_a_planted_fault_is_found(lines: list[str], event: str, cell: int, wrong: str) -> None:
    number = next(number for number, line in enumerate(lines) if line.split("|")[4] == event)
    cells = lines[number].split("|")
    cells[cell] = wrong
    assert faults_of([*lines[:number], "|".join(cells), *lines[number + 1 :]])


@pytest.mark.parametrize("event", ["ENTERQUEUE", "CONNECT"])
def test_a_line_left_out_or_told_twice_is_found(lines: list[str], event: str) -> None:
    number = next(number for number, line in enumerate(lines) if line.split("|")[4] == event)
    assert faults_of(lines[:number] + lines[number + 1 :])
    assert faults_of([*lines[: number + 1], *lines[number:]])


def test_a_callers_number_cannot_forge_a_line(tmp_path: Path) -> None:
    box = morning()
    box.ring("L1", number="1|NONE\n1|1.1|q|NONE|ABANDON|1|1|1")
    box.heard("L1")
    box.key("L1", "1")
    with history(tmp_path, box) as db:
        found = whole(db)
    assert all("\n" not in line for line in found)
    assert faults_of(found) == []


def test_following_tells_each_line_once(tmp_path: Path) -> None:
    with history(tmp_path, morning()) as db:
        now_us = queries.now_us(db)
        steps = [-1, *range(0, now_us, 7_000_000), now_us]
        told = [
            row.line() for after, until in pairwise(steps) for row in rows_between(db, after, until, config())
        ]
        assert told == whole(db)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str]) -> None:
    with history(tmp_path, morning()):
        assert main(["report", "queue-log", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == lines
