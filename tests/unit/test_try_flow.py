"""A flow on a simulated call: decided by the engine, told line by line, nothing of the box touched."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from firmware.cli.main import main
from firmware.cli.trying.steps import BadStep, Step, step_of
from firmware.cli.trying.walk import Asked, Walk
from firmware.config.export import as_toml
from firmware.config.schema import Config, Line, Node
from firmware.config.versions import ConfigStore
from tests.unit.fake_box import office
from tests.unit.flow_box import BYE, LOST, with_flow

THURSDAY = int(datetime(2026, 10, 1, 2, tzinfo=UTC).timestamp()) * 1_000_000
SATURDAY = THURSDAY + 2 * 86_400_000_000


def tried(
    config: Config, *words: str, at_us: int = THURSDAY, caller: str = "", staffed: bool = True
) -> dict[str, Any]:
    walk = Walk(config, Asked("main", at_us, caller, staffed))
    for word in words:
        walk.take(step_of(word))
    return walk.as_dict()


def kinds(found: dict[str, Any]) -> list[str]:
    return [one["kind"] for one in found["lines"]]


def heard(found: dict[str, Any]) -> list[str]:
    return [
        item.get("prompt", "") for one in found["lines"] if one["kind"] == "heard" for item in one["items"]
    ]


def nodes(found: dict[str, Any]) -> list[str]:
    return [one["node"] for one in found["path"]]


def test_the_caller_is_led_to_where_keys_are_wanted() -> None:
    found = tried(office())
    assert (found["state"], nodes(found)) == ("asks", ["open", "hello", "menu"])
    assert heard(found) == ["welcome", "main-menu"]
    said = next(one for one in found["lines"] if one["kind"] == "heard")["items"][0]
    assert said["text"] == "Welcome. Thank you for calling."


def test_a_key_leads_to_the_queue_and_an_agent_rings() -> None:
    found = tried(office(), "1")
    assert found["place"] == {"how": "queued", "what": "sales"} and found["state"] == "elsewhere"
    assert {"kind": "rings", "to": "801"} in found["lines"]
    assert "rings" not in kinds(tried(office(), "1", staffed=False))


def test_the_time_of_day_decides() -> None:
    found = tried(office(), at_us=SATURDAY)
    assert (found["state"], nodes(found), heard(found)) == ("over", ["open", "closed"], ["closed"])


def test_waiting_is_asked_again_and_then_led_on() -> None:
    once = tried(office(), "wait")
    assert heard(once)[2:] == ["no-input", "main-menu"] and once["state"] == "asks"
    assert nodes(tried(office(), "wait", "wait", "wait"))[-1] == "sales"


def test_a_wrong_key_is_told() -> None:
    assert heard(tried(office(), "0"))[2:] == ["wrong-input", "main-menu"]


def test_nobody_answers_a_telephone() -> None:
    found = tried(office(), "2", "804#", "wait")
    assert {"kind": "rings", "to": "804"} in found["lines"]
    assert (nodes(found)[-1], found["place"]["what"]) == ("bye", "self_served")


def test_a_secret_is_never_told() -> None:
    found = tried(office(), "7", "4711")
    assert "4711" not in json.dumps(found) and nodes(found)[-1] == "bye"
    keyed = [one["key"] for one in found["lines"] if one["kind"] == "keyed"]
    assert keyed == ["7", "…", "…", "…", "…"]


def test_the_caller_hangs_up() -> None:
    found = tried(office(), "hang-up", "1")
    assert found["place"] == {"how": "over", "what": "abandoned_in_menu"}
    assert "keyed" not in kinds(found)


ASKS = Node(
    id="ask", kind="http", lookup="crm", give={"number": "caller.number"}, next="which", otherwise="lost"
)
WHICH = Node(id="which", kind="branch", cases={"level > 2": "bye"}, otherwise="lost")


@pytest.mark.parametrize(
    ("word", "end"),
    [("found:name=Wang&level=3", "bye"), ("found:level=1", "lost"), ("nothing", "lost"), ("wait", "lost")],
)
def test_a_look_up_answers_what_the_person_says(word: str, end: str) -> None:
    config = with_flow(ASKS, WHICH, BYE, LOST)
    before = tried(config, caller="13912345678")
    assert (before["state"], before["takes"]) == ("looks-up", ["name", "level"])
    assert {"kind": "asks", "of": "http", "name": "crm", "give": {"number": "13912345678"}} in before["lines"]
    assert nodes(tried(config, word, caller="13912345678"))[-1] == end


def test_a_flow_no_line_leads_to_can_be_tried_and_no_rule_leads_away() -> None:
    config = structs.replace(office(), lines=())
    assert tried(config)["state"] == "asks"
    elsewhere = structs.replace(
        office(), lines=(Line(name="L1", card="hat", slot=1, target="extension:804"),)
    )
    assert nodes(tried(elsewhere))[:1] == ["open"]


def test_a_circle_or_a_missing_node_ends() -> None:
    round_and_round = with_flow(Node(id="a", kind="set", variable="x", value="1", next="a"))
    assert tried(round_and_round)["state"] == "over"
    nowhere = with_flow(Node(id="a", kind="play", prompt="welcome", next="gone"))
    assert tried(nowhere)["state"] == "over"


def test_steps_are_words() -> None:
    assert step_of("38*#") == Step("keys", keys="38*#")
    assert step_of("found:a=1&b=x%20y").values == {"a": "1", "b": "x y"}
    for word in ("", "1a", "wait:1", "found;x", "x" * 3000, "１"):
        with pytest.raises(BadStep):
            step_of(word)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command gives way for its whole process, which is this one here."""
    monkeypatch.setattr("firmware.cli.background.give_way", lambda *_: None)


def test_the_command_tells_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "office.toml"
    file.write_text(as_toml(office()), "utf-8")
    when = ("--at", "2026-10-01T10:00", "--language", "zh")
    assert main(["config", "try-flow", "main", "1", "--file", str(file), *when]) == 0
    assert "在队列 sales 等候" in capsys.readouterr().out
    with ConfigStore(tmp_path / "config.db") as store:
        store.put(office(), "test", 1)
    before = sorted((one.name, one.stat().st_mtime_ns) for one in tmp_path.iterdir())
    assert main(["config", "try-flow", "main", "--json", "--data", str(tmp_path), *when]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "asks"
    assert sorted((one.name, one.stat().st_mtime_ns) for one in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere"],
        ["main", "xyz"],
        ["main", "--at", "soon"],
        ["main", "--version", "7"],
        ["main", "--draft", "7"],
    ],
)
def test_what_cannot_be_tried_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with ConfigStore(tmp_path / "config.db") as store:
        store.put(office(), "test", 1)
    assert main(["config", "try-flow", *words, "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("tipring: ")
