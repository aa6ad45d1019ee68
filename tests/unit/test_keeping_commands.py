"""`tipring erase`, `recordings hold|release|holds|export`, `report audit` against a running engine and archive."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.clock import MonotonicClock
from firmware.archive.runner import Archivist
from firmware.cli.main import main
from firmware.config.versions import ConfigStore
from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.process.runner import EngineProcess
from firmware.protocol import journal, tape
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.order_client import give_order
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from firmware.recorder.recorder import Recorder
from firmware.store.disk import Disk
from tests.unit.journal_bench import blocks, recording_id
from tests.unit.kept_bench import NAME, OTHER, SUBJECT, call_of, config

PATIENCE = 400
"""Steps of some 30 ms: a bound, not a wait."""


class RunningBox:
    """Engine, recorder and archive of a box, turn by turn in one thread; no switch, no cards."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        with ConfigStore(self.places.config_db) as store:
            store.put(config(), "test", 0)
        self._past()
        self._stop = threading.Event()
        self._ready = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self._ready.wait(20)

    def _past(self) -> None:
        """Two calls of a former life, on the disk."""
        rings = Rings(self.places.run)
        moments = sorted((*call_of(SUBJECT, 1, 0), *call_of(OTHER, 2, 20)), key=lambda one: one[0])
        for number, (at_us, facts) in enumerate(moments, 1):
            record = Record(1, number, at_us, TimeReached(), facts, ())  # type: ignore[arg-type]
            assert rings.journal.put(journal.encode(record))
        for call, at_s in ((1, 0), (2, 20)):
            for block in blocks(call, at_s):
                assert rings.audio.put(tape.encode(block))
        recorder = Recorder(rings.journal, rings.audio, self.places.root, mark=rings.mark)
        recorder.close(60_000_000)

    def _run(self) -> None:
        clock, rings = MonotonicClock(), Rings(self.places.run)
        engine = EngineProcess(self.places, "box-1", clock, WallLook(clock.now_us, clock.wall_us))
        recorder = Recorder(
            rings.journal, rings.audio, self.places.root, snapshot_ring=rings.snapshots, mark=rings.mark
        )
        archivist = Archivist(self.places.root, "box-1", "UTC", rings.mark, give=self._give)
        try:
            while not self._stop.is_set():
                engine.step(20_000)
                recorder.step(clock.now_us())
                archivist.step(clock.now_us())
                self._ready.set()
        finally:
            archivist.close()
            engine.close()

    def _give(self, order: Any) -> bool:
        """The engine is in this thread: another one asks it, as the archive's process would."""
        threading.Thread(target=give_order, args=(self.places, order, 5.0)).start()
        return True

    def close(self) -> None:
        self._stop.set()
        self.thread.join(20)
        shutil.rmtree(self.places.run, ignore_errors=True)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[RunningBox]:
    made = RunningBox(tmp_path)
    with contextlib.closing(made):
        yield made


class Commands:
    def __init__(self, box: RunningBox, capsys: pytest.CaptureFixture[str]) -> None:
        self._data, self._capsys = str(box.places.root), capsys

    def __call__(self, *words: str) -> tuple[int, str]:
        code = main([*words, "--data", self._data])
        out = self._capsys.readouterr()
        return code, out.out + out.err

    def told(self, *words: str) -> Any:
        code, out = self(*words, "--json")
        assert code == 0, out
        return json.loads(out)

    def until(self, wanted: Any, *words: str) -> Any:
        """Asks till `wanted` holds of the answer; the box works meanwhile."""
        for _ in range(PATIENCE):
            answer = self.told(*words)
            if wanted(answer):
                return answer
            threading.Event().wait(0.03)
        raise AssertionError(f"{words}: {answer}")


@pytest.fixture
def tipring(box: RunningBox, capsys: pytest.CaptureFixture[str]) -> Commands:
    commands = Commands(box, capsys)
    commands.until(
        lambda told: len([one for one in told["recordings"] if one["path"]]) == 2, "recordings", "list"
    )
    return commands


def test_a_number_is_erased_and_the_status_says_what_is_left(tipring: Commands, box: RunningBox) -> None:
    assert tipring.told("erase", "138 0013 8000", "--dry-run") == {
        "calls": [1],
        "recordings": 1,
        "held": [],
        "contacts": 0,
    }
    ordered, contacts = tipring.told(
        "erase", "138 0013 8000", "--why", "request", "--author", "hu", "--now"
    ).values()
    assert contacts == {"erased": [], "kept": []}
    told = tipring.until(
        lambda one: one["erasures"][0]["state"] in ("waiting", "complete"), "erase", "--status"
    )
    row = told["erasures"][0]
    assert (row["id"], row["author"], row["calls"], row["recordings"]) == (ordered, "hu", 1, 1)
    tipring.until(
        lambda one: not [s for s in one["erasures"][0]["still"] if s["place"] == "journal"],
        "erase",
        "--status",
    )
    left = [path.name for path in box.places.root.rglob("*") if path.is_file() and _knows(path)]
    assert left == []
    actions = [one["action"] for one in tipring.told("report", "audit")["audit"]]
    assert "erase" in actions and tipring("report", "audit", "--verify")[0] == 0
    assert (
        "held" in tipring("erase", "--status")[1]
        and "删除令" in tipring("erase", "--status", "--language", "zh")[1]
    )


def _knows(path: Path) -> bool:
    data = path.read_bytes()
    return SUBJECT.encode() in data or NAME.encode() in data


def test_what_is_no_strangers_number_is_refused(tipring: Commands) -> None:
    for number in ("801", "110", "hello"):
        code, out = tipring("erase", number, "--why", "x")
        assert code == 2 and "is not a number of somebody outside" in out
    code, out = tipring("erase", SUBJECT)
    assert code == 2 and "--why" in out


def test_a_held_call_is_listed_and_released(tipring: Commands) -> None:
    hold = tipring.told("recordings", "hold", "--number", SUBJECT, "--why", "case 7")["hold"]
    tipring.until(lambda told: told["holds"], "recordings", "holds")
    assert tipring.told("erase", SUBJECT, "--dry-run")["held"] == [1]
    tipring.told("erase", SUBJECT, "--why", "request")
    tipring.until(lambda told: told["erasures"][0]["state"] == "held-back", "erase", "--status")
    out = tipring("recordings", "holds")[1]
    assert "…8000" in out and SUBJECT not in out
    tipring.told("recordings", "release", hold, "--why", "closed")
    tipring.until(lambda told: told["erasures"][0]["state"] == "waiting", "erase", "--status")
    code, out = tipring("recordings", "release", hold, "--why", "again")
    assert code == 2 and "no hold" in out
    code, out = tipring("recordings", "hold", "--call", "77", "--why", "x")
    assert code == 2 and "there is no call 77" in out


def test_an_export_is_one_row_a_recording_before_it_happens(tipring: Commands, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tipring.told("recordings", "export", "--out", str(out), "--why", "court", "--author", "hu")
    assert len(list(out.iterdir())) == 2
    rows = tipring.until(lambda told: len(told["audit"]) == 2, "report", "audit")["audit"]
    assert {(row["author"], row["action"], row["why"]) for row in rows} == {("hu", "export", "court")}
    assert sorted(row["subject"] for row in rows) == sorted(
        f"recording {recording_id(one)}" for one in (1, 2)
    )


def test_a_box_that_does_not_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", SUBJECT, "--why", "x", "--data", str(tmp_path)]) == 2
    assert "does not run" in capsys.readouterr().err
    assert main(["erase", SUBJECT, "--why", "x", "--language", "zh", "--data", str(tmp_path)]) == 2
    assert "设备未运行" in capsys.readouterr().err


def test_a_changed_row_of_the_audit_is_named(box: RunningBox, tipring: Commands, tmp_path: Path) -> None:
    tipring.told("recordings", "export", "--out", str(tmp_path / "out"))
    tipring.until(lambda told: len(told["audit"]) == 2, "report", "audit")
    box.close()
    import sqlite3

    with contextlib.closing(sqlite3.connect(box.places.history_db)) as db, db:
        db.execute("UPDATE audit SET author = 'nobody' WHERE id = 1")
    code, out = tipring("report", "audit", "--verify")
    assert code == 1 and "row 1 was changed" in out
    Disk().remove(box.places.secrets / "audit")
    code, out = tipring("report", "audit", "--verify")
    assert code == 1 and "the key of the audit" in out
