"""SIP in whole rehearsed boxes where a feature's file cannot show it: no hats at all, and a switch that dies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from firmware.cli.files import load_scenario
from firmware.cli.rehearse import rehearse
from hwsim.scenario import Expect, Fault, Scenario
from tests.scenario.test_features import FEATURES

pytestmark = pytest.mark.scenario
DIES_S = 14.0


def feature(name: str) -> Scenario:
    return load_scenario(FEATURES / f"{name}.toml")


def broken(scenario: Scenario, out: Path, *, fast: bool = False) -> list[dict[str, Any]]:
    report = rehearse(scenario, out, fast=fast, tell=True)
    assert report["ledger"]["unexplained_s"] == 0
    assert all(call["released_at"] is not None for call in report["calls"])
    return [one for one in report["expectations"] if not one["held"]]


def hears(who: str, whom: str, from_s: float) -> Expect:
    return Expect(name=f"{who} hears {whom}", diary=who, what="mark", about=whom, from_s=from_s)


def test_calls_of_sip_telephones_outlive_the_switch(tmp_path: Path) -> None:
    given = feature("sip-phone-calls-phone")
    goes_on = tuple(
        hears(who, whom, DIES_S + 2.0)
        for who, whom in (("ext-813", "ext-814"), ("ext-814", "ext-813"), ("ext-802", "ext-812"))
    )
    fault = Fault(at_s=DIES_S, kind="kill-switch")
    assert broken(structs.replace(given, faults=(fault,), expects=given.expects + goes_on), tmp_path) == []


@pytest.mark.parametrize("fast", [False, True], ids=["full", "fast"])
def test_a_box_without_hats_has_calls_and_recordings(fast: bool, tmp_path: Path) -> None:
    """Its tick is the clock's."""
    given = feature("sip-agent-in-queue")
    config = given.config
    copper = {card.name for card in config.cards if card.kind != "sip"}
    config = structs.replace(
        config,
        cards=tuple(card for card in config.cards if card.name not in copper),
        lines=(),
        extensions=tuple(one for one in config.extensions if one.card not in copper),
    )
    callers = tuple(structs.replace(one, calls="carrier") for one in given.callers)
    assert broken(structs.replace(given, box=config, callers=callers), tmp_path, fast=fast) == []


def test_the_same_seed_gives_the_same_day(tmp_path: Path) -> None:
    given = feature("sip-trunk-in")
    happened = []
    for run in ("one", "two"):
        rehearse(given, tmp_path / run, fast=True, tell=True)
        happened.append((tmp_path / run / "happened.tsv").read_text())
    assert happened[0] == happened[1]
