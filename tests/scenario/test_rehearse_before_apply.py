"""A day of history again: the unchanged configuration gives the day's service level, a draft what it would have."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from firmware.cli.rehearsal.day import hands
from firmware.cli.rehearsal.day.comparison import CLOSE_POINTS, check, compared
from firmware.cli.rehearsal.day.crowd import hangs_up_after_us
from firmware.cli.rehearsal.day.past_day import PastDay, past_day
from firmware.cli.rehearsal.day.recorded import Work
from firmware.cli.rehearsal.day.run import Rehearsed, rehearse_day
from firmware.cli.rehearsal.day.sounds import bank_of
from firmware.cli.rehearse import rehearse
from firmware.config.export import as_toml
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.store.history import open_history, read_history
from tests.scenario.past_days import lived, office

pytestmark = pytest.mark.scenario
SEEDS = (1, 2)
LOADS = {"quiet": 0.4, "usual": 1.0, "busy": 2.5, "flooded": 6.0}


def again(day: PastDay, config: Config, scratch: Path, seeds: tuple[int, ...] = SEEDS) -> list[Rehearsed]:
    bank = bank_of(config, scratch / "prompts", None)
    return [
        rehearse_day(day, config, seed, out=scratch / "run", bank=bank, tell=lambda _: None) for seed in seeds
    ]


def with_wrap_up(config: Config, seconds: float) -> Config:
    queues = tuple(structs.replace(one, wrap_up_s=seconds) for one in config.queues)
    return structs.replace(config, queues=queues)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("usual")
    lived(office(1.0, 5), data)
    return data


@pytest.fixture
def untouched(usual: Path) -> Iterator[Path]:
    """The day's box; the test fails where any file of it changed, came or went."""
    before = hashes(usual)
    yield usual
    assert hashes(usual) == before


def hashes(data: Path) -> dict[str, str]:
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "load",
    [
        pytest.param(load, id=name, marks=[pytest.mark.slow] * (name in ("busy", "flooded")))
        for name, load in LOADS.items()
    ],
)
def test_the_unchanged_configuration_gives_the_days_service_level(load: float, tmp_path: Path) -> None:
    lived(office(load, 3), tmp_path / "box")
    day = past_day(tmp_path / "box", None)
    found = check(day.figures, again(day, day.config, tmp_path))
    print(load, len(day.calls), day.figures.total, found)
    assert len(day.calls) > 30
    assert found["service_level_points"] <= CLOSE_POINTS
    assert found["close"]


def test_a_model_that_is_off_is_told(
    untouched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People who talk three times as long as they did: the planted fault."""

    def longer(work: Work) -> int:
        return 3 * hangs_up_after_us(work)

    monkeypatch.setattr(hands, "hangs_up_after_us", longer)
    day = past_day(untouched, None)
    assert not check(day.figures, again(day, day.config, tmp_path, (1,)))["close"]


@pytest.mark.slow
def test_the_same_seed_is_the_same_day_and_another_draws_other_patience(
    untouched: Path, tmp_path: Path
) -> None:
    day = past_day(untouched, None)
    draft = with_wrap_up(day.config, 60.0)
    one, same, other = again(day, draft, tmp_path, (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.slow
def test_a_draft_gives_about_what_it_would_have_given(untouched: Path, tmp_path: Path) -> None:
    """The same people lived through the draft: something no real box can do, but a simulated one can."""
    day = past_day(untouched, None)
    draft = with_wrap_up(day.config, 45.0)
    truth = rehearse(structs.replace(office(1.0, 5), box=draft), tmp_path / "truth", fast=True)
    runs = again(day, draft, tmp_path)
    found = compared(day.figures, again(day, day.config, tmp_path), runs)["total"]["service_level"]
    real = truth["service_level"]["percent"]
    print(found, real)
    assert found["happened"] - real > 5, "the draft must make a difference"
    assert abs(found["draft"]["mean"] - real) < 5


# -- the command ----------------------------------------------------------------------------------------


def command(data: Path, draft: Path, tmp: Path, *more: str) -> subprocess.Popen[str]:
    tmp.mkdir(exist_ok=True)
    argv = [sys.executable, "-c", "from firmware.cli.main import main; raise SystemExit(main())"]
    argv += ["config", "rehearse", "--data", str(data)]
    argv += ["--draft", str(draft), "--json", "--progress", "json", *more]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "TMPDIR": str(tmp), "PYTHONPATH": paths}
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def draft_file(day: PastDay, path: Path) -> Path:
    path.write_text(as_toml(with_wrap_up(day.config, 45.0)))
    return path


def test_the_command_compares_and_changes_nothing(untouched: Path, tmp_path: Path) -> None:
    draft = draft_file(past_day(untouched, None), tmp_path / "draft.toml")
    process = command(untouched, draft, tmp_path / "tmp", "--seeds", "1", "--seed", "7")
    out, progress = process.communicate(timeout=300)
    found = json.loads(out)
    assert process.returncode == 0, progress
    assert found["seeds"] == [7]
    assert found["check"]["close"]
    assert found["total"]["service_level"]["difference"]["mean"] < 0
    assert found["of"]["patience"][""]["gave_up"] > 0
    assert "7" in found["words"]["en"][0] or found["words"]["zh"]
    steps = [json.loads(line)["done"] for line in progress.splitlines()]
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    assert not list((tmp_path / "tmp").iterdir())


def test_beside_a_living_box_its_files_stay_as_they_are(usual: Path, tmp_path: Path) -> None:
    """Its databases are open, and something of them is only in their logs."""
    draft = draft_file(past_day(usual, None), tmp_path / "draft.toml")
    data = tmp_path / "box"
    data.mkdir()
    for name in ("history.db", "config.db"):
        (data / name).write_bytes((usual / name).read_bytes())
    history = open_history(data / "history.db")
    with ConfigStore(data / "config.db") as store:
        history.execute("UPDATE progress SET records = records + 1")
        history.conn.commit()
        store.put(store.get(1).config, "somebody", 1)
        before = {name: one for name, one in hashes(data).items() if not name.endswith("-shm")}
        assert "history.db-wal" in before
        out, told = command(data, draft, tmp_path / "tmp", "--seeds", "1").communicate(timeout=300)
        assert json.loads(out)["check"]["close"], told
        assert {name: one for name, one in hashes(data).items() if not name.endswith("-shm")} == before
    history.close()


def test_stopped_it_leaves_nothing_behind(untouched: Path, tmp_path: Path) -> None:
    draft = draft_file(past_day(untouched, None), tmp_path / "draft.toml")
    process = command(untouched, draft, tmp_path / "tmp", "--seeds", "50")
    assert process.stderr is not None
    for line in process.stderr:
        if json.loads(line)["done"] > 0:
            break
    assert list((tmp_path / "tmp").iterdir())
    assert (
        os.sched_getscheduler(process.pid) == os.SCHED_IDLE
        or os.getpriority(os.PRIO_PROCESS, process.pid) == 19
    )
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert not list((tmp_path / "tmp").iterdir())


def test_a_day_without_calls_and_a_box_without_history_are_told(untouched: Path, tmp_path: Path) -> None:
    draft = draft_file(past_day(untouched, None), tmp_path / "draft.toml")
    process = command(untouched, draft, tmp_path / "tmp", "--day", "2001-01-01")
    assert "no call from outside on 2001-01-01" in process.communicate(timeout=60)[1]
    assert process.returncode == 2
    process = command(tmp_path / "nowhere", draft, tmp_path / "tmp")
    assert "has no history" in process.communicate(timeout=60)[1]
    assert process.returncode == 2
    assert not (tmp_path / "nowhere").exists()


def test_reading_as_people_did_before_would_have_been_found(usual: Path, tmp_path: Path) -> None:
    """The planted fault: the readers' way of opening leaves files beside a database that nobody has open."""
    (tmp_path / "history.db").write_bytes((usual / "history.db").read_bytes())
    before = hashes(tmp_path)
    db = read_history(tmp_path / "history.db")
    with pytest.raises(sqlite3.OperationalError):
        db.execute("DELETE FROM calls")
    db.close()
    assert hashes(tmp_path) != before
