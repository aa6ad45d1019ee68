"""A failure counts where the machine kept time; else the test is begun anew; if it never did, not judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.timekeeping import LONG_US, STOLEN, TAKEN, Calm, Kept, Watch

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
import sys
sys.path.insert(0, {root!r})
from tests import timekeeping
from tests.conftest import pytest_runtest_protocol, pytest_terminal_summary
kept = iter({kept!r} + [(0, 0.0)] * 9)
timekeeping.CALM.wait = lambda: None
timekeeping.Watch.stop = lambda self: timekeeping.Kept(*next(kept))
"""
TEST = """
import pytest
seen = []
@pytest.fixture(scope="module")
def box():
    seen.append("begun")
    yield seen
    seen.append("ended")
def test_before(box): pass
def test_it(box):
    seen.append("tried")
    print(seen)
    assert seen.count("tried") > {failures}
def test_after(box): pass
"""
STILL = (LONG_US + 1, 0.0)
A_LITTLE = (0, STOLEN + 0.01)
A_LOT = (0, TAKEN + 0.01)
WELL = (0, 0.0)


def run(folder: Path, kept: list[tuple[int, float]], failures: int) -> str:
    place = folder / "tests/peers"
    place.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "conftest.py").write_text(CONFTEST.format(root=str(ROOT), kept=[WELL, *kept]))
    (place / "test_one.py").write_text(TEST.format(failures=failures))
    argv = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "tests"]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_a_failure_while_time_was_kept_is_a_failure_at_once(tmp_path: Path) -> None:
    told = run(tmp_path, [WELL], 1)
    assert "1 failed, 2 passed" in told, told
    assert "begun anew" not in told


@pytest.mark.parametrize("kept", [STILL, A_LITTLE, A_LOT])
def test_it_is_begun_anew_with_its_fixtures_and_named(tmp_path: Path, kept: tuple[int, float]) -> None:
    told = run(tmp_path, [kept], 1)
    assert "3 passed" in told, told
    assert "['begun', 'tried', 'ended', 'begun', 'tried']" in told
    assert "test_it: begun anew, the machine stood still" in told


def test_it_is_not_tried_for_ever(tmp_path: Path) -> None:
    told = run(tmp_path, [STILL] * 9, 9)
    assert "1 failed, 2 passed" in told, told
    assert told.count("FAILED") == 1


def test_what_never_had_a_fair_try_is_not_judged(tmp_path: Path) -> None:
    told = run(tmp_path, [A_LOT] * 3, 9)
    assert "2 passed, 1 skipped" in told, told
    assert "test_it: NOT JUDGED, the machine stood still" in told


def test_one_try_on_a_machine_that_was_there_judges(tmp_path: Path) -> None:
    assert "1 failed, 2 passed" in run(tmp_path, [A_LOT, A_LOT, WELL], 9)
    assert "1 failed, 2 passed" in run(tmp_path / "other", [A_LOT, A_LITTLE, A_LOT], 9)


def test_a_calm_second_is_waited_for_with_patience() -> None:
    looks = iter([Kept(0, 0.5), Kept(0, 0.5), Kept(0, 0.0), Kept(0, 0.0)])
    Calm(5.0, lambda: next(looks)).wait()
    assert len(list(looks)) == 1
    Calm(0.0, lambda: next(looks)).wait()


def test_the_watch_sees_a_machine_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([(100, 0), (200, 30)])
    monkeypatch.setattr("tests.timekeeping._ticks", lambda: next(ticks))
    assert Watch().stop().stolen == pytest.approx(0.3)
    assert not Kept(LONG_US, 0).is_fair
    assert Kept(LONG_US - 1, STOLEN - 0.01).is_fair
