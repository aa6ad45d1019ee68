"""Real processes under libfaketime: the engine believes a wrong clock, and it is set right in the middle of a call."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drivers.clock import MonotonicClock
from firmware.archive.accounts import account_of_calls
from firmware.archive.ledger import balance
from firmware.cli.prepare import prepare
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES
from firmware.store.history import StoreError, read_history

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "hw-sim" / "scenarios" / "first-call.toml"
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
YEAR_S = 365 * 86_400
TALK_S = 10.0
LOOKS = 1800

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.slow,
    pytest.mark.skipif(LIBRARY is None, reason="needs the Debian package faketime"),
]


class FakedBox:
    """The roles of a box, each a process; the engine's clock on the wall is off by so many seconds."""

    def __init__(self, root: Path, off_s: int) -> None:
        self._stamp = root / "faketime"
        self.off_by(off_s)
        self.places = prepare(root / "data", SCENARIO).places
        self._stack = ExitStack()

    def off_by(self, seconds: int) -> None:
        """From now on; the library looks at its file once a second."""
        new = self._stamp.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._stamp)

    def __enter__(self) -> FakedBox:
        plain = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'hw-sim'}"}
        faked = plain | {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._stamp),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        for role in ("world", *ROLES):
            argv = [sys.executable, "-m", "firmware.cli.main", "role", role, "--data", str(self.places.root)]
            process = subprocess.Popen(argv, cwd=ROOT, env=faked if role == "engine" else plain)
            self._stack.callback(_end, process)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def asks(self, statement: str) -> list[tuple[Any, ...]]:
        """Of history.db; nothing while there is none."""
        try:
            db = read_history(self.places.history_db)
        except StoreError:
            return []
        try:
            return db.execute(statement).fetchall()
        except sqlite3.OperationalError:
            return []  # it is being made
        finally:
            db.close()

    def until(self, is_so: Callable[[], object]) -> None:
        clock = MonotonicClock()
        for _ in range(LOOKS):
            if is_so():
                return
            clock.wait_until(clock.now_us() + 100_000)
        raise AssertionError("it did not come to that in three minutes")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    shutil.rmtree(Places((tmp_path / "data").resolve()).run, ignore_errors=True)


def now_s() -> int:
    return MonotonicClock.wall_us() // 1_000_000


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())


# name: by how much the clock is off at the start and after the step, what the call's time is worth and by how much off
STEPS: Mapping[str, tuple[Callable[[], int], Callable[[], int], str, bool]] = {
    "1970, then right": (lambda: at(1970, 1, 6) - now_s(), lambda: 0, "manual", True),
    "right, then ten years on": (lambda: 0, lambda: 10 * YEAR_S, "manual", True),
    "right, then ten years back": (lambda: 0, lambda: -10 * YEAR_S, "manual", True),
    "over the end of 32 bits": (lambda: at(2038, 1, 19, 3, 14, 0) - now_s(), lambda: 0, "manual", False),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_call_lasts_as_long_as_it_lasts(name: str, folder: Path) -> None:
    before, after, quality, is_true = STEPS[name]
    with FakedBox(folder, before()) as box:
        box.until(lambda: box.asks("SELECT 1 FROM talks"))
        box.off_by(after())
        box.until(lambda: len(box.asks("SELECT 1 FROM clocks")) > 1)
        box.until(lambda: box.asks("SELECT 1 FROM calls WHERE released_us IS NOT NULL"))
        box.until(lambda: box.asks("SELECT 1 FROM recordings WHERE cut = 1"))
        true_offset_us = _true_offset_us(box)
    ((offered_us, offered_at, worth, talk_s),) = box.asks(
        "SELECT offered_us, offered_at, clock_quality, talk_s FROM calls"
    )
    ((audio_s,),) = box.asks("SELECT seconds FROM recordings")
    assert talk_s > TALK_S
    assert abs(talk_s - audio_s) <= 0.2  # the tape follows the answer by a tick, and its end the hang-up
    assert worth == quality
    if is_true:
        assert abs(offered_at - offered_us - true_offset_us) < 1_500_000
    db = read_history(box.places.history_db)
    found = balance(entry for _, entries in account_of_calls(db) for entry in entries)
    db.close()
    assert found.unexplained_s == 0
    assert found.answered_s < 120


def _true_offset_us(box: FakedBox) -> int:
    from firmware.cli.box_plan import read_plan

    return MonotonicClock.wall_us() - MonotonicClock(read_plan(box.places).offset_us).now_us()
