"""A box that was filled to the last byte and then lost its power comes back, and people telephone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from firmware.config import newest as reading
from firmware.config.newest import held_open, newest
from firmware.config.schema import Config, Site
from firmware.config.versions import ConfigStore
from tests.faults.disk.box import DiskBox, fill, small_file_system
from tests.faults.disk.sixteen import CALLS, scenario, write_sound

UP_S = 60
IN_VAIN = "disk I/O error|database or disk is full"


def test_a_box_starts_on_a_disk_without_a_byte(tmp_path: Path) -> None:
    bench = tmp_path / "sixteen.toml"
    bench.write_text(scenario(), "utf-8")
    with small_file_system(tmp_path / "data", "48m") as data:
        write_sound(data / "prompts" / "noise.wav")
        with DiskBox(data, bench, {}) as box:
            box.wait_for(lambda: box.phases() == ["flow"] * CALLS, UP_S, "the sixteenth call")
        fill(data, 1.0)
        with pytest.raises(sqlite3.OperationalError, match=IN_VAIN):
            ConfigStore(data / "config.db")
        with DiskBox(data, bench, {}) as box:
            box.wait_for(lambda: box.phases() == ["flow"] * CALLS, UP_S, "the sixteenth call, disk full")
            box.wait_for(lambda: box.recorder().trouble == "disk-full", UP_S, "the recorder's word")
            alarms = box.alarms()
            assert "disk-full" in alarms and "configuration" not in alarms


DIES = """
import os, sys
from pathlib import Path
from firmware.config.schema import Config, Site
from firmware.config.versions import ConfigStore

store = ConfigStore(Path(sys.argv[1]))
for name in ("first", "second"):
    store.put(Config(site=Site(name=name)), "anna", 1)
if sys.argv[2] == "killed":
    os._exit(0)
store.close()
"""


def plain(path: Path) -> None:
    """As SQLite alone reads it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT count(*) FROM versions").fetchone()


@pytest.mark.parametrize("writer", ["closed", "killed"])
def test_the_configuration_is_read_on_a_disk_without_a_byte(tmp_path: Path, writer: str) -> None:
    """Also where its last version is in the log alone, without an index of it: after a power cut."""
    with small_file_system(tmp_path / "data", "4m") as data:
        path, log = data / "config.db", data / "config.db-wal"
        subprocess.run([sys.executable, "-c", DIES, str(path), writer], check=True, timeout=60)
        path.with_name("config.db-shm").unlink(missing_ok=True)
        assert log.exists() == (writer == "killed")
        fill(data, 1.0)
        before = {one.name: one.read_bytes() for one in data.iterdir()}
        with pytest.raises(sqlite3.OperationalError, match=IN_VAIN):
            plain(path)
        found = newest(path)
        assert found is not None and (found.version, found.config.site.name) == (2, "second")
        with closing(held_open(path)):
            pass
        assert {name: (data / name).read_bytes() for name in before} == before


def test_what_is_damaged_or_locked_is_no_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_copy", lambda *_: pytest.fail("copied"))
    damaged, locked = tmp_path / "damaged.db", tmp_path / "config.db"
    damaged.write_bytes(b"no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        newest(damaged)
    with closing(sqlite3.connect(locked, isolation_level=None)) as other:
        other.execute("CREATE TABLE versions (version)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            newest(locked)


def test_one_that_cannot_be_copied_is_told_by_its_own_fault(tmp_path: Path) -> None:
    (tmp_path / "config.db").mkdir()
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        newest(tmp_path / "config.db")


def test_one_that_is_written_meanwhile_is_not_read_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.db"
    with ConfigStore(path) as store:
        store.put(Config(site=Site(name="whole")), "anna", 1)
    whole, copies = reading._copy, []

    def torn(config_db: Path, to: Path) -> Path:
        copies.append(config_db)
        if len(copies) <= times:
            config_db.write_bytes(config_db.read_bytes())
        return whole(config_db, to)

    monkeypatch.setattr(reading, "_copy", torn)
    times = 2
    found = reading._read_elsewhere(path)
    assert found is not None and found.config.site.name == "whole" and len(copies) == 3
    times = 9
    with pytest.raises(BlockingIOError, match="changes"):
        reading._read_elsewhere(path)
