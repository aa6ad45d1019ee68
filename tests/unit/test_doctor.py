from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from firmware.archive.archive import Archive
from firmware.cli import doctor
from firmware.cli.doctor import Finding
from firmware.config.schema import Card, Config, Line
from firmware.config.versions import ConfigStore
from firmware.protocol.facts import Fact, NotRecorded
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, RoleLock
from firmware.store.disk import VirtualDisk
from tests.unit.journal_bench import blocks, records, story


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Places]:
    places = Places(tmp_path.resolve())
    places.make()
    yield places
    shutil.rmtree(places.run)


def looked(places: Places) -> dict[str, Finding]:
    return {finding.check: finding for finding in doctor.examine(places)}


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["doctor", *words])
    code: int = arguments.run(arguments)
    return code


def switch_says(places: Places, late: int = 0, lost: int = 0) -> None:
    status = {"tick": 500, "pace": {"late_ticks": late}, "tape_lost_blocks": lost}
    places.status("switch").write_text(json.dumps(status))


def archived(places: Places, *left_out: type[Fact]) -> None:
    """One call of 10 s, answered after 1 s; without facts of these kinds."""
    told = [
        (at_us, tuple(one for one in facts if not isinstance(one, left_out))) for at_us, facts in story(1)
    ]
    archive = Archive(places.root, disk=VirtualDisk(), durable=False)
    archive.follow(records(told))
    for block in blocks(1):
        archive.take_block(block)
    archive.finish()
    archive.close()


def test_a_directory_without_a_box_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plenty(monkeypatch)
    assert run("--data", str(tmp_path / "none")) == 0
    told = capsys.readouterr().out
    assert "ok     processes: the box is not running" in told
    assert "tipring config apply FILE.toml" in told
    assert not (tmp_path / "none").exists()


def test_the_json_document_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plenty(monkeypatch)
    assert run("--json", "--data", str(tmp_path)) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["well"] is True
    assert {"software", "hardware", "prompts", "disk", "configuration"} <= {
        finding["check"] for finding in document["findings"]
    }


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 50, 50))


def test_a_disk_that_fills_up_is_told_before_it_is_full(
    box: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 86, 14))
    assert run("--data", str(box.root)) == 1
    assert "WRONG  disk" in capsys.readouterr().out
    assert "larger disk" in looked(box)["disk"].remedy


def test_a_missing_package_is_named(box: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "soundfile" else there(name)
    )
    found = looked(box)["software"]
    assert not found.well
    assert "soundfile" in found.seen
    assert "make setup" in found.remedy


def test_prompts_of_both_languages_must_be_there(
    box: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prompts" / "zh").mkdir(parents=True)
    (tmp_path / "prompts" / "zh" / "welcome.wav").touch()
    monkeypatch.setattr(doctor, "BUILT", tmp_path / "prompts")
    assert not looked(box)["prompts"].well


@pytest.mark.parametrize(
    ("model", "well", "said"),
    [
        ("Raspberry Pi 5 Model B Rev 1.0\0", True, "no TDM bus"),
        ("Raspberry Pi 4 Model B Rev 1.4\0", False, "missing /dev/spidev0.0"),
        ("Some laptop\0", True, "only by simulation"),
    ],
)
def test_hardware_is_judged_by_its_model(
    box: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, well: bool, said: str
) -> None:
    if not well and Path("/dev/spidev0.0").exists():
        pytest.skip("this machine has the devices")
    (tmp_path / "model").write_text(model)
    monkeypatch.setattr(doctor, "MODEL", tmp_path / "model")
    found = looked(box)["hardware"]
    assert (found.well, said in found.seen) == (well, True)
    assert bool(found.remedy) is not well


def test_the_configuration_in_force_is_checked_again(box: Places) -> None:
    assert "none" in looked(box)["configuration"].seen
    with ConfigStore(box.config_db) as store:
        store.put(Config(), "li", 0)
        assert looked(box)["configuration"] == Finding("configuration", True, "version 1 by li")
        card = Card(name="hat", slots=("fxs",) * 8)
        store.put(Config(cards=(card,), lines=(Line(name="line-1", card="hat", slot=1),)), "wang", 0)
    found = looked(box)["configuration"]
    assert not found.well
    assert "version 2 by wang" in found.seen
    assert "tipring config" in found.remedy


def test_a_damaged_configuration_store_is_told_not_raised(box: Places) -> None:
    box.config_db.write_bytes(b"not a database, but long enough to look at" * 100)
    found = looked(box)["configuration"]
    assert not found.well
    assert "backup" in found.remedy


def test_a_role_that_is_gone_is_named(box: Places) -> None:
    box.plan.write_text("{}")
    assert looked(box)["processes"].well
    locks = [RoleLock(box.run, role) for role in ROLES if role != "archive"]
    try:
        found = looked(box)["processes"]
        assert not found.well
        assert "not running: archive" in found.remedy
        locks.append(RoleLock(box.run, "archive"))
        assert looked(box)["processes"].well
    finally:
        for lock in locks:
            lock.release()


@pytest.mark.parametrize(("late", "lost"), [(1, 0), (0, 3)])
def test_late_ticks_and_lost_blocks_are_wrong(box: Places, late: int, lost: int) -> None:
    assert "switch" not in looked(box)
    switch_says(box)
    assert looked(box)["switch"].well
    switch_says(box, late, lost)
    found = looked(box)["switch"]
    assert not found.well
    assert f"{late} late, {lost} taped blocks lost" in found.seen


def test_a_status_file_of_another_version_says_nothing(box: Places) -> None:
    box.status("switch").write_text("{}")
    assert "switch" not in looked(box)


def test_the_ledger_is_part_of_the_examination(box: Places) -> None:
    archived(box)
    found = looked(box)["ledger"]
    assert found == Finding("ledger", True, "9 s answered, 4 s recorded, 0.0 s unexplained")


def test_answered_time_without_audio_or_reason_is_wrong(box: Places) -> None:
    archived(box, NotRecorded)
    found = looked(box)["ledger"]
    assert not found.well
    assert "5.0 s unexplained" in found.seen
    assert "tipring recordings ledger" in found.remedy


def test_a_damaged_history_is_told_not_raised(box: Places) -> None:
    box.history_db.write_bytes(b"not a database, but long enough to look at" * 100)
    found = looked(box)["ledger"]
    assert not found.well
    assert "backup" in found.remedy
