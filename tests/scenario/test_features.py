"""A scenario per feature: each file is rehearsed in full and in fast mode, and everything it expects must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.cli.files import load_scenario
from firmware.cli.rehearse import rehearse

FEATURES = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios" / "features"
FILES = sorted(FEATURES.glob("*.toml"))
LONGEST_S = 180.0
ALWAYS_NONE = ("still_open", "ledger.unexplained_s")
"""Figures that are 0 unless the file expects something of them."""

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_file_is_a_feature_with_all_its_page_needs(path: Path) -> None:
    about = load_scenario(path).about
    assert about.name == path.stem
    assert all((about.feature, about.feature_zh, about.how, about.group, about.role))
    assert about.seconds <= LONGEST_S


@pytest.mark.parametrize("fast", [False, True], ids=["full", "fast"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_feature_works(path: Path, fast: bool, tmp_path: Path) -> None:
    scenario = load_scenario(path)
    report = rehearse(scenario, tmp_path, fast=fast, tell=True)
    happened = (tmp_path / "happened.tsv").read_text()
    assert "\tInputPassedOver\t" not in happened, "the rules raised upon an input"
    broken = [one for one in report["expectations"] if not one["held"]]
    assert scenario.expects
    assert not broken, "\n".join([*map(str, broken), happened])
    spoken_of = {one.figure for one in scenario.expects}
    found = {
        "still_open": sum(call["released_at"] is None for call in report["calls"]),
        "ledger.unexplained_s": report["ledger"]["unexplained_s"],
    }
    assert {name: found[name] for name in ALWAYS_NONE if name not in spoken_of and found[name] != 0} == {}
