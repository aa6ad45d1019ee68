"""`tipring backup` as a person uses it: make, check, restore, undo; refusals in their language."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from drivers.clock import MonotonicClock
from firmware.archive.archive import Archive
from firmware.archive.backup.last import LAST
from firmware.archive.erasure_list import Erasure, add_to_list
from firmware.cli.main import main
from firmware.cli.prepare import prepare
from firmware.protocol import facts as f
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.places import Places
from firmware.protocol.role import RoleLock
from firmware.store.disk import Disk
from tests.unit.backed_up_box import PASSPHRASE, filled, rows


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return filled(tmp_path_factory.mktemp("office"))


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_text(PASSPHRASE + "\r\nsecond line\n")
    return path


def test_a_box_moves_to_another_machine(
    box: Places, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, there = tmp_path / "usb" / "box.tipring-backup", tmp_path / "there"
    file.parent.mkdir()
    options = ["--passphrase-file", str(words), "--json"]
    assert main(["backup", "make", "--out", str(file), "--data", str(box.root), *options]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["configs"] == 2 and made["left_out"] == [] and made["size_bytes"] == file.stat().st_size
    assert json.loads((box.root / LAST).read_text())["bytes"] == made["size_bytes"]
    assert main(["backup", "check", str(file), "--data", str(there), *options]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["box"] == "box-7"
    assert not there.exists() and [path.name for path in tmp_path.iterdir() if "check" in path.name] == []
    assert main(["backup", "restore", str(file), "--data", str(there), *options]) == 0
    assert rows(there) == rows(box.root)
    capsys.readouterr()
    assert main(["backup", "undo", "--data", str(there)]) == 0
    assert "back to what was there" in capsys.readouterr().out
    assert not (there / "history.db").exists()


@pytest.mark.parametrize(("language", "says"), [("en", "still kept out"), ("zh", "恢复后仍然停用")])
def test_a_restore_says_who_stays_out(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, says: str
) -> None:
    there, file = filled(tmp_path / "there"), tmp_path / "b"
    options = ["--data", str(there.root), "--passphrase-file", str(words), "--language", language]
    assert main(["backup", "make", "--out", str(file), *options]) == 0
    with closing(sqlite3.connect(there.root / "web.db")) as db:
        db.execute("UPDATE tokens SET revoked_at = 7")
        db.commit()
    assert main(["backup", "restore", str(file), *options]) == 0
    told = capsys.readouterr().out
    assert says in told and "token t1" in told


def test_a_hold_placed_since_the_backup_stays(words: Path, tmp_path: Path) -> None:
    """One on a call the backup does not know is left out: its number may be given to another call."""
    places = filled(tmp_path / "office")
    file = tmp_path / "b"
    options = ["--data", str(places.root), "--passphrase-file", str(words)]
    assert main(["backup", "make", "--out", str(file), *options]) == 0
    archive = Archive(places.root, "box-7", "Asia/Shanghai")
    archive.follow_files()
    placed = tuple(f.HoldPlaced(f"h{call}", "judge", "case 7", call=call) for call in (2, 99))
    archive.follow([Record(2, 1, 300_000_000, TimeReached(), placed, ())])
    archive.close()
    assert len(rows(places.root)["history.db:legal_holds"]) == 2
    assert main(["backup", "restore", str(file), *options]) == 0
    assert [row[0] for row in rows(places.root)["history.db:legal_holds"]] == ["h2"]


def test_box_time_goes_on_after_the_last_erasure(tmp_path: Path) -> None:
    places = filled(tmp_path / "office")
    add_to_list(places.root, [Erasure("e1", "wang", "", ("m",), False, 10**15, 0, 9, 9)], Disk())
    assert prepare(places.root, None).offset_us + MonotonicClock().now_us() > 10**15


def test_it_says_what_it_did(
    box: Places, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "b"
    options = ["--passphrase-file", str(words), "--data", str(box.root), "--language", "zh"]
    assert main(["backup", "make", "--out", str(file), *options]) == 0
    assert "配置 2 版" in capsys.readouterr().out
    assert main(["backup", "make", "--out", str(file), *options]) == 2
    assert "is there already" in capsys.readouterr().err
    assert not file.with_name("b.part").exists()


def test_a_short_passphrase_is_refused_before_anything_is_written(
    box: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words").write_text("short\n")
    argv = ["backup", "make", "--out", str(tmp_path / "b"), "--data", str(box.root)]
    assert main([*argv, "--passphrase-file", str(tmp_path / "words"), "--language", "zh"]) == 2
    assert "口令太短" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_a_running_box_is_not_restored_over(
    box: Places, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = RoleLock(box.run, "recorder")
    try:
        argv = [
            "backup",
            "restore",
            str(tmp_path / "b"),
            "--data",
            str(box.root),
            "--passphrase-file",
            str(words),
        ]
        assert main(argv) == 2
    finally:
        lock.release()
    assert "the box is running (recorder)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "says"), [("en", "refused whole, nothing was changed"), ("zh", "整体被拒绝")]
)
def test_another_file_is_refused_in_words(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, says: str
) -> None:
    (tmp_path / "b").write_bytes(b"PK\3\4" + bytes(1000))
    argv = ["backup", "restore", str(tmp_path / "b"), "--data", str(tmp_path / "d"), "--language", language]
    assert main([*argv, "--passphrase-file", str(words)]) == 2
    assert says in capsys.readouterr().err
    assert main([*argv[:2], str(tmp_path / "none"), *argv[3:], "--passphrase-file", str(words)]) == 2
    assert "No such file" in capsys.readouterr().err


def test_nothing_to_undo_and_nothing_to_save_are_said(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "undo", "--data", str(tmp_path)]) == 2
    assert "nothing was restored" in capsys.readouterr().err
    argv = ["backup", "make", "--out", str(tmp_path / "b"), "--data", str(tmp_path / "d")]
    assert main([*argv, "--passphrase-file", str(words)]) == 2
    assert "nothing to save" in capsys.readouterr().err


def test_without_a_terminal_the_passphrase_comes_from_a_file(
    box: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["backup", "make", "--out", str(tmp_path / "b"), "--data", str(box.root)]) == 2
    assert "--passphrase-file" in capsys.readouterr().err
