from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.config.schema import Config, Queue, Site
from firmware.config.versions import MIGRATIONS, ConfigStore, NewerStore, NoSuchVersion

FIRST = Config(site=Site(name="first"), queues=(Queue(id="sales"),))
SECOND = Config(site=Site(name="second"), queues=(Queue(id="sales", strategy="linear"),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConfigStore]:
    with ConfigStore(tmp_path / "config.db") as opened:
        yield opened


def test_a_new_store_has_nothing_in_force(store: ConfigStore) -> None:
    assert store.current() is None
    assert store.history() == []
    with pytest.raises(NoSuchVersion, match="version 1"):
        store.get(1)


def test_versions_are_kept_and_the_newest_is_in_force(store: ConfigStore) -> None:
    assert store.put(FIRST, "wang", 1_000) == 1
    assert store.put(SECOND, "li", 2_000) == 2
    current = store.current()
    assert current is not None
    assert (current.version, current.author, current.at_us, current.config) == (2, "li", 2_000, SECOND)
    assert store.get(1).config == FIRST
    assert [one.version for one in store.history()] == [2, 1]


def test_rolling_back_is_a_new_version(store: ConfigStore) -> None:
    store.put(FIRST, "wang", 1_000)
    store.put(SECOND, "li", 2_000)
    assert store.rollback(1, "wang", 3_000) == 3
    current = store.current()
    assert current is not None
    assert current.config == FIRST
    assert current.note == "rollback to 1"
    with pytest.raises(NoSuchVersion):
        store.rollback(9, "wang", 4_000)
    assert len(store.history()) == 3


def test_a_comparison_shows_what_changed(store: ConfigStore) -> None:
    store.put(FIRST, "wang", 1_000)
    store.put(SECOND, "li", 2_000)
    changed = store.diff(1, 2).splitlines()
    assert '-name = "first"' in changed
    assert '+name = "second"' in changed
    assert '+strategy = "linear"' in changed
    assert store.diff(2, 2) == ""
    assert "+[[queue]]" in store.diff(0, 1).splitlines()


def test_what_was_put_is_there_after_reopening_and_for_another_process(tmp_path: Path) -> None:
    path = tmp_path / "config.db"
    with ConfigStore(path) as writer, ConfigStore(path) as reader:
        assert reader.current() is None
        writer.put(FIRST, "wang", 1_000)
        seen = reader.current()
        assert seen is not None
        assert seen.config == FIRST
    with ConfigStore(path) as again:
        assert [one.author for one in again.history()] == ["wang"]


def test_the_file_syncs_every_commit(tmp_path: Path) -> None:
    with ConfigStore(tmp_path / "config.db") as store:
        assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_a_store_of_newer_firmware_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerStore, match="99"):
        ConfigStore(path)
