"""The card of feature codes: every code of the box in both languages, from its configuration, safe to print."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from firmware.cli.feature_card import (
    CARD,
    IN_A_ROOM,
    IN_AN_AGENTS_CALL,
    R_KEY,
    ROOM_KEYS,
    SECTIONS,
    WATCH_KEYS,
    as_html,
    rows,
)
from firmware.cli.main import main
from firmware.config.export import as_toml
from firmware.config.schema import Agent, Config, Features, Room, Site
from firmware.engine.dialling.feature_codes import ARGUMENTS, codes
from firmware.engine.dialling.state import ROOM_KEYS as MEANT_IN_ROOMS
from firmware.engine.floor.state import WATCH_KEYS as MEANT_IN_CALLS
from tests.unit.fake_box import office


def test_every_feature_has_its_sentence_in_both_languages() -> None:
    assert set(CARD) == set(ARGUMENTS)
    assert {section for section, _, _ in CARD.values()} == set(SECTIONS)
    assert all(en and zh and en.isascii() and not zh.isascii() for _, en, zh in CARD.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_shows_the_boxs_own_codes_and_none_that_is_off(language: str) -> None:
    config = Config(features=structs.replace(Features(), redial="*1234", sign_in=""))
    keys = [row.keys for row in rows(config, language)]
    assert keys[: len(R_KEY)] == list(R_KEY)
    assert len(keys) - len(R_KEY) == len(codes(config)) == len(ARGUMENTS) - 1
    assert "*1234" in keys
    assert not any(one.startswith("*41") for one in keys)


def test_nothing_of_a_configuration_acts_in_the_page() -> None:
    bad = "<script>alert(1)</script>"
    features = structs.replace(Features(), not_ready_reasons={"1": bad})
    page = as_html(Config(site=Site(name=bad), features=features), "en")
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 3


def test_the_command_prints_and_writes_the_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, page = tmp_path / "box.toml", tmp_path / "card.html"
    file.write_text(as_toml(office()), encoding="utf-8")
    assert main(["features", "card", str(file), "--language", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "重拨上一个号码" in shown
    assert "110, 119, 120, 122" in shown
    assert main(["features", "card", str(file), "--html", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["features", "card", "--data", str(tmp_path / "none")]) == 2


def test_keys_within_rooms_and_agents_calls_are_on_the_card_of_a_box_that_has_them() -> None:
    sections = {row.section for row in rows(Config(), "en")}
    config = Config(rooms=(Room(id="board"),), agents=(Agent(id="900", kind="supervisor"),))
    more = [row.section for row in rows(config, "en") if row.section not in sections]
    assert more == [IN_A_ROOM[0]] * len(ROOM_KEYS) + [IN_AN_AGENTS_CALL[0]] * len(WATCH_KEYS)
    assert (tuple(ROOM_KEYS), tuple(WATCH_KEYS)) == (MEANT_IN_ROOMS, tuple(MEANT_IN_CALLS))


def test_the_card_of_a_scenario_is_that_of_its_box(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).resolve().parents[2]
    scenario = root / "hw-sim/scenarios/features/conference-chair.toml"
    assert main(["features", "card", str(scenario), "--language", "en"]) == 0
    assert "In a conference room" in capsys.readouterr().out
