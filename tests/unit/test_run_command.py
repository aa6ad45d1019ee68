from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.clock import MonotonicClock, boot_id
from firmware.cli import prepare as preparing
from firmware.cli import run as running
from firmware.cli import teller
from firmware.cli.box_plan import BoxPlan, read_plan
from firmware.cli.call_log import CallLog
from firmware.cli.main import CommandError
from firmware.cli.prepare import last_box_time_us, prepare
from firmware.config.export import as_toml
from firmware.config.schema import Card, Config, Extension, Line, Site
from firmware.config.versions import ConfigStore
from firmware.protocol import journal
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.protocol.role import RoleLock, role_is_held
from firmware.recorder.framed import HEAD_BYTES, FrameReader
from firmware.recorder.recorder import Recorder
from firmware.recorder.segments import JOURNAL

HOUR_US = 3_600_000_000
CONFIG = Config(
    site=Site(name="Test house"),
    cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
    lines=(
        Line(name="line-1", card="hat", slot=1, number="62345678"),
        Line(name="line-2", card="hat", slot=2, number="62345678"),
        Line(name="line-3", card="hat", slot=3),
    ),
    extensions=(Extension(number="801", card="hat", slot=5), Extension(number="802", card="hat", slot=6)),
)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Places]:
    """A data directory with a configuration, its run directory taken away afterwards."""
    places = Places((tmp_path / "box").resolve())
    places.make()
    with ConfigStore(places.config_db) as store:
        store.put(CONFIG, "test", 0)
    yield places
    shutil.rmtree(places.run)


def journalled(places: Places, at_us: int) -> None:
    ring = Ring.in_memory(1 << 16)
    recorder = Recorder(ring, Ring.in_memory(1 << 16), places.root)
    ring.put(journal.encode(Record(1, 1, at_us, TimeReached(), (), ())))
    recorder.close(at_us)


def scenario(directory: Path, config: Config) -> Path:
    box, bench = directory / "box.toml", directory / "bench.toml"
    box.write_text(as_toml(config), "utf-8")
    bench.write_text('box = "box.toml"\n\n[scenario]\nname = "bench"\nseconds = 10\n', "utf-8")
    return bench


# -- wall time ----------------------------------------------------------------------------------------


def test_the_wall_clock_tells_box_time_in_the_site_s_zone() -> None:
    at_us = 1_795_000_000_000_000  # 2026-11-18 11:06:40 UTC
    assert teller.WallClock(at_us - 5_000_000, "UTC")(5_000_000) == "11:06:40"
    assert teller.WallClock(at_us - 5_000_000, "Asia/Shanghai")(6_000_000) == "19:06:41"


# -- one box a directory ------------------------------------------------------------------------------


def test_a_second_box_on_the_same_data_is_refused_by_name(box: Places) -> None:
    lock = RoleLock(box.run, "guardian")
    try:
        with pytest.raises(CommandError, match=rf"a box already runs on .*{os.getpid()}.*another --data DIR"):
            running._refuse_double(box)
    finally:
        lock.release()


def test_a_running_tree_whose_guardian_died_is_taken_over_as_it_is(box: Places, tmp_path: Path) -> None:
    prepare(box.root, None)
    lock = RoleLock(box.run, "recorder")
    try:
        running._refuse_double(box)
        running._refuse_other_bench(box, None)
        with pytest.raises(CommandError, match=r"runs on at .*`tipring run` without --sim .*another --data"):
            running._refuse_other_bench(box, tmp_path / "bench.toml")
    finally:
        lock.release()
    running._refuse_other_bench(box, tmp_path / "bench.toml")


def test_a_lock_of_a_process_that_died_holds_nobody_up(box: Places) -> None:
    code = (
        "import os, sys; from pathlib import Path; from firmware.protocol.role import RoleLock, role_is_held;"
        "RoleLock(Path(sys.argv[1]), 'switch'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(box.run)], check=False, env=os.environ)
    assert (box.run / "switch.lock").exists()
    assert not role_is_held(box.run, "switch")


# -- box time -----------------------------------------------------------------------------------------


def test_a_new_box_begins_near_the_machine_s_own_time(box: Places) -> None:
    prepared = prepare(box.root, None)
    assert prepared.offset_us <= 1_000_000
    assert read_plan(box) == BoxPlan(prepared.offset_us, boot_id())


def test_box_time_is_the_same_after_a_restart_in_the_same_boot(box: Places) -> None:
    box.plan.write_bytes(msgspec.json.encode(BoxPlan(77 * HOUR_US, boot_id())))
    assert prepare(box.root, None).offset_us == 77 * HOUR_US


def test_box_time_goes_on_over_a_reboot(box: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    last_us = MonotonicClock().now_us() + 1000 * HOUR_US
    journalled(box, last_us)
    assert last_box_time_us(box) == last_us
    box.plan.write_bytes(msgspec.json.encode(BoxPlan(5, "the boot before")))
    monkeypatch.setattr(preparing, "boot_id", lambda: "this boot")
    prepared = prepare(box.root, None)
    now_us = MonotonicClock(prepared.offset_us).now_us()
    assert last_us + 1_000_000 <= now_us < last_us + 60_000_000
    assert read_plan(box).boot == "this boot"


def test_only_the_newest_part_of_a_long_journal_is_read_for_it(
    box: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = JOURNAL.path(box.journal, 1), JOURNAL.path(box.journal, 2), JOURNAL.path(box.journal, 3)
    journalled(box, 5 * HOUR_US)
    (written,) = JOURNAL.files(box.journal).values()
    whole = written.read_bytes()
    written.unlink()
    places[0].write_bytes(b"what is read of this raises nothing and counts for nothing")
    places[1].write_bytes(whole)
    places[2].write_bytes(whole[:HEAD_BYTES] + b"torn")
    read: list[Path] = []
    frames = FrameReader.read

    def noted(reader: FrameReader) -> Iterator[bytes]:
        read.append(reader.path)
        return frames(reader)

    monkeypatch.setattr(FrameReader, "read", noted)
    assert last_box_time_us(box) == 5 * HOUR_US
    assert read == [places[2], places[1]]


def test_box_time_goes_on_when_the_memory_of_the_run_directory_is_gone(box: Places) -> None:
    last_us = MonotonicClock().now_us() + 10 * HOUR_US
    journalled(box, last_us)
    box.plan.unlink(missing_ok=True)
    assert MonotonicClock(prepare(box.root, None).offset_us).now_us() > last_us


# -- configuration ------------------------------------------------------------------------------------


def test_a_box_without_configuration_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"config apply FILE\.toml --data .*--sim hw-sim/scenarios"):
        prepare(tmp_path / "new", None)


def test_a_bench_file_s_box_becomes_a_version_once(box: Places, tmp_path: Path) -> None:
    bench = scenario(tmp_path, msgspec.structs.replace(CONFIG, site=Site(name="Bench")))
    for _ in range(2):
        prepared = prepare(box.root, bench)
        assert prepared.config.site.name == "Bench"
        assert read_plan(box).sim == str(bench)
    with ConfigStore(box.config_db) as store:
        assert [(one.version, one.author) for one in store.history()] == [
            (2, "run --sim bench.toml"),
            (1, "test"),
        ]


def test_a_faulty_bench_file_makes_nothing(tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text("[scenario]\nseconds = 0\n", "utf-8")
    with pytest.raises(CommandError, match="不可用"):
        prepare(tmp_path / "box", bench, "zh")
    assert not (tmp_path / "box").exists()


# -- what is said -------------------------------------------------------------------------------------


def test_the_greeting_names_numbers_telephones_and_places(box: Places) -> None:
    prepared = prepare(box.root, None)
    said = running.greeting(prepared, "en")
    assert "Test house: lines 62345678 (line-1, line-2), line-3 (line-3); telephones 801, 802" in said
    assert str(box.log) in said and "Ctrl-C" in said
    assert "线路 62345678" in running.greeting(prepared, "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_invitation_is_a_command_that_can_be_given(
    box: Places, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = prepare(box.root, None)
    said = running.invitation(prepared, language)
    assert said.endswith(f"tipring sim call line-3 --seconds 20 --wav heard.wav --data {box.root}")
    (box.root.parent / "home").mkdir()
    monkeypatch.chdir(box.root.parent / "home")
    (Path.cwd() / "data").symlink_to(box.root)
    assert "--data" not in running.invitation(prepared, language)


def test_only_calls_of_this_run_are_told(box: Places) -> None:
    journalled(box, 1)
    told = teller.new_lines(box, CallLog(str))
    assert next(told) == []


@pytest.mark.parametrize(
    ("last_words", "told"),
    [
        ("firmware.cli.main.CommandError: no SIP: listening", ": no SIP: listening"),
        ("ready", ": ready"),
        ("", ""),
    ],
)  # fmt: skip
def test_who_dies_is_told_with_its_last_words(last_words: str, told: str) -> None:
    assert teller.why(last_words) == told


def test_options_have_the_documented_defaults() -> None:
    parser = argparse.ArgumentParser()
    running.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["run"])
    assert (arguments.data, arguments.sim, arguments.seconds) == (Path("data"), None, 0.0)
