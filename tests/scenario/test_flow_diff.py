"""Two versions of a flow, the same callers: what changes for whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firmware.cli.main import main

OFFICE = Path(__file__).parents[2] / "hw-sim" / "scenarios" / "boxes" / "office.toml"


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    """The new one has a word of welcome first, and a key 4."""
    text = OFFICE.read_text("utf-8")
    new = text.replace('start = "menu"', 'start = "hello"').replace(
        '"3" = "message",', '"3" = "message", "4" = "info",'
    )
    node = '[[flow.node]]\nid = "menu"'
    assert new.count(node) == 1
    added = '[[flow.node]]\nid = "hello"\nkind = "play"\nprompt = "welcome"\nnext = "menu"\n'
    added += '[[flow.node]]\nid = "info"\nkind = "hang-up"\nprompt = "information"\n'
    paths = tmp_path / "old.toml", tmp_path / "new.toml"
    for path, one in zip(paths, (text, new.replace(node, added + node)), strict=True):
        path.write_text(one, "utf-8")
    return paths


def test_what_changes_is_shown_per_way_and_in_sum(
    versions: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = map(str, versions)
    assert main(["rehearse", "--flow-diff", old, new, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["callers"] == found["changed"] == 6
    assert found["nodes"]["main/hello"] == [0, 6]
    assert found["nodes"]["main/info"] == [0, 1]
    assert found["outcomes"]["refused"] == [0, 1]
    ways = {way["first"]: way for way in found["ways"]}
    assert any(way["new"]["way"][-1] == "main/info" for way in ways.values())
    assert main(["rehearse", "--flow-diff", old, new]) == 1
    assert "6 callers, 6 come another way" in capsys.readouterr().out


def test_the_same_version_twice_changes_nothing(
    versions: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old = str(versions[0])
    assert main(["rehearse", "--flow-diff", old, old, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ways"] == []


def test_a_scenarios_callers_may_be_taken(
    versions: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = OFFICE.parents[1] / "features" / "queue.toml"
    assert main(["rehearse", "--flow-diff", *map(str, versions), str(scenario), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["scenario"] == "queue"
    assert found["callers"] >= 1


def test_nothing_to_rehearse_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse"]) == 2
    assert "--flow-diff" in capsys.readouterr().err
