"""Flows tried for programs: in force or of a draft, by the box's own rules; nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.webui.house import OFFICE, House
from tests.webui.programs import Program
from tests.webui.test_api_settings import told
from webui.flows import trying
from webui.flows.trying import CannotTry

PATH = "/settings/try-flow"
AT = {"flow": "main", "at": "2026-10-01T10:00"}
MENU = (
    OFFICE.replace('start = "queue"', 'start = "ask"')
    + """
[[flow.node]]
id = "ask"
kind = "menu"
prompt = "main-menu"
otherwise = "queue"
keys = { "1" = "bye" }

[[flow.node]]
id = "bye"
kind = "hang-up"
"""
)


@pytest.fixture
def program(house: House) -> Program:
    """With draft 1, whose flow asks."""
    made = Program(house)
    told(made.post("/drafts", {"toml": MENU}), 201)
    return made


def test_what_is_in_force_is_tried(house: House, program: Program) -> None:
    found = told(Program(house, "read:settings").post(PATH, AT | {"caller": "13912345678"}))
    assert (found["state"], found["stands"]) == ("elsewhere", "The caller waits in queue sales.")
    assert found["path"] == [{"flow": "main", "node": "queue"}] and found["where"] == found["path"][-1]
    assert found["choices"] == ["keys", "wait", "hang-up"] and found["takes"] == []
    assert not house.engine.orders and house.site.config_version == 1


def test_a_draft_is_tried_all_steps_at_once(program: Program) -> None:
    begun = told(program.post(PATH, AT | {"draft": 1}))
    assert begun["state"] == "asks" and begun["where"] == {"flow": "main", "node": "ask"}
    heard = [one for one in begun["lines"] if one["kind"] == "heard" and one["language"] == "en"]
    assert any("For sales, press one." in one["text"] for one in heard)
    over = told(program.post(PATH, AT | {"draft": 1, "steps": ["1"], "staffed": False}))
    assert over["state"] == "over" and over["choices"] == []
    assert [one["node"] for one in over["path"]] == ["ask", "bye"]
    assert any(one["text"] == "presses 1" for one in over["lines"])
    assert over["at_s"] >= begun["at_s"]


def test_words_are_the_readers(program: Program) -> None:
    found = told(program.post(PATH, AT | {"draft": 1, "steps": ["1"]}, Accept_Language="zh"))
    assert any(one["text"] == "按 1" for one in found["lines"])


def test_without_a_time_it_is_now(program: Program) -> None:
    assert told(program.post(PATH, {"flow": "main"}))["state"] == "elsewhere"


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (AT | {"flow": "none"}, "$.flow"),
        (AT | {"flow": "--help"}, "$.flow"),
        (AT | {"draft": 9}, "$.draft"),
        (AT | {"steps": ["1", "dance"]}, "$.steps[1]"),
        (AT | {"steps": ["--version=1"]}, "$.steps[0]"),
        (AT | {"at": "2026-13-01T10:00"}, "$.at"),
    ],
)
def test_what_cannot_be_tried_is_told_at_its_field(program: Program, body: dict[str, Any], at: str) -> None:
    found = told(program.post(PATH, body), 422)
    assert found["type"] == "urn:tipring:problem:not-tried"
    assert [one["at"] for one in found["faults"]] == [at] and found["faults"][0]["text"]


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({}, "$.flow"),
        (AT | {"at": "soon"}, "$.at"),
        (AT | {"caller": "--help"}, "$.caller"),
        (AT | {"flow": "a\0b"}, "$.flow"),
        (AT | {"steps": ["found:a=\0"]}, "$.steps[0]"),
        (AT | {"steps": ["1"] * 201}, "$.steps"),
        (AT | {"draft": 0}, "$.draft"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(program: Program, body: dict[str, Any], at: str) -> None:
    found = told(program.post(PATH, body), 400)
    assert [one["at"] for one in found["faults"]] == [at]


def test_all_that_is_wrong_is_told_at_once(program: Program) -> None:
    found = told(
        program.post(PATH, {"flow": "none", "at": "2026-99-99T99:99", "steps": ["x", "1", "y"]}), 422
    )
    assert [one["at"] for one in found["faults"]] == ["$.steps[0]", "$.steps[2]", "$.at", "$.flow"]


def test_a_number_that_only_looks_like_one_is_refused(program: Program) -> None:
    found = told(program.post(PATH, AT | {"caller": "139\n"}), 422)
    assert found["detail"] == "Write the number in digits, and a day with a time."


def test_what_the_box_cannot_walk_is_told(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "_answer", lambda *_: _raise("flows.not-tried"))
    assert told(program.post(PATH, AT), 422)["detail"].startswith("This flow could not be tried.")


def test_who_finds_others_trying_may_come_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "TURN_S", 0.0)
    for _ in range(trying.MOST_AT_ONCE):
        assert trying._turns.acquire(blocking=False)
    try:
        answer = program.post(PATH, AT)
    finally:
        trying._turns.release(trying.MOST_AT_ONCE)
    assert told(answer, 503)["detail"] and answer.headers["Retry-After"]


def _raise(key: str) -> None:
    raise CannotTry(key)


def test_it_wants_the_right_to_read(house: House) -> None:
    assert Program(house, "write:settings").post(PATH, AT).status_code == 403
