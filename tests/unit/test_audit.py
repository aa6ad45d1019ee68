"""The audit: each deed one sealed row; whatever is changed afterwards is found and named (SAFETY W11)."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.archive import audit
from firmware.protocol import facts as f
from firmware.store.audio.accesses import FOLDER, leave_word
from firmware.store.disk import Disk
from tests.unit.journal_bench import SECOND_US
from tests.unit.kept_bench import SUBJECT, KeptBox

EDITS = 1000
COLUMNS = ("entry", "at_us", "at", "clock_quality", "author", "action", "subject", "why", "seal")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[KeptBox]:
    with KeptBox(tmp_path) as made:
        made.configure()
        made.call(SUBJECT, 1)
        for number in range(8):
            made.now_us += SECOND_US
            made.tell(
                f.RecordingsAccessed(f"access-{number}", "hu", "listen", (f"r{number}", "r"), "quality")
            )
            made.tell(f.HoldPlaced(f"hold-{number}", "judge", "case", call=1))
        made.tell(f.HoldReleased("hold-3", "judge", "closed"))
        made.erase()
        made.work()
        yield made


def faults(box: KeptBox) -> list[str]:
    return list(audit.faults(box.archive.db, box.archive.history.book.audit_key))


def test_each_deed_is_one_row_and_nothing_is_wrong(box: KeptBox) -> None:
    rows = audit.entries(box.archive.db)
    assert [row["action"] for row in rows].count("listen") == 16
    assert {row["action"] for row in rows} == {"listen", "hold", "release", "erase"}
    assert [row["id"] for row in rows] == list(range(1, len(rows) + 1)) and faults(box) == []


def test_records_applied_again_add_no_row(box: KeptBox) -> None:
    before = audit.entries(box.archive.db)
    box.archive.db.conn.execute("UPDATE progress SET number = 0")
    box.archive.db.conn.commit()
    box.reopen()
    box.work()
    assert audit.entries(box.archive.db) == before and faults(box) == []


def test_a_thousand_random_edits_are_all_found(box: KeptBox) -> None:
    rng, missed = random.Random(7), []
    box.archive.db.conn.commit()
    for number in range(EDITS):
        edit = _edit(box.archive.db.conn, rng)
        if not faults(box):
            missed.append((number, edit))
        box.archive.db.conn.rollback()
    assert missed == []


def _edit(connection: sqlite3.Connection, rng: random.Random) -> str:
    """Somebody with the database open changes, removes, moves or adds a row, or touches the end."""
    rows = [row[0] for row in connection.execute("SELECT id FROM audit")]
    one, other = rng.sample(rows, 2)
    column = rng.choice(COLUMNS)
    value = rng.choice(("x", str(rng.random())))
    edits = {
        f"change {column} of {one}": f"UPDATE audit SET {column} = '{value}' || {column} WHERE id = {one}",
        f"remove {one}": f"DELETE FROM audit WHERE id = {one}",
        f"remove from {one}": f"DELETE FROM audit WHERE id >= {one}",
        f"swap {one} and {other}": f"UPDATE audit SET id = -1 WHERE id = {one};"
        f" UPDATE audit SET id = {one} WHERE id = {other}; UPDATE audit SET id = {other} WHERE id = -1",
        f"move {one}": f"UPDATE audit SET id = {max(rows) + 1} WHERE id = {one}",
        "add": f"INSERT INTO audit SELECT id + {max(rows)}, entry || 'x', at_us, at, clock_quality, author, action,"
        f" subject, why, seal FROM audit WHERE id = {one}",
        "end": "UPDATE audit_end SET rows = rows - 1",
    }
    name = rng.choice(sorted(edits))
    for statement in edits[name].split(";"):
        connection.execute(statement)
    return name


def test_the_row_is_named(box: KeptBox) -> None:
    box.archive.db.conn.execute("UPDATE audit SET author = 'nobody' WHERE id = 5")
    assert faults(box)[0] == "row 5 was changed, or the one before it"
    box.archive.db.conn.execute("DELETE FROM audit WHERE id = 5")
    assert faults(box)[0] == "row 5 is missing"
    box.archive.db.conn.rollback()


def test_without_the_key_nobody_can_seal(box: KeptBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault: a chain without key can be forged by whoever can write to the database."""
    last = box.archive.db.execute("SELECT seal FROM audit WHERE id = 4").fetchone()[0]
    row = list(box.archive.db.execute("SELECT * FROM audit WHERE id = 5").fetchone())[:-1]
    row[5] = "nobody"
    forged = audit._seal(b"not the key".ljust(32), last, tuple(row))
    box.archive.db.conn.execute("UPDATE audit SET author = 'nobody', seal = ? WHERE id = 5", (forged,))
    assert faults(box) != []
    box.archive.db.conn.rollback()


def test_a_box_that_does_not_run_takes_word_of_an_export_when_it_starts(box: KeptBox) -> None:
    access = f.RecordingsAccessed("export-1", "hu", "export", ("r1", "r2"), "court")
    leave_word(box.directory, access, 1_790_000_000_000_000, Disk())
    before = len(audit.entries(box.archive.db))
    box.reopen()
    box.reopen()
    added = audit.entries(box.archive.db)[before:]
    assert [(row["action"], row["at"], row["why"]) for row in added] == [
        ("export", 1_790_000_000_000_000, "court")
    ] * 2
    assert list((box.directory / FOLDER).iterdir()) == [] and faults(box) == []


def test_each_hearing_of_a_message_is_a_row(box: KeptBox) -> None:
    for _ in range(2):
        box.tell(f.MessagePlayed("box", "0011223344556677", "801"))
    box.work()
    rows = audit.entries(box.archive.db)[-2:]
    assert [(row["author"], row["subject"]) for row in rows] == [
        ("extension 801", "recording 0011223344556677")
    ] * 2
