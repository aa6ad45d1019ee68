"""Every feature again with SIP telephones on all desks: the same people do the same things and notice the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from firmware.cli.files import load_scenario
from firmware.cli.rehearse import rehearse
from firmware.config.schema import Config
from hwsim.scenario import Scenario
from tests.scenario.test_features import ALWAYS_NONE, FILES

pytestmark = pytest.mark.scenario
OWN_DIAL_TONE = "a SIP telephone makes its dial tone itself: always the plain one"
COPPER = {
    "call-forward": OWN_DIAL_TONE,
    "voicemail": OWN_DIAL_TONE,
    "voicemail-mail": OWN_DIAL_TONE,
    "caller-id": "what a display shows of a second caller comes with the call, not between two rings",
    "message-lamp": "the lamp is told by a message at any time, also while the telephone is in use",
    "forward-unreachable": "not its chip is out of order: nobody is registered",
    "intercom": "a SIP telephone answers by itself: nobody gives up",
}
"""What is otherwise with SIP, and why."""


def with_sip_telephones(given: Scenario) -> Scenario:
    """The card that has nothing but telephones becomes one of SIP; rows stay what they were."""
    config = given.config
    desks = {card.name for card in config.cards if set(card.slots) == {"fxs"}}
    in_order = sorted(config.extensions, key=lambda one: one.slot)
    return structs.replace(given, box=_on_network(config, desks, [one.number for one in in_order]))


def _on_network(config: Config, desks: set[str], order: list[str]) -> Config:
    cards = (structs.replace(one, kind="sip", slots=()) if one.name in desks else one for one in config.cards)
    extensions = (
        structs.replace(one, slot=0, pulse=False) if one.card in desks else one
        for one in sorted(config.extensions, key=lambda one: order.index(one.number))
    )
    return structs.replace(config, cards=tuple(cards), extensions=tuple(extensions))


@pytest.mark.parametrize(
    "path", [one for one in FILES if not one.stem.startswith("sip-")], ids=lambda path: path.stem
)
def test_the_feature_works_at_sip_telephones_too(path: Path, tmp_path: Path) -> None:
    scenario = with_sip_telephones(load_scenario(path))
    report = rehearse(scenario, tmp_path, fast=True, tell=True)
    happened = (tmp_path / "happened.tsv").read_text()
    assert "\tInputPassedOver\t" not in happened, "the rules raised upon an input"
    broken = [one for one in report["expectations"] if not one["held"]]
    if path.stem in COPPER:
        assert broken, f"{path.stem} works now: {COPPER[path.stem]} is not true any more"
        return
    assert not broken, "\n".join([*map(str, broken), happened])
    spoken_of = {one.figure for one in scenario.expects}
    found = {
        "still_open": sum(call["released_at"] is None for call in report["calls"]),
        "ledger.unexplained_s": report["ledger"]["unexplained_s"],
    }
    assert {name: found[name] for name in ALWAYS_NONE if name not in spoken_of and found[name] != 0} == {}


def test_every_exception_is_a_feature() -> None:
    assert set(COPPER) <= {one.stem for one in FILES}
