"""The bench of searches: a made history that is always the same, and every kind of search measured in it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from firmware.cli import bench_calls, made_history
from firmware.cli.main import main
from firmware.store.calls.search import search
from firmware.store.calls.wanted import Wanted
from firmware.store.history import HISTORY_FILE, read_history

CALLS = 400


def dump(path: Path) -> list[str]:
    with closing(read_history(path)) as db:
        return [line for line in db.conn.iterdump() if "_sqlite_migrations" not in line]


def test_a_made_history_is_always_the_same(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made_history.make(tmp_path / name / HISTORY_FILE, CALLS)
    assert dump(tmp_path / "one" / HISTORY_FILE) == dump(tmp_path / "other" / HISTORY_FILE)


def test_no_two_people_share_a_number(tmp_path: Path) -> None:
    assert len({made_history.number(person) for person in range(5000)}) == 5000
    made_history.make(tmp_path / HISTORY_FILE, CALLS)
    with closing(read_history(tmp_path / HISTORY_FILE)) as db:
        rows = search(db, Wanted(number=made_history.number(3))).rows
    found = [row["from_number"] if row["direction"] == "inbound" else row["to_number"] for row in rows]
    assert found and set(found) == {made_history.number(3)}


def test_every_kind_of_search_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["bench", "calls", "--calls", str(CALLS), "--times", "4", "--keep", str(tmp_path), "--json"]
    assert main(argv) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kinds"].keys() == bench_calls.KINDS.keys()
    assert told["calls"] == CALLS
    assert told["worst_p99_ms"] == max(one["p99_ms"] for one in told["kinds"].values())
    assert told["held"] is (told["worst_p99_ms"] <= 300)
    empty = [kind for kind, one in told["kinds"].items() if not one["found"]]
    assert set(empty) <= {"never", "number-and-agent", "four", "not-recorded", "quarter"}
    assert "the slowest p99 is" in bench_calls.text(told)
