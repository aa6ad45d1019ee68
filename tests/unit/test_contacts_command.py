"""`tipring contacts`: in, out, found, added; in both languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from firmware.cli.main import DONE, FOUND_WRONG, MISUSED, main

TABLE = "姓名,手机,备注\n王小明,+86 138-0013-8000,=1\n李,13900000000,\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "in.csv").write_text(TABLE, encoding="gb18030")
    return tmp_path / "data"


def run(data: Path, *words: str, language: str = "en") -> int:
    return main(["contacts", *words, "--data", str(data), "--language", language])


def told(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert run(data, *words, "--json") in (DONE, FOUND_WRONG)
    return json.loads(capsys.readouterr().out)


def test_a_dry_run_leaves_no_trace(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(data, capsys, "import", str(data.parent / "in.csv"), "--dry-run")
    assert found == {"dry_run": True, "added": 2, "merged": 0, "skipped": 0, "warnings": []}
    assert list(data.iterdir()) == []


def test_what_goes_in_comes_out_and_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "import", str(data.parent / "in.csv"), "--author", "li") == DONE
    assert "2 added, 0 merged" in capsys.readouterr().out
    assert run(data, "import", str(data.parent / "in.csv"), language="zh") == DONE
    assert "已有 2" in capsys.readouterr().out
    found = told(data, capsys, "find", "0013")
    assert [one["draft"]["name"] for one in found["contacts"]] == ["王小明"]
    assert found["contacts"][0]["created_by"] == "li"
    out = data.parent / "out.csv"
    assert told(data, capsys, "export", "--out", str(out))["contacts"] == 2
    assert out.stat().st_mode & 0o777 == 0o600
    assert "'+86 138-0013-8000" in out.read_text("utf-8-sig")
    cards = data.parent / "out.vcf"
    assert run(data, "export", "--out", str(cards), "--format", "vcard-4.0") == DONE
    other = data.parent / "other"
    other.mkdir()
    for name in (out, cards):
        assert run(other, "import", str(name)) == DONE
    assert told(other, capsys, "find", "")["count"] == 2


def test_nobody_is_exit_code_1(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "add", "--contact-name", "赵", "--number", "work:010 1234 5678", "--vip") == DONE
    assert run(data, "find", "钱") == FOUND_WRONG
    assert "0 of 0" in capsys.readouterr().out
    assert run(data, "find", "赵", language="zh") == DONE
    assert "共 1" in capsys.readouterr().out


def test_a_file_with_a_fault_is_refused_whole(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = data.parent / "wrong.csv"
    wrong.write_text("name,phone\nA,13800138000\nB,call\n")
    assert run(data, "import", str(wrong), language="zh") == FOUND_WRONG
    said = capsys.readouterr().out
    assert f"{wrong}:3: 错误" in said
    assert "未导入任何内容" in said
    assert not (data / "business.db").exists()
    assert told(data, capsys, "import", str(wrong))["wrong"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add"], "there is no name"),
        (["add", "--number", "pager:1"], "no kind of number"),
        (["find", "x"], "no contacts at"),
        (["import", "nothing.csv"], "nothing.csv"),
    ],
)
def test_what_cannot_be_done_is_said(
    data: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, *words) == MISUSED
    assert said in capsys.readouterr().err


def test_an_export_never_overwrites(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(data, "add", "--company", "Inc")
    there = data.parent / "in.csv"
    before = there.read_bytes()
    assert run(data, "export", "--out", str(there)) == MISUSED
    assert there.read_bytes() == before
