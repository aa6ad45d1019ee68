"""`tipring recordings` and `tipring report`: tables, JSON, CSV, exit codes; nothing a stranger sent acts."""

from __future__ import annotations

import argparse
import csv
import io
import json
import wave
from pathlib import Path
from typing import Any

import pytest

from firmware.archive.archive import Archive
from firmware.cli import recordings, report
from firmware.cli.tables import csv_table, text_table
from firmware.protocol import facts as f
from firmware.store.disk import VirtualDisk
from tests.unit.journal_bench import blocks, recording_id, records, story

DAY_US = 1_790_000_000_000_000
"""2026-09-21 22:13:20 in Shanghai."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    archive = Archive(tmp_path, "box-7", "Asia/Shanghai", disk=VirtualDisk(), durable=False)
    archive.follow(records([(0, (f.ClockTaken(DAY_US, "ntp"),))], story(1), story(2, 20)))
    for call, at_s in ((1, 0), (2, 20)):
        for block in blocks(call, at_s):
            archive.take_block(block)
    archive.finish()
    archive.close()
    return tmp_path


def tipring(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    recordings.add_parser(subparsers)
    report.add_parser(subparsers)
    arguments = parser.parse_args(argv)
    code: int = arguments.run(arguments)
    return code


def as_json(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    assert tipring(*argv, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_report_calls_adds_up(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = as_json(capsys, "report", "calls", "--data", str(data))
    assert told["totals"]["offered"] == told["totals"]["answered"] == len(told["calls"]) == 2
    call = told["calls"][0]
    assert (call["from"], call["from_name"], call["agent"]) == ("13800138000", "=1+1", "ann")
    assert call["offered"] == "2026-09-21 22:13:20" and call["recordings"] == [recording_id(1)]
    assert call["answered_at"] == "2026-09-21T14:13:26.000+00:00"


def test_spans_are_in_the_sites_zone_and_a_day_is_included_whole(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for span, calls in (
        (("--from", "2026-09-21", "--to", "2026-09-21"), 2),
        (("--from", "2026-09-22"), 0),
        (("--to", "2026-09-20"), 0),
        (("--from", "2026-09-21T22:13:30"), 1),
        (("--to", "2026-09-21T14:13:30Z"), 1),
    ):
        assert len(as_json(capsys, "report", "calls", "--data", str(data), *span)["calls"]) == calls, span


def test_report_agents_in_chinese(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tipring("report", "agents", "--data", str(data), "--language", "zh") == 0
    out = capsys.readouterr().out
    assert out.startswith("坐席  签入秒") and "ann " in out


def test_a_cell_of_a_csv_is_never_a_formula() -> None:
    hostile = [
        "=cmd|'/c calc'!A1",
        "+8613800138000",
        "-1+1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        'say "hi", then',
        None,
        5,
        -2.5,
    ]
    (headings, row) = list(csv.reader(io.StringIO(csv_table(["a"] * len(hostile), [hostile]))))
    assert len(headings) == len(row) == len(hostile)
    assert all(cell.startswith("'") for cell in row[:6])
    assert row[6:] == ['say "hi", then', "", "5", "-2.5"]


def test_a_name_cannot_write_to_the_terminal() -> None:
    assert "\x1b" not in text_table(["name"], [["\x1b[2Jgone\x07"]])


def test_chinese_columns_line_up() -> None:
    lines = text_table(["名", "b"], [["ab", "x"], ["中文", "y"]]).splitlines()
    assert lines == ["名    b", "ab    x", "中文  y"]


def test_the_ledger_balances_and_names_each_stretch(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = as_json(capsys, "recordings", "ledger", "--data", str(data))
    total = told["total"]
    assert total["balances"] and total["answered_s"] == 18 and total["unexplained_s"] == 0
    assert total["audio_s"] + sum(total["reasons_s"].values()) == pytest.approx(18)
    assert {entry["reason"] for entry in told["calls"][0]["entries"]} == {"menu", "queue", "edge", ""}


def test_the_ledger_says_1_when_a_second_is_unexplained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    told = [(at, tuple(x for x in facts if not isinstance(x, f.NotRecorded))) for at, facts in story(1)]
    archive.follow(records(told))
    archive.close()
    assert tipring("recordings", "ledger", "--data", str(tmp_path)) == 1
    assert "UNEXPLAINED" in capsys.readouterr().out


def test_exported_recordings_open_anywhere(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        tipring("recordings", "export", "--data", str(data), "--out", str(out), "--pcm", "--call", "2") == 0
    )
    with wave.open(str(out / f"{recording_id(2)}.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        assert file.getnframes() == 4 * 8000
    assert len(list(out.iterdir())) == 1


def test_export_says_1_for_a_file_that_is_gone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next(data.glob("recordings/*/*.wav")).unlink()
    assert tipring("recordings", "export", "--data", str(data), "--out", str(data / "out")) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_no_history_and_no_date_are_said_plainly(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tipring("recordings", "list", "--data", str(data / "nowhere")) == 2
    assert "no call history" in capsys.readouterr().err
    assert tipring("report", "calls", "--data", str(data), "--from", "yesterday") == 2
    assert "2026-10-01T08:30" in capsys.readouterr().err
