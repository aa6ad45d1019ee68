"""Days of line quality: kept by the archive, of fixed size, whole after a restart, deaf to what is torn."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.archive import line_quality as keeping
from firmware.archive.line_quality import LOOK_US, MOST_FILES, RETRY_US, LineKeeper
from firmware.protocol import meters as wire
from firmware.protocol.meters import Alarm, CardPorts, MeterWriter, PortClass, meters_path
from firmware.protocol.places import Places
from firmware.store import line_quality as store
from firmware.store.line_quality import (
    MINUTES_KEPT,
    QUARTERS_KEPT,
    QualityFile,
    fold,
    gathered,
    quality_path,
    read_minutes,
    read_quarters,
)

DAY = 29_900_000
"""A Unix minute of 2026."""
EVER = 1 << 40
HAT, SIP = CardPorts("hat", 2), CardPorts("net", 1)
WALL_US = 1_794_000_000_000_000


def minute(volts: float, alarm_s: int = 0, ports: int = 2) -> wire.Rows:
    made = np.zeros(ports, wire.MINUTE)
    for name in made.dtype.names or ():
        if name not in ("samples", "alarm_s", "alarms"):
            made[name] = np.nan
    made["samples"], made["alarm_s"] = 120, alarm_s
    made["alarms"] = Alarm.NO_BATTERY if alarm_s else 0
    made["volts_least"], made["volts_mean"], made["volts_most"] = volts - 1, volts, volts + 1
    return made


def test_a_minute_is_kept_and_its_quarter_follows(tmp_path: Path) -> None:
    file = QualityFile(tmp_path / "a", 2)
    first = DAY // 15 * 15
    file.put(first, minute(48))
    file.put(first + 7, minute(50, alarm_s=20))
    file.close()
    past = read_minutes(tmp_path / "a", 1, 0, EVER)
    assert past.minutes.tolist() == [first, first + 7] and past.rows["volts_mean"].tolist() == [48, 50]
    quarters = read_quarters(tmp_path / "a", 1, 0, EVER)
    assert quarters.minutes.tolist() == [first]
    (row,) = quarters.rows
    assert (row["volts_least"], row["volts_mean"], row["volts_most"]) == (47, 49, 51)
    assert (row["alarm_s"], row["alarms"], row["samples"]) == (20, Alarm.NO_BATTERY, 240)


def test_it_never_grows_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    file = QualityFile(path, 1)
    size = path.stat().st_size
    for one in range(DAY, DAY + 40 * 1440, 7):
        file.put(one, minute(48, ports=1))
    file.close()
    assert path.stat().st_size == size
    minutes, quarters = read_minutes(path, 0, 0, EVER).minutes, read_quarters(path, 0, 0, EVER).minutes
    assert len(minutes) <= MINUTES_KEPT and len(quarters) == QUARTERS_KEPT
    assert quarters[-1] - quarters[0] == 15 * (QUARTERS_KEPT - 1)
    assert (np.diff(minutes) > 0).all()


def test_it_survives_a_restart_and_not_another_number_of_ports(tmp_path: Path) -> None:
    QualityFile(tmp_path / "a", 2).put(DAY, minute(48))
    QualityFile(tmp_path / "a", 2).close()
    assert len(read_minutes(tmp_path / "a", 0, 0, EVER).minutes) == 1
    QualityFile(tmp_path / "a", 3).close()
    assert not len(read_minutes(tmp_path / "a", 0, 0, EVER).minutes)


def test_another_number_of_ports_cuts_nothing_off_a_file_that_is_being_read(tmp_path: Path) -> None:
    """A page that has it mapped would die of SIGBUS."""
    path = tmp_path / "a"
    QualityFile(path, 8).close()
    with path.open("rb") as read:
        size = os.fstat(read.fileno()).st_size
        QualityFile(path, 2).close()
        assert os.fstat(read.fileno()).st_size == size > path.stat().st_size


def torn(tmp_path: Path) -> int:
    """How many minutes are read when one of two was torn."""
    path = tmp_path / "a"
    file = QualityFile(path, 2)
    file.put(DAY, minute(48))
    file.put(DAY + 1, minute(48))
    file.close()
    data = bytearray(path.read_bytes())
    at = 64 + (DAY % MINUTES_KEPT) * (12 + 2 * wire.MINUTE.itemsize) + 20
    data[at] ^= 0x55
    path.write_bytes(data)
    return len(read_minutes(path, 0, DAY, EVER).minutes)


def test_a_torn_minute_is_left_out(tmp_path: Path) -> None:
    assert torn(tmp_path) == 1


def test_without_its_check_a_torn_minute_would_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_is_whole", lambda _: True)
    assert torn(tmp_path) == 2


@pytest.mark.parametrize("text", [b"", b"TIPQUAL1", b"TIPQUAL1" + b"\xff" * 100, b"\0" * 5000])
def test_what_is_no_such_file_is_empty(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a").write_bytes(text)
    assert not len(read_minutes(tmp_path / "a", 0, 0, EVER).minutes)
    assert not len(read_quarters(tmp_path / "none", 0, 0, EVER).minutes)


@given(volts=st.lists(st.floats(3, 60), min_size=1, max_size=30), step=st.integers(1, 20))
def test_gathered_rows_hold_all_there_was(volts: list[float], step: int) -> None:
    past = store.Past(
        np.arange(DAY, DAY + len(volts)), np.concatenate([minute(one, 1, ports=1) for one in volts])
    )
    made = gathered(past, step)
    assert (made.minutes % step == 0).all() and (np.diff(made.minutes) >= step).all()
    assert made.rows["alarm_s"].sum() == len(volts)
    assert made.rows["volts_least"].min() == past.rows["volts_least"].min()
    assert made.rows["volts_most"].max() == past.rows["volts_most"].max()
    assert (made.rows["volts_mean"] <= made.rows["volts_most"]).all()


def test_what_was_never_measured_stays_unknown() -> None:
    (made,) = fold(np.stack([minute(48, ports=1), minute(48, ports=1)]))
    assert np.isnan(made["milliamps_mean"]) and np.isnan(made["level_to_most"])


class Kept:
    """A switch's file and the keeper over it."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        self.now_us = 600_000_000
        self.writer = MeterWriter(meters_path(self.places), (HAT, SIP))
        now = np.zeros(3, wire.NOW)
        now["kind"] = [PortClass.FXO, PortClass.NONE, PortClass.SIP]
        self.writer.write(now, self.now_us)
        self.keeper = LineKeeper(self.places, lambda: WALL_US + self.now_us)

    def measures(self, number: int) -> None:
        self.writer.write_minute(number, minute(48, ports=3))

    def step(self, after_us: int = LOOK_US) -> None:
        self.now_us += after_us
        self.keeper.step(self.now_us)

    def minutes(self, card: str = "hat") -> list[int]:
        return [int(one) for one in read_minutes(quality_path(self.places.root, card), 0, 0, EVER).minutes]


def test_the_archive_keeps_each_minute_once_by_the_clock_on_the_wall(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.measures(8)
    kept.measures(9)
    kept.step()
    kept.step()
    assert kept.minutes() == [(WALL_US + one * 60_000_000) // 60_000_000 for one in (8, 9)]
    assert not quality_path(kept.places.root, "net").exists(), "no copper, no file"


def test_an_archive_that_was_away_finds_the_last_half_hour(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.step()
    for number in range(100):
        kept.measures(number)
    kept.step()
    assert len(kept.minutes()) == wire.MINUTES
    again = LineKeeper(kept.places, lambda: WALL_US + kept.now_us)
    again.step(kept.now_us)
    again.close()
    assert len(kept.minutes()) == wire.MINUTES


def test_a_disk_that_fails_loses_minutes_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path)
    kept.measures(8)
    with monkeypatch.context() as broken:
        broken.setattr(keeping, "QualityFile", _fails)
        kept.step()
    assert kept.keeper.failures == 1
    kept.step()
    assert kept.minutes() == [], "it waits before it tries again"
    kept.step(RETRY_US)
    assert len(kept.minutes()) == 1


def _fails(*_: object) -> None:
    raise OSError(28, "no space left")


def test_files_of_cards_that_were_do_not_pile_up(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    folder = kept.places.root / store.FOLDER
    folder.mkdir()
    for number in range(MOST_FILES + 5):
        path = folder / f"{number}.ring"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    kept.measures(8)
    kept.step()
    assert len(list(folder.glob("*.ring"))) == MOST_FILES and len(kept.minutes()) == 1
