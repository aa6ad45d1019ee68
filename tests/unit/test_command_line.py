from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.cli.documents.command_line import commands, examples
from firmware.cli.main import COMMANDS, MISUSED, build_parser, main

ROOT = Path(__file__).resolve().parents[2]
ALL = [parser for parser, _ in commands(build_parser())]
NAMES = [parser.prog for parser in ALL]


@pytest.mark.parametrize("parser", ALL, ids=NAMES)
def test_every_command_has_help_with_an_example(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([*parser.prog.split()[1:], "--help"])
    assert left.value.code == 0
    assert f"{parser.prog} " in capsys.readouterr().out
    assert examples(parser)


@pytest.mark.parametrize("parser", ALL, ids=NAMES)
def test_examples_parse_and_are_of_this_command(parser: argparse.ArgumentParser) -> None:
    for example in examples(parser):
        assert example.startswith(parser.prog)
        assert callable(build_parser().parse_args(shlex.split(example)[1:]).run)


@pytest.mark.parametrize("parser", ALL, ids=NAMES)
def test_every_option_says_what_it_is_for(parser: argparse.ArgumentParser) -> None:
    silent = [
        action.dest for action in parser._actions if not action.help and action.nargs != argparse.PARSER
    ]
    assert silent == []


def test_the_data_directory_is_shown_the_same_way_everywhere() -> None:
    told = {action.metavar for parser in ALL for action in parser._actions if action.dest == "data"}
    assert told == {"DIR"}


def test_the_contract_of_commands_is_whole() -> None:
    wanted = {
        "run", "sim", "sim lift", "sim dial", "sim say", "sim hear", "sim hang", "sim call", "rehearse",
        "bench fabric", "bench journal", "bench acd", "doctor", "config check", "config apply", "config export",
        "config history", "config rollback", "report calls", "recordings list", "recordings export",
        "recordings ledger",
    }  # fmt: skip
    assert wanted <= {name.removeprefix("tipring ") for name in NAMES}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say which: run, sim, rehearse"),
        (["report"], "say which: calls, agents"),
        (["sing"], "invalid choice: 'sing'"),
        (["report", "calls", "--form", "x"], "unrecognized arguments: --form x"),
    ],
)
def test_misuse_says_what_can_be_said(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == MISUSED
    told = capsys.readouterr().err
    assert said in told
    assert "--help`" in told


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["sim", "status"], "start one with `make run`"),
        (["report", "calls"], "--data DIR"),
        (["recordings", "ledger"], "--data DIR"),
        (["run"], "tipring config apply FILE.toml"),
        (["config", "history"], "tipring config apply FILE.toml"),
    ],
)
def test_without_a_box_every_command_says_what_to_do(
    words: list[str], remedy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--data", str(tmp_path / "none")]) == MISUSED
    assert remedy in capsys.readouterr().err


@pytest.mark.parametrize("words", [["rehearse"], ["run", "--sim"], ["config", "check"]])
def test_a_wrong_path_is_named(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "none.toml"
    data = ["--data", str(tmp_path / "box")] if words[0] == "run" else []
    assert main([*words, str(wrong), *data]) == MISUSED
    assert f"{wrong}: fault: the file cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "box").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_scenario_with_ten_mistakes_is_refused_with_all_ten(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(ROOT / "tests" / "unit" / "files" / "ten-mistakes-scenario.toml")
    assert main(["rehearse", path, "--language", language]) == MISUSED
    told = capsys.readouterr().err
    assert told.count(f"{path}:") == 10
    assert told.count("remedy: " if language == "en" else "办法: ") == 10


def test_a_command_imports_only_its_own_module() -> None:
    """A role of the box carries nothing it does not use."""
    code = (
        "import sys; from firmware.cli.main import build_parser; build_parser(['doctor']);"
        "print([n for n in sys.modules if n in ('firmware.cli.sim', 'firmware.cli.bench', 'flask')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert len(COMMANDS) == len(set(COMMANDS))
