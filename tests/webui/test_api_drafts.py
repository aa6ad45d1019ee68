"""Drafts for programs: read with their faults, never over somebody else's, in force only on top of what is."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from firmware.config.drafts.draft import look
from firmware.config.drafts.store import DraftStore
from firmware.config.load import loads
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.protocol.inputs import ConfigApplied
from tests.webui.house import OFFICE, House
from tests.webui.programs import Program
from tests.webui.test_api_settings import FAULTY, PIN, put, rows, text_with, told
from tests.webui.test_settings import begin as begin_page
from tests.webui.test_settings import document, get, save
from webui.settings import putting

KEY = "the-one-key"


def begin(program: Program, **body: str) -> Any:
    return told(program.post("/drafts", body), 201)


def drafts(house: House) -> list[int]:
    with ConfigStore(house.places.config_db) as store:
        return [one.id for one in DraftStore(store).all()]


# -- begun and read -----------------------------------------------------------------------------------


def test_a_draft_of_what_is_in_force_changes_nothing(house: House) -> None:
    program = Program(house)
    answer = program.post("/drafts", {"note": "summer"})
    made = told(answer, 201)
    assert answer.headers["ETag"] == made["etag"]
    assert (made["id"], made["base"], made["note"], made["author"]) == (1, 1, "summer", program.token.author)
    assert made["usable"] and (made["faults"], made["changes"]) == (0, 0)
    answer = program.get("/drafts/1")
    whole = told(answer)
    assert answer.headers["ETag"] == whole["etag"] == made["etag"]
    assert loads(whole["toml"], Config)[0] == house.site.config
    assert whole["differs"] == whole["since_base"] == []
    assert told(program.get("/drafts"))["drafts"] == [made]
    assert "summer" in get(house, "/settings/draft/1"), "people have the same draft"


@pytest.mark.parametrize(("language", "name"), [("en", "agent 901"), ("zh", "901")])
def test_a_text_becomes_a_draft_that_says_what_it_would_change(
    house: House, language: str, name: str
) -> None:
    program = Program(house)
    made = begin(program, toml=text_with(n901="Li"))
    assert made["changes"] == 1 and house.site.config_version == 1 and not house.engine.orders
    whole = told(program.get(f"/drafts/{made['id']}", Accept_Language=language))
    (change,) = whole["differs"]
    assert (change["kind"], change["part"]) == ("added", ["agent", "901"]) and name in change["said"]
    assert whole["since_base"] == whole["differs"]


def test_faults_people_left_are_told_with_their_lines(house: House) -> None:
    draft = begin_page(house)
    save(house, f"{draft}/part/queue.0", ring_s="soon")
    program = Program(house)
    (listed,) = told(program.get("/drafts"))["drafts"]
    assert not listed["usable"] and listed["faults"] == 1
    whole = told(program.get("/drafts/1"))
    fault = next(one for one in whole["found"] if not one["warning"])
    assert fault["key"] == "queue[0].ring_s" and fault["slug"] and fault["message"] and fault["remedy"]
    lines = whole["toml"].splitlines()
    assert lines[fault["line"] - 1].startswith(("[[queue]]", "ring_s")), lines[fault["line"] - 1]


def test_a_text_with_faults_is_no_draft(house: House) -> None:
    program = Program(house)
    for text in (FAULTY, "[[["):
        found = told(program.post("/drafts", {"toml": text}), 422)
        assert found["type"] == "urn:tipring:problem:faulty-settings"
        assert all(one["at"] == "$.toml" and one["line"] for one in found["faults"])
    assert told(program.post("/drafts", {"toml": " "}), 400)["faults"][0]["at"] == "$.toml"
    assert drafts(house) == []


def test_the_same_key_makes_one_draft(house: House) -> None:
    program = Program(house)
    first, again = (told(program.post("/drafts", {"note": "x"}, Idempotency_Key=KEY), 201) for _ in range(2))
    assert first == again and drafts(house) == [1]
    assert program.post("/drafts", {"note": "y"}, Idempotency_Key=KEY).status_code == 422
    told(Program(house).post("/drafts", {"note": "x"}, Idempotency_Key=KEY), 201)
    assert drafts(house) == [2, 1], "another token's key is another key"
    assert program.ask("DELETE", "/drafts/1").status_code == 204
    assert program.post("/drafts", {"note": "x"}, Idempotency_Key=KEY).status_code == 404, "it is gone"


def test_two_long_texts_are_not_looked_at_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(putting, "PATIENCE_S", 0.0)
    with putting.a_turn():
        answer = Program(house).post("/drafts", {"toml": OFFICE})
    assert answer.status_code == 503 and answer.headers["Retry-After"] and drafts(house) == []


# -- changed ------------------------------------------------------------------------------------------


def test_who_read_the_newest_changes_it(house: House) -> None:
    program = Program(house)
    made = begin(program, note="summer")
    body = {"toml": text_with(n901="Li")}
    answer = program.ask("PUT", "/drafts/1", body, If_Match=made["etag"])
    changed = told(answer)
    assert answer.headers["ETag"] == changed["etag"] != made["etag"]
    assert (changed["changes"], changed["note"]) == (1, "summer")
    assert told(program.ask("PUT", "/drafts/1", body, If_Match=made["etag"])) == changed, "it is done"
    other = {"toml": text_with(n902="Wu")}
    late = program.ask("PUT", "/drafts/1", other, If_Match=made["etag"])
    assert late.status_code == 412 and late.headers["ETag"] == changed["etag"]
    renamed = told(program.ask("PUT", "/drafts/1", {"note": "winter"}, If_Match=changed["etag"]))
    assert (renamed["changes"], renamed["note"]) == (1, "winter")
    assert [one["id"] for one in document(house)["agent"]] == ["800", "810", "901"]


@pytest.mark.parametrize(
    "etag", ["*", '"1"', '"2-1"', '"1-"', '""', "1-1", 'W/"1-1"', '"-"', '"' + "9" * 400]
)
def test_what_was_not_read_is_not_changed(house: House, etag: str) -> None:
    program = Program(house)
    begin(program)
    body = {"toml": text_with(n901="Li")}
    assert program.ask("PUT", "/drafts/1", body, If_Match=etag).status_code == 412
    for method, path in (("DELETE", "/drafts/1"), ("POST", "/drafts/1/apply"), ("POST", "/drafts/1/rebase")):
        assert program.ask(method, path, If_Match=etag).status_code == 412, method
    assert program.ask("PUT", "/drafts/1", body).status_code == 428
    assert len(document(house)["agent"]) == 2 and house.site.config_version == 1


@pytest.mark.parametrize(
    "body", [{"toml": ""}, {"toml": " "}, {"note": "a\nb"}, {"note": "x" * 121}, {"toml": 1}, {"x": 1}]
)
def test_a_body_that_says_nothing_is_refused(house: House, body: dict[str, Any]) -> None:
    program = Program(house)
    made = begin(program)
    assert program.ask("PUT", "/drafts/1", body, If_Match=made["etag"]).status_code == 400


def test_a_text_with_faults_changes_nothing(house: House) -> None:
    program = Program(house)
    made = begin(program)
    found = told(program.ask("PUT", "/drafts/1", {"toml": FAULTY}, If_Match=made["etag"]), 422)
    assert all(one["at"] == "$.toml" and one["line"] for one in found["faults"])
    assert told(program.get("/drafts"))["drafts"] == [made]


@pytest.mark.parametrize("etag", [True, False])
def test_thrown_away_it_is_gone(house: House, etag: bool) -> None:
    program = Program(house)
    made = begin(program)
    headers = {"If_Match": made["etag"]} if etag else {}
    assert program.ask("DELETE", "/drafts/1", **headers).status_code == 204
    for method, path in (
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/apply"), ("POST", "/rebase"), ("GET", "/rehearsal")
    ):  # fmt: skip
        body = {"toml": OFFICE} if method == "PUT" else None
        answer = program.ask(method, f"/drafts/1{path}", body, If_Match=made["etag"])
        assert answer.status_code == 404, (method, path)


@pytest.mark.parametrize("number", ["0", str(2**53 - 1), "9" * 40, "-1", "x"])
def test_a_draft_that_never_was_is_not_there(house: House, number: str) -> None:
    program = Program(house)
    for method in ("GET", "PUT", "DELETE"):
        body = {"toml": OFFICE} if method == "PUT" else None
        answer = program.ask(method, f"/drafts/{number}", body, If_Match=f'"{number}-1"')
        assert answer.status_code == 404, method
    assert program.post(f"/drafts/{number}/apply", None).status_code == 404


# -- in force -----------------------------------------------------------------------------------------


def test_applied_it_is_in_force_and_the_box_is_told_once(house: House) -> None:
    program = Program(house)
    begin(program, toml=text_with(n901="Li"), note="Li joins")
    answer = program.post("/drafts/1/apply", None, Idempotency_Key=KEY)
    found = told(answer)
    assert (found["version"], found["running"], found["is_well"]) == (2, "taken", True)
    assert answer.headers["ETag"] == found["etag"] == '"2"'
    assert (rows(house)[0].author, rows(house)[0].note) == (program.token.author, "Li joins")
    (order,) = house.engine.orders
    assert isinstance(order, ConfigApplied) and (order.version, order.author) == (2, program.token.author)
    assert drafts(house) == []
    assert told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY)) == found
    assert [one.version for one in rows(house)] == [2, 1]
    assert program.post("/drafts/1/apply", None).status_code == 404, "another key, another time"


def test_an_answer_that_comes_late_puts_no_old_one_in_force(house: House) -> None:
    program = Program(house)
    begin(program, toml=text_with(n901="Li"))
    told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY))
    told(put(Program(house), text_with(n902="Wu"), '"2"'))
    late = told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY))
    assert (late["version"], late["running"], late["etag"]) == (2, "replaced", '"3"')


def test_one_that_was_thrown_away_meanwhile_was_not_applied(house: House) -> None:
    """Somebody's version is in force, and the key of an apply that came to nothing is sent again."""
    program = Program(house)
    begin_page(house)
    save(house, "/settings/draft/1/part/queue.0", ring_s="soon")
    assert program.post("/drafts/1/apply", None, Idempotency_Key=KEY).status_code == 422
    assert program.ask("DELETE", "/drafts/1").status_code == 204
    told(put(program, text_with(n902="Wu")))
    assert program.post("/drafts/1/apply", None, Idempotency_Key=KEY).status_code == 404


def test_a_faulty_one_is_not_applied(house: House) -> None:
    begin_page(house)
    save(house, "/settings/draft/1/part/queue.0", ring_s="soon")
    found = told(Program(house).post("/drafts/1/apply", None), 422)
    assert found["type"] == "urn:tipring:problem:faulty-settings"
    assert [(one["at"], one["key"]) for one in found["faults"]] == [("{number}", "queue[0].ring_s")]
    assert house.site.config_version == 1 and drafts(house) == [1]


def test_on_another_version_it_takes_that_in_first(house: House) -> None:
    program = Program(house)
    made = begin(program, toml=text_with(n901="Li"))
    told(put(Program(house), text_with(n902="Wu")))
    refused = told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY), 409)
    assert refused["type"] == "urn:tipring:problem:other-version" and refused["title"]
    answer = program.post("/drafts/1/rebase", None, If_Match=made["etag"])
    rebased = told(answer)
    assert rebased["conflicts"] == [] and rebased["draft"]["base"] == 2
    assert answer.headers["ETag"] == rebased["draft"]["etag"] != made["etag"]
    assert told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY))["version"] == 3
    assert sorted(one.id for one in house.site.config.agents) == ["800", "810", "901", "902"]


def test_what_both_changed_is_told_and_the_drafts_stands(house: House) -> None:
    program = Program(house)
    begin(program, toml=OFFICE.replace('"Wang"', '"Wang Li"'))
    told(put(Program(house), OFFICE.replace('"Wang"', '"Wang Wei"')))
    first = told(program.post("/drafts/1/rebase", None, Idempotency_Key=KEY))
    assert first["conflicts"] == [["agent", "800", "name"]]
    told(put(Program(house), text_with(n902="Wu"), '"2"'))
    again = told(program.post("/drafts/1/rebase", None, Idempotency_Key=KEY))
    assert again == {"draft": first["draft"] | {"changes": again["draft"]["changes"]}, "conflicts": []}
    config = look(document(house)).config
    assert config is not None and config.agents[0].name == "Wang Li"


# -- who ----------------------------------------------------------------------------------------------


def test_who_may_only_write_reads_no_pin(house: House) -> None:
    told(put(Program(house), PIN))
    reads, writes = Program(house, "read:settings"), Program(house, "write:settings")
    answers = [writes.post("/drafts", {}), writes.post("/drafts/1/rebase", None)]
    etag = told(answers[0], 201)["etag"]
    answers += [
        writes.ask("PUT", "/drafts/1", {"note": "x"}, If_Match=etag),
        writes.post("/drafts/1/apply", None),
    ]
    assert [one.status_code for one in answers] == [201, 200, 200, 200]
    assert not any("4711" in one.text for one in answers)
    told(writes.post("/drafts", {}), 201)
    assert "4711" in told(reads.get("/drafts/2"))["toml"]
    assert reads.post("/drafts", {}).status_code == writes.get("/drafts/2").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [("POST", "/drafts/1/apply", "apply"), ("DELETE", "/drafts/1", "drop"), ("POST", "/drafts/1/rebase", "rebase")],
)  # fmt: skip
def test_what_somebody_saved_in_the_last_moment_stays(
    house: House, monkeypatch: pytest.MonkeyPatch, method: str, path: str, named: str
) -> None:
    program = Program(house)
    made = begin(program, toml=text_with(n901="Li"))
    does = getattr(DraftStore, named)

    def late(kept: DraftStore, number: int, *more: object) -> object:
        monkeypatch.undo()
        etag = made["etag"]
        told(program.ask("PUT", "/drafts/1", {"toml": text_with(n901="Wang")}, If_Match=etag))
        return does(kept, number, *more)

    monkeypatch.setattr(DraftStore, named, late)
    answer = program.ask(method, path, If_Match=made["etag"])
    assert answer.status_code == 412 and answer.headers["ETag"] != made["etag"]
    assert house.site.config_version == 1
    assert "Wang" in told(program.get("/drafts/1"))["toml"]


def test_a_draft_that_was_faulty_once_is_found_applied_by_the_same_key(house: House) -> None:
    program = Program(house)
    begin(program, note="a", toml=text_with(n901="Li"))
    with ConfigStore(house.places.config_db) as store:
        kept = DraftStore(store)
        there = kept.get(1)
        kept.keep(structs.replace(there, document=there.document | {"nonsense": 1}))
        told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY), 422)
        kept.keep(structs.replace(there, note="b"))
    first = told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY))
    assert (
        told(program.post("/drafts/1/apply", None, Idempotency_Key=KEY))["version"] == first["version"] == 2
    )
