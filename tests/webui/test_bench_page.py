"""The bench's page: at a simulated box alone, for who may work; all telephones and numbers of the box are on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from firmware.protocol.names import Tone
from hwsim.world.caller import CallerState
from tests.webui.house import OFFICE, House
from webui.bench.requests import Act
from webui.pages import bench
from webui.words import catalogue

MORE = """
[[card]]
name = "ip"
kind = "sip"

[[extension]]
number = "811"
card = "ip"
name = '"><script>alert(1)</script>'
"""


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, OFFICE + MORE, is_sim=True)
    made.settle()
    yield made
    made.close()


def test_a_real_box_has_no_bench(house: House) -> None:
    assert house.client("admin").get("/bench").status_code == 404
    assert "/bench" not in house.client("admin").get("/").text


def test_who_may_work_may_play(simulated: House) -> None:
    for role, status in {"admin": 200, "supervisor": 200, "agent": 200, "technician": 403, "": 302}.items():
        assert simulated.client(role).get("/bench").status_code == status
    assert "/bench" in simulated.client("agent").get("/").text
    assert "/bench" not in simulated.client("technician").get("/").text


def test_numbers_telephones_and_softphones_of_the_box_are_offered(simulated: House) -> None:
    text = simulated.client("agent").get("/bench").text
    assert re.search(r'<option value="62345678">62345678 · line-1<', text)
    names = json.loads(unescape(re.search(r'data-names="([^"]*)"', text).group(1)))  # type: ignore[union-attr]
    assert list(names) == ["801", "802", "811"]
    assert "tipring sip password 811" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_is_missing_in_either_language(simulated: House, language: str) -> None:
    client = simulated.client("agent")
    client.post("/language", data={"language": language, "csrf": simulated.csrf("agent")})
    text = client.get("/bench").text
    assert unescape(catalogue()["bench.keyboard"][language]) in text
    assert 'data-tone-dial="' in text


def test_every_tone_state_and_act_has_its_words() -> None:
    assert set(bench.TONES) == {tone.value for tone in Tone}
    assert {CallerState.RINGING.name.lower(), CallerState.LISTENING.name.lower(), "gone"} <= set(bench.STATES)
    assert set(bench.FAILS) == {act.__name__.lower() for act in Act.__args__}


def test_the_number_that_fewest_lines_share_comes_first() -> None:
    """It is the one nobody else rings, in the demonstration."""
    from firmware.config.schema import Config, Line

    lines = tuple(Line(name=f"line-{i}", card="hat", slot=i, number="5" if i < 3 else "6") for i in (1, 2, 3))
    assert bench._numbers(Config(lines=lines)) == [("6", "line-3"), ("5", "line-1, line-2")]


def test_what_a_menu_says_can_be_read(simulated: House) -> None:
    from firmware.config.schema import Config, Flow, Node, Prompt

    flow = Flow(
        id="main",
        start="a",
        nodes=(
            Node(id="a", kind="menu", prompt="language-menu"),
            Node(id="b", kind="play", prompt="own"),
            Node(id="c", kind="hangup"),
        ),
    )
    config = Config(flows=(flow,), prompts=(Prompt(id="own", en="Ours.", zh_wav="ours.wav"),))
    told = bench.captions(config)
    assert set(told) == {"main/a", "main/b"}
    assert told["main/a"]["en"] == "For English, press two."
    assert told["main/b"] == {"en": "Ours."}
