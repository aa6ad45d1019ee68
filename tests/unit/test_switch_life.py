"""Each life of the switch has a number of its own, whatever the disk does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from firmware.protocol.places import Places
from firmware.switch import life
from firmware.switch.life import STEP_US, Life, next_epoch

SECOND_US = 1_000_000


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    places = Places(tmp_path / "data")
    places.make()
    yield places
    shutil.rmtree(places.run, ignore_errors=True)


def reboot(places: Places) -> None:
    """What is in memory is gone."""
    (places.run / "switch.life").unlink()


def test_each_life_has_a_higher_number(places: Places) -> None:
    numbers = [Life(places, SECOND_US).epoch for _ in range(3)]
    assert numbers == [4, 5, 6]
    assert (places.root / "switch.epoch").read_text() == "6\n"
    assert Life(places, 3600 * SECOND_US).epoch == 3600 * SECOND_US // STEP_US


def test_a_life_leaves_its_last_tick_to_the_next_one_of_this_boot(places: Places) -> None:
    first = Life(places, SECOND_US)
    assert first.former == (0, 0, 0)
    first.ticked(7, 3 * SECOND_US)
    second = Life(places, 4 * SECOND_US)
    assert second.former == (first.epoch, 7, 3 * SECOND_US)
    (places.run / "switch.tick").unlink()
    assert Life(places, 5 * SECOND_US).former == (0, 0, 0)


def test_a_file_of_a_restored_box_counts(places: Places) -> None:
    (places.root / "switch.epoch").write_text("70000\n")
    assert Life(places, SECOND_US).epoch == 70001


@pytest.mark.parametrize("error", ["ENOSPC", "EROFS", "EIO"])
def test_a_disk_that_refuses_is_a_finding_and_no_number_comes_twice(
    places: Places, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(getattr(__import__("errno"), error), error)

    monkeypatch.setattr(life, "next_epoch", refuse)
    seen: list[int] = []
    for boot in range(4):
        for restart in range(3):
            born = Life(places, boot * 60 * SECOND_US + restart * STEP_US)
            assert born.findings and "not on the disk" in born.findings[0]
            seen.append(born.epoch)
        reboot(places)
    assert seen == sorted(set(seen)), "they only grow"


def test_a_disk_that_hangs_does_not_keep_a_switch_from_starting(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    let = Event()

    def hang(data: Path, at_least: int = 1) -> int:
        let.wait(60)
        return next_epoch(data, at_least)

    monkeypatch.setattr(life, "next_epoch", hang)
    monkeypatch.setattr(life, "PATIENCE_S", 0.05)
    born = Life(places, 100 * SECOND_US)
    assert born.epoch == 400 and "too long" in born.findings[0]
    let.set()


def test_no_memory_is_a_finding_too(places: Places) -> None:
    shutil.rmtree(places.run)
    places.run.write_text("in the way")
    born = Life(places, SECOND_US)
    assert born.epoch == 4 and "memory" in born.findings[0]
    places.run.unlink()
    places.run.mkdir()


def test_without_box_time_a_box_whose_disk_refuses_would_begin_the_same_life_twice(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: numbers from the disk alone."""

    def refuse(*_: object) -> int:
        raise OSError("read-only")

    monkeypatch.setattr(life, "next_epoch", refuse)
    monkeypatch.setattr(life, "STEP_US", 1 << 60)
    first = Life(places, SECOND_US).epoch
    reboot(places)
    assert Life(places, 60 * SECOND_US).epoch == first
