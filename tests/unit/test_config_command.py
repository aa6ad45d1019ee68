from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from firmware.cli import config as command
from firmware.cli.main import CommandError
from firmware.config.check import load_config

OFFICE = Path(__file__).parent / "files" / "office.toml"


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["config", *words])
    code: int = arguments.run(arguments)
    return code


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "box")


@pytest.fixture
def changed(tmp_path: Path) -> str:
    path = tmp_path / "changed.toml"
    path.write_text(OFFICE.read_text("utf-8").replace("least-talk", "ring-all"), "utf-8")
    return str(path)


def test_apply_compare_and_roll_back(data: str, changed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("apply", str(OFFICE), "--data", data, "--author", "wang") == 0
    assert run("apply", str(OFFICE), "--data", data) == 0
    assert run("apply", changed, "--data", data, "--author", "li") == 0
    assert run("diff", "1", "--data", data) == 0
    assert run("rollback", "1", "--data", data, "--author", "wang") == 0
    printed = capsys.readouterr().out
    assert "version 1 is in force" in printed
    assert "nothing to change: version 1 is the same" in printed
    assert '+strategy = "ring-all"' in printed
    assert "version 3 is in force when the box starts (it is not running); it is version 1 again" in printed
    assert run("history", "--data", data, "--json") == 0
    versions = json.loads(capsys.readouterr().out)["versions"]
    assert [(one["version"], one["author"], one["note"]) for one in versions] == [
        (3, "wang", "rollback to 1"),
        (2, "li", "apply"),
        (1, "wang", "apply"),
    ]


def test_an_export_reads_back(data: str, tmp_path: Path) -> None:
    out = tmp_path / "out.toml"
    assert run("apply", str(OFFICE), "--data", data) == 0
    assert run("export", "--data", data, "--out", str(out)) == 0
    assert load_config(out) == (load_config(OFFICE)[0], [])


@pytest.mark.parametrize("words", [("history",), ("export",), ("rollback", "1"), ("diff", "1")])
def test_a_box_without_configuration_says_how_to_get_one(data: str, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="tipring config apply"):
        run(*words, "--data", data)


def test_a_version_that_is_not_there_is_said(data: str) -> None:
    run("apply", str(OFFICE), "--data", data)
    with pytest.raises(CommandError, match="no configuration version 7"):
        run("rollback", "7", "--data", data)
