from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from firmware.cli import config as command
from firmware.config.faults import Fault

FILES = Path(__file__).parent / "files"
MARK = re.compile(r"# mistake: ([a-z-]+)$")


def marks(path: Path) -> list[tuple[int, str]]:
    lines = path.read_text("utf-8").splitlines()
    found = [(number, MARK.search(line)) for number, line in enumerate(lines, 1)]
    return [(number, mark.group(1)) for number, mark in found if mark]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["config", *words])
    code: int = arguments.run(arguments)
    return code


@pytest.fixture(params=["ten-mistakes.toml", "ten-mistakes-scenario.toml"])
def path(request: pytest.FixtureRequest) -> Path:
    return FILES / str(request.param)


@pytest.fixture
def faults(path: Path) -> list[Fault]:
    return command.faults_of(path)


def test_all_ten_are_named_with_their_lines_and_nothing_else_is(path: Path, faults: list[Fault]) -> None:
    assert len(marks(path)) == 10
    assert [(one.line, one.slug) for one in faults if not one.warning] == marks(path)


def test_each_says_what_to_do_in_both_languages(faults: list[Fault]) -> None:
    for fault in faults:
        for language in ("en", "zh"):
            message, remedy = fault.said(language)
            assert message
            assert remedy
            assert "{" not in message + remedy
        assert re.search("[一-鿿]", "".join(fault.said("zh")))
        assert not re.search("[一-鿿]", "".join(fault.said("en")))


def test_the_command_exits_2_and_prints_file_line_and_remedy(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", str(path)) == 2
    printed = capsys.readouterr().err
    for line, _ in marks(path):
        assert f"{path}:{line}: fault: " in printed
    assert printed.count("    remedy: ") >= 10
    assert "10 fault(s)" in printed


def test_the_command_answers_with_one_json_document(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--json", "--language", "zh", str(path)) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["usable"] is False
    named = [(one["line"], one["slug"]) for one in answer["faults"] if one["kind"] == "fault"]
    assert named == marks(path)
    assert all(one["file"] == str(path) and one["remedy"] for one in answer["faults"])


def test_a_file_with_mistakes_is_refused_whole(path: Path, tmp_path: Path) -> None:
    assert run("apply", str(FILES / "ten-mistakes.toml"), "--data", str(tmp_path / "box")) == 2
    assert not (tmp_path / "box").exists()


def test_a_file_without_mistakes_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(FILES / "office.toml")) == 0
    assert "0 fault(s), 0 warning(s)" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_a_fault_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(tmp_path / "none.toml")) == 2
    assert "No such file" in capsys.readouterr().err
