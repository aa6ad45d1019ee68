"""The disk of the power-cut rig keeps what was synced and loses, tears and reorders the rest."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.power.fuse_mount import DEVICE, NEVER
from tests.faults.power.power_supply import PowerSupply
from tests.faults.power.torn_disk import ROOT, SECTOR, TornDisk

SIZES = st.integers(1, 3000)
needs_fuse = pytest.mark.skipif(
    not os.access(DEVICE, os.R_OK | os.W_OK) or os.geteuid() != 0, reason="no /dev/fuse here, or not root"
)


@settings(max_examples=60, deadline=None)
@given(synced=st.lists(SIZES, max_size=4), unsynced=st.lists(SIZES, max_size=4), seed=st.integers(0, 1 << 32))
def test_what_was_synced_stays_to_the_last_byte(synced: list[int], unsynced: list[int], seed: int) -> None:
    disk, rng = TornDisk(), random.Random(seed)
    file = disk.create(ROOT, "file")
    for size in synced:
        file.write(len(file.data), rng.randbytes(size))
    file.sync()
    disk.directory(ROOT).sync()
    durable = bytes(file.data)
    for size in unsynced:
        file.write(len(file.data), rng.randbytes(size))
    disk.lose_power(rng)
    assert bytes(disk.paths()["file"].data).startswith(durable)


def outcomes(make: TornDisk, seeds: int = 200) -> Iterator[dict[str, bytes]]:
    """What is there after each of so many cuts of the same disk."""
    import copy

    for seed in range(seeds):
        disk = copy.deepcopy(make)
        disk.lose_power(random.Random(seed))
        yield {path: bytes(node.data) for path, node in disk.paths().items()}


def test_a_new_file_may_be_gone_empty_torn_or_whole() -> None:
    disk = TornDisk()
    disk.create(ROOT, "file").write(0, b"a" * 4 * SECTOR)
    found = [after.get("file") for after in outcomes(disk)]
    assert None in found and b"" in found and b"a" * 4 * SECTOR in found
    torn = [data for data in found if data and data.strip(b"a")]
    assert any(not data.strip(b"a\0") for data in torn), "lost sectors hold zeros"
    assert any(data.strip(b"a\0") for data in torn), "or garbage"


def test_a_synced_file_is_gone_with_its_name_until_the_directory_is_synced() -> None:
    disk = TornDisk()
    file = disk.create(ROOT, "file")
    file.write(0, b"saved")
    file.sync()
    assert {after.get("file") for after in outcomes(disk)} == {None, b"saved"}
    disk.directory(ROOT).sync()
    assert {after.get("file") for after in outcomes(disk)} == {b"saved"}


def test_a_rename_leaves_the_old_file_or_the_new_one() -> None:
    disk = TornDisk()
    for name, data in (("new", b"new"), ("file", b"old")):
        file = disk.create(ROOT, name)
        file.write(0, data)
        file.sync()
    disk.directory(ROOT).sync()
    disk.rename(ROOT, "new", ROOT, "file")
    assert {after["file"] for after in outcomes(disk)} == {b"old", b"new"}


def test_a_file_that_moves_between_directories_is_never_lost() -> None:
    disk = TornDisk()
    here, there = (disk.make_directory(ROOT, name).number for name in ("here", "there"))
    disk.create(here, "file").write(0, b"x")
    disk.file(disk.find(here, "file").number).sync()
    for number in (ROOT, here):
        disk.directory(number).sync()
    disk.rename(here, "file", there, "file")
    found = [frozenset(after) for after in outcomes(disk)]
    assert set(found) == {
        frozenset({"here/file"}),
        frozenset({"there/file"}),
        frozenset({"here/file", "there/file"}),
    }


def test_sectors_reach_the_platter_in_any_order() -> None:
    disk = TornDisk()
    file = disk.create(ROOT, "file")
    file.write(0, b"o" * 2 * SECTOR)
    file.sync()
    disk.directory(ROOT).sync()
    file.write(0, b"1" * SECTOR)
    file.write(SECTOR, b"2" * SECTOR)
    found = {after["file"][::SECTOR] for after in outcomes(disk)}
    assert found == {b"oo", b"1o", b"o2", b"12"}


@needs_fuse
def test_files_and_databases_work_on_the_mounted_disk(tmp_path: Path) -> None:
    supply = PowerSupply(tmp_path / "mount", tmp_path / "image")
    try:
        supply.on(NEVER)
        place = tmp_path / "mount"
        (place / "folder").mkdir()
        (place / "folder" / "file").write_bytes(b"x" * 300_000)
        assert (place / "folder" / "file").read_bytes() == b"x" * 300_000
        (place / "folder" / "file").rename(place / "moved")
        os.link(place / "moved", place / "linked")
        with (place / "moved").open("r+b") as file:
            file.truncate(5)
        assert sorted(path.name for path in place.iterdir()) == ["folder", "linked", "moved"]
        assert (place / "linked").read_bytes() == b"xxxxx"
        fill(place / "some.db")
        supply.cut_now()
        supply.off(1)
        there = sqlite3.connect(tmp_path / "image" / "some.db")
        assert there.execute("SELECT sum(length(b)) FROM a").fetchone() == (100 * 500,)
        there.close()
    finally:
        supply.close()


def fill(path: Path) -> None:
    """100 rows, each committed in WAL with FULL, by two connections in turn: the shared index works too."""
    pair = [sqlite3.connect(path, isolation_level=None) for _ in range(2)]
    for one in pair:
        one.execute("PRAGMA journal_mode = WAL")
        one.execute("PRAGMA synchronous = FULL")
    pair[0].execute("CREATE TABLE a (b)")
    for number in range(100):
        pair[number % 2].execute("INSERT INTO a VALUES (?)", ("x" * 500,))
    for one in pair:
        one.close()
