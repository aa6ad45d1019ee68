"""Calls, recordings, contacts and reports for programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from firmware.business.store import read_business
from tests.webui.house import House
from tests.webui.past import DAY, HOSTILE, calls_of, put_past, put_recording, waiting_accesses
from tests.webui.programs import Program

WANG = {"name": "Wang Fang", "numbers": [{"entered": "139 0123 4567", "kind": "mobile"}], "tags": ["vip"]}
FROM, TO = 1_795_363_200_000_000, 1_795_449_600_000_000
"""That day in Shanghai."""


@pytest.fixture
def past(house: House) -> Iterator[House]:
    put_past(house)
    yield house


def count(house: House) -> int:
    with closing(read_business(house.places.business_db)) as db:
        return int(db.execute("SELECT count(*) FROM contacts").fetchone()[0])


def test_calls_are_found_a_page_at_a_time(past: House) -> None:
    program = Program(past, "read:calls")
    first = program.get("/calls?most=3").json
    assert first is not None and len(first["calls"]) == 3 and first["count"] >= 5
    second = program.get(f"/calls?most=200&after={first['after']}").json
    assert second is not None and second["after"] == "" and second["count"] is None
    ids = [one["id"] for one in first["calls"] + second["calls"]]
    assert ids == sorted(set(ids), reverse=True) and len(ids) == first["count"]


def test_a_story_is_told_in_the_readers_language(past: House) -> None:
    program, call = Program(past, "read:calls"), calls_of(past, "801")[0]
    english = program.get(f"/calls/{call}", Accept_Language="en").json
    chinese = program.get(f"/calls/{call}", Accept_Language="zh").json
    assert english is not None and chinese is not None
    assert english["call"]["id"] == call and english["legs"] and english["moments"][0]["what"] == "began"
    assert english["moments"][0]["text"] != chinese["moments"][0]["text"]


def test_a_token_of_one_agent_finds_the_calls_of_this_one(past: House) -> None:
    own = calls_of(past, "801")
    program = Program(past, "read:calls", agent="801")
    told = program.get("/calls").json
    assert told is not None and sorted(one["id"] for one in told["calls"]) == own
    everybody = Program(past, "read:calls").get("/calls").json
    assert everybody is not None
    other = next(one["id"] for one in everybody["calls"] if one["id"] not in own)
    assert program.get(f"/calls/{own[0]}").status_code == 200
    assert program.get(f"/calls/{other}").status_code == 404
    assert program.get("/calls?agent=802").json == {
        "calls": [], "after": "", "count": 0, "more": False, "complete": True
    }  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    ["from=x", "from=-1", "direction=up", "most=0", "most=9999", "wait_least=nan", "recorded=maybe", "after=1;2",
     "a=b", "order=id%20desc"],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(past: House, asked: str) -> None:
    answer = Program(past).get(f"/calls?{asked}")
    assert answer.status_code == 400 and answer.json is not None
    assert [one["at"] for one in answer.json["faults"]] == ["?" + asked.partition("=")[0]]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_only_text(past: House, text: str) -> None:
    program = Program(past)
    assert (
        program.get(
            "/calls",
        ).status_code
        == 200
    )
    for path in ("/calls", "/contacts"):
        name = "text" if path == "/contacts" else "name"
        answer = program._client.get(
            f"/api/v1{path}", query_string={name: text}, headers={"Authorization": f"Bearer {program.secret}"}
        )
        assert answer.status_code == 200 and answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_recording_is_heard_after_the_audit_was_told(past: House) -> None:
    name = put_recording(past, calls_of(past, "801")[0])
    program = Program(past, "read:recordings")
    told = program.get(f"/recordings?call={calls_of(past, '801')[0]}").json
    assert told is not None and name in [one["id"] for one in told["recordings"]]
    for _ in range(3):
        answer = program.get(f"/recordings/{name}/audio")
        assert answer.status_code == 307
        assert answer.headers["Location"].startswith("/api/v1/sound?ticket=")
    entries = waiting_accesses(past)
    assert len(entries) == 1 and program.token.author in entries[0] and name in entries[0]
    past.clock.us += 3_600_000_000
    program.get(f"/recordings/{name}/audio")
    assert len(waiting_accesses(past)) == 2
    assert program.get("/recordings/ffffffffffffffff/audio").status_code == 404
    assert program.get("/recordings/..%2f..%2fweb.db/audio").status_code == 404


def test_reports_say_what_the_command_says(past: House) -> None:
    program = Program(past, "read:reports")
    day = program.get(f"/reports/day?day={DAY}").json
    assert day is not None and sum(day["offered"]) == 6 and len(day["at"]) == 96
    told = program.get(f"/reports/kpis?from={FROM}&to={TO}").json
    assert told is not None
    (whole,) = (one["sums"] for one in told["stretches"])
    assert whole["offered"] + whole.get("in_progress", 0) == 6
    hours = program.get(f"/reports/kpis?from={FROM}&to={TO}&per=hour").json
    assert (
        hours is not None
        and sum(one["sums"].get("offered", 0) for one in hours["stretches"]) == whole["offered"]
    )


@pytest.mark.parametrize(
    "asked", [f"kpis?from={FROM}", f"kpis?from={TO}&to={FROM}", f"kpis?from=0&to={TO}", "day?day=2026-02-30",
              "day?day=x"]
)  # fmt: skip
def test_reports_of_no_time_are_refused(past: House, asked: str) -> None:
    assert Program(past).get(f"/reports/{asked}").status_code == 400


def test_an_empty_box_has_nothing(house: House) -> None:
    program = Program(house)
    assert program.get("/calls").status_code == program.get("/contacts").status_code == 200
    assert program.get("/calls/1").status_code == 404
    assert program.get(f"/reports/kpis?from={FROM}&to={TO}").json == {"stretches": []}


# -- contacts -----------------------------------------------------------------------------------------


def test_a_contact_is_made_found_changed_and_erased(house: House) -> None:
    program = Program(house, "read:contacts", "write:contacts")
    made = program.post("/contacts", WANG)
    assert made.status_code == 201 and made.json is not None
    path = f"/contacts/{made.json['id']}"
    assert made.json["contact"]["numbers"][0]["e164"] == "+8613901234567"
    assert made.json["created_by"] == program.token.author
    found = program.get("/contacts?text=13901234567").json
    assert found is not None and [one["id"] for one in found["contacts"]] == [made.json["id"]]
    changed = program.ask("PUT", path, WANG | {"name": "Wang Li"}, If_Match=made.headers["ETag"])
    assert changed.json is not None and changed.json["shown"] == "Wang Li"
    assert program.ask("PUT", path, WANG, If_Match=made.headers["ETag"]).status_code == 412
    assert program.ask("DELETE", path).status_code == 428
    assert program.ask("DELETE", path, If_Match=made.headers["ETag"]).status_code == 412
    assert program.ask("DELETE", path, If_Match=changed.headers["ETag"]).status_code == 204
    assert program.get(path).status_code == 404


def test_a_repeated_post_makes_one_contact(house: House) -> None:
    program, other = Program(house), Program(house)
    first = program.post("/contacts", WANG, Idempotency_Key="import-0001")
    again = program.post("/contacts", WANG, Idempotency_Key="import-0001")
    assert first.json == again.json and again.status_code == 201 and count(house) == 1
    assert program.post("/contacts", WANG | {"name": "x"}, Idempotency_Key="import-0001").status_code == 422
    assert other.post("/contacts", WANG, Idempotency_Key="import-0001").json != first.json
    assert count(house) == 2


def test_a_program_that_died_before_its_contact_was_made_makes_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(house)

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("firmware.business.contacts.Contacts.add", dies)
        program.post("/contacts", WANG, Idempotency_Key="import-0001")
    assert program.post("/contacts", WANG, Idempotency_Key="import-0001").status_code == 201
    assert count(house) == 1


def test_an_erased_contact_is_not_brought_back_by_its_key(house: House) -> None:
    program = Program(house)
    made = program.post("/contacts", WANG, Idempotency_Key="import-0001")
    assert made.json is not None
    program.ask("DELETE", f"/contacts/{made.json['id']}", If_Match=made.headers["ETag"])
    assert program.post("/contacts", WANG, Idempotency_Key="import-0001").status_code == 404


def test_everything_wrong_with_a_contact_is_told(house: House) -> None:
    program = Program(house)
    asked = {"name": "x" * 300, "language": "fr", "value": 500, "numbers": [{"entered": "no"}]}
    told = program.post("/contacts", asked).json
    assert told is not None and len(told["faults"]) == 4
    told = program.post("/contacts", {"nam": 1, "vip": "yes"}).json
    assert told is not None and {one["at"] for one in told["faults"]} == {"$.nam", "$.vip"}
