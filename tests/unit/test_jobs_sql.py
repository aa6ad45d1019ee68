"""Look-ups in SQLite files: one row, reading only, bounded."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware.config.schema import Lookup
from firmware.jobs import sql
from firmware.jobs.answers import Answer, Failed

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS name FROM n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "business.db") as db:
        db.execute("CREATE TABLE customers (number TEXT, name TEXT, level INTEGER, photo BLOB)")
        db.execute("INSERT INTO customers VALUES ('+86138', '李', 3, x'00')")
    db.close()
    return tmp_path


def ask(data: Path, statement: str, left_s: Callable[[], float] = lambda: 5.0, **keys: Any) -> Answer:
    keys = {"take": {"name": "name", "level": "level"}} | keys
    lookup = Lookup(id="crm", kind="sql", statement=statement, **keys)
    return sql.look_up(lookup, {"number": "+86138"}, data, left_s)


def test_the_first_row_is_the_answer(data: Path) -> None:
    answer = ask(data, "SELECT * FROM customers WHERE number = :number")
    assert answer == Answer("done", "", {"name": "李", "level": "3"})


def test_no_row_is_no_failure(data: Path) -> None:
    assert ask(data, "SELECT * FROM customers WHERE number = 'x'").values == {}


def test_what_a_caller_keys_is_a_value_and_never_a_statement(data: Path) -> None:
    lookup = Lookup(
        id="crm",
        kind="sql",
        statement="SELECT name FROM customers WHERE number = :number",
        take={"n": "name"},
    )
    answer = sql.look_up(lookup, {"number": "' OR 1=1; DROP TABLE customers; --"}, data, lambda: 5.0)
    assert answer.values == {}
    assert ask(data, "SELECT name FROM customers").values == {"name": "李"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM customers",
        "INSERT INTO customers (name) VALUES ('x') RETURNING name",
        "UPDATE customers SET name = 'x'",
        "DROP TABLE customers",
        "ATTACH 'other.db' AS other",
        "PRAGMA writable_schema = 1",
        "VACUUM INTO 'copy.db'",
        "SELECT 1; SELECT 2",
        "SELECT nothing FROM nowhere",
        "SELECT :missing",
        "SELECT zeroblob(999999999) AS name",
        "SELECT load_extension('x.so')",
        "",
        "\x00",
    ],
)
def test_anything_else_fails_and_changes_nothing(data: Path, statement: str) -> None:
    before = (data / "business.db").read_bytes()
    try:
        answer = ask(data, statement)
        assert answer.values == {}
    except Failed as failed:
        assert failed.reason == "database"
    assert (data / "business.db").read_bytes() == before
    assert sorted(one.name for one in data.iterdir()) == ["business.db"]


def test_a_statement_without_end_is_stopped_when_its_time_is_over(data: Path) -> None:
    looks = iter([5.0] * 100)
    with pytest.raises(Failed, match="timed-out"):
        ask(data, ENDLESS, lambda: next(looks, 0.0))


def test_planted_fault_nobody_looks_at_the_clock(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the handler the statement runs on: here until it has counted far beyond the time there was."""
    monkeypatch.setattr(sql, "LOOK_EVERY", 0)
    looks = iter([5.0] * 10)
    count = ENDLESS.replace("FROM n)", "FROM n WHERE x < 200000)")
    assert ask(data, count, lambda: next(looks, 0.0)).values == {"name": "200000"}


def test_a_file_that_is_not_there_is_not_made(data: Path) -> None:
    with pytest.raises(Failed, match="no-such-file"):
        ask(data, "SELECT 1", file="other.db")
    assert not (data / "other.db").exists()
