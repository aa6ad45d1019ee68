"""Rehearsals for programs: one at a time, begun once, told how far it is and what it found."""

from __future__ import annotations

import json
from typing import Any, get_args, get_type_hints

import pytest

from tests.webui.house import OFFICE, House
from tests.webui.programs import Program
from tests.webui.test_api_settings import told
from tests.webui.test_rehearsals import FOUND, Fake, fake
from tests.webui.test_settings import begin as begin_page
from tests.webui.test_settings import get, post, save
from webui.api.rehearsals import RehearsalWish
from webui.rehearsing import kept, runs
from webui.rehearsing.wanted import SEEDS

__all__ = ["fake"]  # the fixture
KEY = "the-one-key"
WORDS: Any = FOUND["words"]
WISH = {"day": "2026-11-23"}
PATH = "/drafts/1/rehearsal"


@pytest.fixture
def program(house: House) -> Program:
    """With draft 1."""
    made = Program(house)
    told(made.post("/drafts", {}), 201)
    return made


def pid(house: House) -> int:
    job = runs.running(house.places)
    assert job is not None
    return job.pid


def test_days_of_the_past_are_told_the_busiest_first(house: House, fake: Fake, program: Program) -> None:
    found = told(program.get("/rehearsal-days"))
    assert found["days"][0]["day"] == "2026-11-23" and found["days"][0]["calls"] > 0
    assert found["expected"] is False
    get(house, "/interview/step/load")
    post(house, "/interview/step/business")
    assert told(program.get("/rehearsal-days"))["expected"] is True


def test_a_box_that_never_had_a_call_has_no_day(house: House) -> None:
    assert told(Program(house).get("/rehearsal-days")) == {"days": [], "expected": False}


def test_it_runs_tells_how_far_it_is_and_what_it_found(house: House, fake: Fake, program: Program) -> None:
    assert program.get(PATH).status_code == 404
    assert told(program.post(PATH, WISH | {"seeds": 5, "seed": 7}), 202) == {"repeated": False}
    argv = fake.began()["argv"]
    assert argv[4:10] == ["--day", "2026-11-23", "--seeds", "5", "--seed", "7"]
    stands = told(program.get(PATH))
    running = stands["running"]
    assert stands["outcome"] is None
    assert (running["by"], running["in_force"]) == (program.token.author, 1)
    assert (running["done"], running["run"], running["seed"]) == (0.25, "draft", 2)
    assert running["text"] == "25 % · draft, seed 2"
    fake.finds(house, json.dumps(FOUND))
    ended = told(program.get(PATH))
    outcome = ended["outcome"]
    assert ended["running"] is None and outcome["at"] == running["at"]
    assert (outcome["by"], outcome["in_force"]) == (program.token.author, 1)
    assert (outcome["is_old"], outcome["failure"], outcome["said"]) == (False, "", WORDS["en"])
    assert outcome["found"] == {key: one for key, one in FOUND.items() if key != "words"}
    chinese = told(program.get(PATH, Accept_Language="zh"))["outcome"]
    assert chinese["said"] == WORDS["zh"]
    assert program.token.author in get(house, "/settings/draft/1/rehearsal"), "the page tells the same one"


def test_a_result_of_an_older_draft_says_so(house: House, fake: Fake, program: Program) -> None:
    told(program.post(PATH, WISH), 202)
    fake.finds(house, json.dumps(FOUND))
    etag = told(program.get("/drafts/1"))["etag"]
    told(program.ask("PUT", "/drafts/1", {"toml": OFFICE.replace("Wang", "Li")}, If_Match=etag))
    assert told(program.get(PATH))["outcome"]["is_old"] is True


def test_one_that_fails_says_why(house: House, fake: Fake, program: Program) -> None:
    told(program.post(PATH, WISH), 202)
    fake.began()
    with (house.places.run / runs.FOLDER / "progress").open("a") as said:
        said.write("there was no call\n")
    fake.finds(house, "")
    outcome = told(program.get(PATH))["outcome"]
    assert (outcome["failure"], outcome["found"], outcome["said"]) == ("there was no call", None, [])


def test_the_same_key_begins_one(house: House, fake: Fake, program: Program) -> None:
    told(program.post(PATH, WISH, Idempotency_Key=KEY), 202)
    first = pid(house)
    assert told(program.post(PATH, WISH, Idempotency_Key=KEY), 202) == {"repeated": True}
    assert pid(house) == first
    fake.finds(house, json.dumps(FOUND))
    assert told(program.post(PATH, WISH, Idempotency_Key=KEY), 202) == {"repeated": True}
    assert runs.running(house.places) is None, "it was done"
    assert program.post(PATH, WISH | {"seed": 2}, Idempotency_Key=KEY).status_code == 422


def test_a_second_one_is_told_of_the_first(house: House, fake: Fake, program: Program) -> None:
    told(program.post("/drafts", {"note": "other"}), 201)
    told(program.post(PATH, WISH), 202)
    first = pid(house)
    refused = told(program.post("/drafts/2/rehearsal", WISH, Idempotency_Key=KEY), 409)
    assert refused["type"] == "urn:tipring:problem:rehearsing"
    assert f"draft 1 is being rehearsed, begun by {program.token.author}" in refused["detail"]
    assert program.get("/drafts/2/rehearsal").status_code == 404
    assert program.ask("DELETE", "/drafts/2/rehearsal").status_code == 404, "only at its own draft"
    assert pid(house) == first
    fake.finds(house, json.dumps(FOUND))
    assert told(program.post("/drafts/2/rehearsal", WISH, Idempotency_Key=KEY), 202) == {"repeated": False}


def test_stopped_it_leaves_nothing(house: House, fake: Fake, program: Program) -> None:
    assert program.ask("DELETE", PATH).status_code == 404
    told(program.post(PATH, WISH), 202)
    was = pid(house)
    assert program.ask("DELETE", PATH).status_code == 204
    fake.waits_for(was)
    assert program.ask("DELETE", PATH).status_code == 404
    assert program.get(PATH).status_code == 404
    assert kept.read(house.places.root, 1) is None


def test_of_a_draft_that_is_gone_it_can_be_stopped(house: House, fake: Fake, program: Program) -> None:
    told(program.post(PATH, WISH), 202)
    was = pid(house)
    assert program.ask("DELETE", "/drafts/1").status_code == 204
    assert program.get(PATH).status_code == 404
    assert program.ask("DELETE", PATH).status_code == 204
    fake.waits_for(was)


def test_the_expected_day_is_that_of_the_interview(house: House, fake: Fake, program: Program) -> None:
    get(house, "/interview/step/load")
    post(house, "/interview/step/business")
    told(program.post(PATH, {"day": "expected", "calls": 90}), 202)
    argv = fake.began()["argv"]
    assert "--scenario" in argv and "--day" not in argv
    assert 'name = "expected-day"' in (house.places.run / runs.FOLDER / "day.toml").read_text()


@pytest.mark.parametrize(
    ("wish", "at"),
    [
        ({}, "$.day"),
        ({"day": ""}, "$.day"),
        ({"day": "--scenario"}, "$.day"),
        ({"day": "2026-13-01"}, "$.day"),
        ({"day": "expected\n"}, "$.day"),
        ({"day": "expected"}, "$.day"),
        (WISH | {"seeds": 4}, "$.seeds"),
        (WISH | {"seeds": "3"}, "$.seeds"),
        (WISH | {"seed": 0}, "$.seed"),
        (WISH | {"seed": 10**20}, "$.seed"),
        (WISH | {"calls": -1}, "$.calls"),
        (WISH | {"calls": 20001}, "$.calls"),
        (WISH | {"x": 1}, "$.x"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    house: House, fake: Fake, program: Program, wish: dict[str, Any], at: str
) -> None:
    found = told(program.post(PATH, wish), 400)
    assert [one["at"] for one in found["faults"]] == [at] and found["faults"][0]["text"]
    assert runs.running(house.places) is None


def test_a_faulty_draft_is_not_played(house: House, fake: Fake) -> None:
    begin_page(house)
    save(house, "/settings/draft/1/part/queue.0", ring_s="soon")
    found = told(Program(house).post(PATH, WISH), 422)
    assert [(one["at"], one["key"]) for one in found["faults"]] == [("{number}", "queue[0].ring_s")]
    assert runs.running(house.places) is None


def test_without_a_draft_nothing_is_played(house: House, fake: Fake) -> None:
    assert Program(house).post("/drafts/9/rehearsal", WISH).status_code == 404
    assert runs.running(house.places) is None


def test_a_full_disk_is_told(
    house: House, fake: Fake, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "begin", full)
    answer = program.post(PATH, WISH, Idempotency_Key=KEY)
    assert answer.status_code == 503 and answer.headers["Retry-After"]


def test_programs_have_the_choices_of_people() -> None:
    assert get_args(get_type_hints(RehearsalWish)["seeds"]) == SEEDS


def test_a_disk_that_fails_is_told_as_busy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(house)
    program.post("/drafts", {})

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "running", fails)
    monkeypatch.setattr(runs, "stop", fails)
    for method in ("GET", "DELETE"):
        assert program.ask(method, "/drafts/1/rehearsal").status_code == 503
