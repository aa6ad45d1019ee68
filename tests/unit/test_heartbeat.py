"""The sign of life of a process."""

from __future__ import annotations

from pathlib import Path

from firmware.protocol.heartbeat import Heartbeat, last_beat_us


def test_the_latest_beat_is_read_from_outside(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path / "engine.beat")
    heart.beat(5)
    heart.beat(1_700_000_000_000_000)
    assert last_beat_us(tmp_path / "engine.beat") == 1_700_000_000_000_000


def test_before_the_first_beat_there_is_none(tmp_path: Path) -> None:
    Heartbeat(tmp_path / "engine.beat").close()
    assert last_beat_us(tmp_path / "engine.beat") is None
    assert last_beat_us(tmp_path / "nobody.beat") is None


def test_a_new_life_beats_on_in_the_same_place(tmp_path: Path) -> None:
    Heartbeat(tmp_path / "engine.beat").beat(7)
    heart = Heartbeat(tmp_path / "engine.beat")
    assert last_beat_us(tmp_path / "engine.beat") == 7
    heart.beat(9)
    assert last_beat_us(tmp_path / "engine.beat") == 9


def test_a_file_of_another_length_is_no_beat(tmp_path: Path) -> None:
    (tmp_path / "engine.beat").write_bytes(b"12")
    assert last_beat_us(tmp_path / "engine.beat") is None
