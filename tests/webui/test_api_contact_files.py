"""Contacts from and to files for programs: taken in once for a key, whole or not at all; what goes out is inert."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.webui.house import House
from tests.webui.programs import Program
from tests.webui.test_contacts_pages import FORMULA
from webui import contact_files
from webui.api import contact_files as of_programs

CSV = "name,mobile\n李明,139 1111 2222\nWang,13922223333\n".encode()
CARD = b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Li Ming\r\nTEL;TYPE=cell:+8613911112222\r\nEND:VCARD\r\n"
KEY = "import-0001"


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def send(program: Program, data: bytes = CSV, query: str = "format=csv", **headers: str) -> TestResponse:
    return program.post(f"/contacts/file?{query}", data, Content_Type="text/csv", **headers)


def names(program: Program) -> list[str]:
    return sorted(one["shown"] for one in told(program.get("/contacts"))["contacts"])


def erase_all(program: Program) -> None:
    for one in told(program.get("/contacts"))["contacts"]:
        assert program.ask("DELETE", f"/contacts/{one['id']}", If_Match=one["etag"]).status_code == 204


def test_a_file_is_taken_in_and_counted(house: House) -> None:
    program = Program(house)
    first = told(send(program))
    assert (first["added"], first["merged"], first["skipped"]) == (2, 0, 0)
    assert not first["dry"] and not first["repeated"] and first["warnings"] == []
    more = "name,company,mobile\nWang,Acme,13922223333\n李明,,13911112222\nSun,,13933334444\n".encode()
    second = told(send(program, more))
    assert (second["added"], second["merged"], second["skipped"]) == (1, 1, 1)
    assert names(program) == ["Sun", "Wang", "李明"]
    found = told(program.get("/contacts?text=Acme"))["contacts"]
    assert [one["changed_by"] for one in found] == [program.token.author]


def test_a_dry_run_only_says_and_leaves_the_key(house: House) -> None:
    program = Program(house)
    dry = told(send(program, query="format=csv&dry=true", Idempotency_Key=KEY))
    assert dry["added"] == 2 and dry["dry"] and not house.places.business_db.exists()
    assert told(send(program, Idempotency_Key=KEY))["added"] == 2


def test_a_key_takes_a_file_in_once(house: House) -> None:
    program = Program(house)
    first = told(send(program, Idempotency_Key=KEY))
    erase_all(program)
    again = told(send(program, Idempotency_Key=KEY))
    assert again == first | {"repeated": True} and names(program) == [], "who was erased stays erased"
    for data, query in ((CARD, "format=vcard"), (CSV + b"Sun,13933334444\n", "format=csv")):
        assert (
            told(send(program, data, query, Idempotency_Key=KEY), 422)["type"]
            == "urn:tipring:problem:key-used"
        )
    assert told(send(Program(house), Idempotency_Key=KEY))["added"] == 2, "another token's key is another one"


def test_a_file_that_was_refused_leaves_the_key(house: House) -> None:
    program = Program(house)
    told(send(program, b"name,mobile\nLi,nonsense\n", Idempotency_Key=KEY), 422)
    assert told(send(program, Idempotency_Key=KEY))["added"] == 2


def test_a_file_with_faults_changes_nothing_and_tells_all_lines(house: House) -> None:
    program = Program(house)
    text = b"name,mobile,value\nLi,13911112222,1\nWang,nonsense,1\nSun,also bad,1000\n"
    found = told(send(program, text, Accept_Language="en"), 422)
    assert found["type"] == "urn:tipring:problem:faulty-file" and "3 faults" in found["detail"]
    assert (found["faults"][0]["line"], found["faults"][0]["key"]) == (3, "numbers")
    assert {one["line"] for one in found["faults"]} == {3, 4} and len(found["faults"]) == 3
    assert all(one["text"] and one["slug"] and one["remedy"] for one in found["faults"])
    assert names(program) == []


@pytest.mark.parametrize(
    ("data", "query"),
    [(b"", "format=csv"), (b"", "format=vcard"), (CSV, "format=vcard"), (CARD, "format=csv"),
     (b"\x00\xff\xfe\x80" * 50, "format=csv"), (b"\x89PNG\r\n\x1a\n\x00", "format=vcard"), (CARD[:-14], "format=vcard"),
     (b'name,mobile\n"Li,13911112222\n', "format=csv"), (b"name,name\nLi,Li\n", "format=csv"),
     (b"name,mobile\nLi,13911112222,x,y\n", "format=csv")],
)  # fmt: skip
def test_a_spoiled_file_is_refused(house: House, data: bytes, query: str) -> None:
    found = told(send(Program(house), data, query), 422)
    assert found["type"] == "urn:tipring:problem:faulty-file" and found["faults"]
    assert not house.places.business_db.exists()


def test_what_is_odd_is_taken_and_told(house: House) -> None:
    twice = b"name,company,mobile\nLi,,13911112222\nLi,Acme,13911112222\n"
    found = told(send(Program(house), twice, Accept_Language="en"))
    assert (found["added"], found["merged"]) == (1, 1)
    assert [one["line"] for one in found["warnings"]] == [3] and found["warnings"][0]["text"]


@pytest.mark.parametrize("query", ["", "format=xls", "format=csv&dry=maybe", "format=csv&merge=1"])
def test_what_is_not_offered_is_refused(house: House, query: str) -> None:
    assert send(Program(house), query=query).status_code == 400
    assert Program(house).get(f"/contacts/file?{query}").status_code == 400


def test_without_a_key_nothing_is_taken(house: House) -> None:
    assert send(Program(house), Idempotency_Key="").status_code == 400
    assert not house.places.business_db.exists()


def test_a_file_that_is_too_large_is_not_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_files, "take", lambda *_, **__: pytest.fail("it was read"))
    assert send(Program(house), bytes(contact_files.MOST_BYTES + 1)).status_code == 413


def test_one_file_at_a_time(house: House) -> None:
    with of_programs._alone:
        for query in ("format=csv", "format=csv&dry=1"):
            answer = send(Program(house), query=query)
            assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert told(send(Program(house)))["added"] == 2


@pytest.mark.parametrize(("kind", "media"), [("csv", "text/csv"), ("vcard", "text/vcard")])
def test_what_goes_out_comes_in_again(house: House, kind: str, media: str) -> None:
    program = Program(house)
    told(program.post("/contacts", {"name": FORMULA, "note": "likes tea", "numbers": []}), 201)
    told(send(program))
    before = names(program)
    answer = program.get(f"/contacts/file?format={kind}")
    assert answer.status_code == 200 and answer.content_type == f"{media}; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    file = answer.data
    erase_all(program)
    assert told(send(program, file, f"format={kind}"))["added"] == 3
    assert names(program) == before and told(program.get("/contacts?text=HYPERLINK"))["count"] == 1


def test_no_cell_is_a_formula_and_headings_are_the_readers(house: House) -> None:
    program = Program(house)
    told(program.post("/contacts", {"name": FORMULA}), 201)
    written = program.get("/contacts/file?format=csv", Accept_Language="en").data.decode("utf-8-sig")
    assert "HYPERLINK" in written and not any(sign in written for sign in ("\n=", ",=", '"='))
    assert written != program.get("/contacts/file?format=csv", Accept_Language="zh").data.decode("utf-8-sig")


def test_where_nobody_was_entered_the_file_is_empty(house: House) -> None:
    program = Program(house)
    assert program.get("/contacts/file?format=vcard").data == b""
    assert len(program.get("/contacts/file?format=csv").data.splitlines()) == 1


def test_no_contact_is_called_file(house: House) -> None:
    program = Program(house)
    told(send(program))
    assert all(len(one["id"]) == 32 for one in told(program.get("/contacts"))["contacts"])
    assert program.ask("DELETE", "/contacts/file", If_Match='"file-1"').status_code == 404


def test_who_may(house: House) -> None:
    reads, writes = Program(house, "read:contacts"), Program(house, "write:contacts")
    assert send(reads).status_code == 403 and send(writes).status_code == 200
    assert writes.get("/contacts/file?format=csv").status_code == 403
    assert reads.get("/contacts/file?format=csv").status_code == 200


def test_agents_carry_no_file_away_nor_bring_one(house: House) -> None:
    agent = Program(house, "read:contacts", "write:contacts", agent="800")
    for answer in (send(agent), agent.get("/contacts/file?format=csv")):
        assert told(answer, 403)["type"] == "urn:tipring:problem:out-of-scope"
    assert agent.get("/contacts").status_code == 200 and not house.places.business_db.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.binary(max_size=400), st.sampled_from(["csv", "vcard"]))
def test_any_file_gets_an_answer(house: House, data: bytes, kind: str) -> None:
    assert send(Program(house), data, f"format={kind}&dry=1").status_code in (200, 422)
