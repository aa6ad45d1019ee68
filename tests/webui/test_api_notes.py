"""Notes for programs: at a moment of a recording, at a contact; once for a key, also after a power cut."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from werkzeug.test import TestResponse

from firmware.business import moments
from firmware.business.remarks import Remarks
from firmware.business.store import open_business
from tests.webui.house import House
from tests.webui.past import HOSTILE, change
from tests.webui.programs import Program
from tests.webui.test_recordings_pages import Heard, tape
from webui.api.keys import once
from webui.api.notes import MADE

__all__ = ["tape"]
KEY = "note-here-1"
LI = {"name": "Li Lei"}


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def note(tape: Heard, program: Program, **more: Any) -> TestResponse:
    return program.post(path(tape), {"at_s": 1.5, "text": "here"} | more, Idempotency_Key=KEY)


def path(tape: Heard) -> str:
    return f"/recordings/{tape.id}/notes"


def listed(tape: Heard) -> list[tuple[float, str, str]]:
    found = told(Program(tape.house, "read:recordings").get(path(tape)))["notes"]
    return [(one["at_s"], one["text"], one["author"]) for one in found]


# -- at recordings ----------------------------------------------------------------------------------------


def test_a_program_notes_what_the_page_shows_and_reads_what_people_note(tape: Heard) -> None:
    program = Program(tape.house, "read:recordings")
    assert listed(tape) == []
    made = told(note(tape, program, text=" here "), 201)
    wall_us = tape.house.site.wall_us()
    assert made == {
        "id": made["id"],
        "at_s": 1.5,
        "author": program.token.author,
        "text": "here",
        "at": wall_us,
    }
    assert tape.post("agent", "/notes", {"at_s": 1, "text": "<b>"}).status_code == 200
    assert listed(tape) == [(1.0, "<b>", "wang"), (1.5, "here", program.token.author)]
    shown = told(tape.house.client("supervisor").get(f"/recordings/{tape.id}/shape"))["notes"]
    assert [one["text"] for one in shown] == ["<b>", "here"]


def test_a_key_notes_once(tape: Heard) -> None:
    program = Program(tape.house)
    first = told(note(tape, program), 201)
    tape.house.clock.us += 1_000_000
    assert told(note(tape, program), 201) == first and len(listed(tape)) == 1
    told(program.post(path(tape), {"at_s": 1.5, "text": "here"}), 201)
    assert len(listed(tape)) == 2, "another key, another note"


def test_a_note_that_was_removed_is_not_made_again_by_its_key(tape: Heard) -> None:
    program = Program(tape.house)
    made = told(note(tape, program), 201)
    assert program.ask("DELETE", f"{path(tape)}/{made['id']}").status_code == 204
    other = told(program.post(path(tape), {"at_s": 1.5, "text": "other"}), 201)
    assert other["id"] == made["id"], "SQLite gives the number again"
    told(note(tape, program), 404)
    assert [one[1] for one in listed(tape)] == ["other"]


def test_who_dies_after_the_note_was_made_finds_it(tape: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is known and the note there; that it was made is not kept yet."""
    program = Program(tape.house)

    def dies(one: Any, asked: object, made: str) -> str:
        if MADE in one.key:
            raise sqlite3.OperationalError("disk I/O error")
        return once(one, asked, made)

    with monkeypatch.context() as broken:
        broken.setattr("webui.api.notes.once", dies)
        told(note(tape, program), 503)
    tape.house.clock.us += 1_000_000
    told(note(tape, program), 201)
    assert len(listed(tape)) == 1


def test_who_dies_before_the_note_was_made_makes_it(tape: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    program = Program(tape.house)
    with monkeypatch.context() as broken:
        broken.setattr("webui.recordings.notes.add_note", dies)
        told(note(tape, program), 503)
    assert listed(tape) == []
    told(note(tape, program), 201)
    assert len(listed(tape)) == 1


@pytest.mark.parametrize("more", [{"at_s": 2}, {"text": "other"}])
def test_a_key_is_for_one_note(tape: Heard, more: dict[str, Any]) -> None:
    program = Program(tape.house)
    told(note(tape, program), 201)
    assert told(note(tape, program, **more), 422)["type"] == "urn:tipring:problem:key-used"
    assert len(listed(tape)) == 1


@pytest.mark.parametrize(
    ("more", "wrong"),
    [({"at_s": -0.1}, ["at_s"]), ({"at_s": 1_000_000}, ["at_s"]), ({"text": ""}, ["text"]), ({"text": " "}, ["text"]),
     ({"text": "x" * 1001}, ["text"]), ({"at_s": -1, "text": "\u3000"}, ["at_s", "text"])],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_that_is_wrong_with_a_note_is_told_in_the_readers_language(
    tape: Heard, more: dict[str, Any], wrong: list[str], language: str
) -> None:
    body = {"at_s": 1.5, "text": "here"} | more
    answer = Program(tape.house).post(path(tape), body, Idempotency_Key=KEY, Accept_Language=language)
    faults = told(answer, 400)["faults"]
    assert [one["at"] for one in faults] == [f"$.{one}" for one in wrong] and listed(tape) == []
    assert all(one["text"].isascii() == (language == "en") for one in faults)


@pytest.mark.parametrize("more", [{"at_s": "1"}, {"at_s": None}, {"text": 1}, {"at": 1}, {"author": "boss"}])
def test_a_body_that_says_something_else_is_refused(tape: Heard, more: dict[str, Any]) -> None:
    (fault,) = told(note(tape, Program(tape.house), **more), 400)["faults"]
    assert fault["at"] == f"$.{next(iter(more))}" and listed(tape) == []


def test_a_wrong_note_does_not_use_up_its_key(tape: Heard) -> None:
    program = Program(tape.house)
    told(note(tape, program, text=" "), 400)
    told(note(tape, program), 201)


def test_so_many_notes_and_no_more(tape: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "MOST", 1)
    program = Program(tape.house)
    first = told(note(tape, program), 201)
    answer = program.post(path(tape), {"at_s": 2, "text": "more"}, Idempotency_Key="note-here-2")
    assert told(answer, 409)["type"] == "urn:tipring:problem:too-many-notes"
    assert told(note(tape, program), 201) == first, "its key finds it still"
    program.ask("DELETE", f"{path(tape)}/{first['id']}")
    told(program.post(path(tape), {"at_s": 2, "text": "more"}, Idempotency_Key="note-here-2"), 201)


def test_a_note_goes_by_its_author_or_by_who_supervises(tape: Heard) -> None:
    """As on the page."""
    author, other = Program(tape.house, "read:recordings"), Program(tape.house, "read:recordings")
    made = told(note(tape, author), 201)["id"]
    people = tape.post("agent", "/notes", {"at_s": 1, "text": "x"}).json["id"]
    for program, number in ((other, made), (author, people), (author, 999), (author, 10**14)):
        assert program.ask("DELETE", f"{path(tape)}/{number}").status_code == 404
    assert author.ask("DELETE", f"{path(tape)}/{made}").status_code == 204
    supervisor = Program(tape.house, "read:recordings", "supervise")
    assert supervisor.ask("DELETE", f"{path(tape)}/{people}").status_code == 204
    assert supervisor.ask("DELETE", f"{path(tape)}/{people}").status_code == 404 and listed(tape) == []


def test_a_recording_that_cannot_be_heard_has_no_notes(tape: Heard) -> None:
    program = Program(tape.house)
    made = told(note(tape, program), 201)["id"]
    change(tape.house, "UPDATE recordings SET gone = 'erased'")
    for answer in (
        program.get(path(tape)), note(tape, program), program.ask("DELETE", f"{path(tape)}/{made}"),
        program.get("/recordings/x/notes"), program.post("/recordings/x/notes", {"at_s": 1, "text": "x"}),
    ):  # fmt: skip
        assert told(answer, 404)["type"] == "urn:tipring:problem:not-there"


def test_a_box_without_recordings_has_no_notes(house: House) -> None:
    assert Program(house).get("/recordings/0000000000000001/notes").status_code == 404


# -- at contacts ------------------------------------------------------------------------------------------


@pytest.fixture
def contact(house: House) -> str:
    return str(told(Program(house).post("/contacts", LI), 201)["id"])


def test_a_note_at_a_contact_stands_on_its_page(house: House, contact: str) -> None:
    program = Program(house, "read:contacts", "write:contacts")
    assert told(program.get(f"/contacts/{contact}/notes")) == {"notes": []}
    found = []
    for text in ("calls at noon", *HOSTILE):
        house.clock.us += 1
        found.append(told(program.post(f"/contacts/{contact}/notes", {"text": text}), 201))
        assert (found[-1]["text"], found[-1]["author"]) == (text, program.token.author)
        assert found[-1]["at"] == house.site.wall_us()
    assert told(program.get(f"/contacts/{contact}/notes"))["notes"] == found[::-1], "newest first"
    assert told(program.get(f"/contacts/{contact}/notes?most=1"))["notes"] == found[-1:]
    assert "calls at noon" in house.client("agent").get(f"/contacts/{contact}").text


def test_a_key_notes_once_at_a_contact(house: House, contact: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    program, body = Program(house), {"text": "calls at noon"}
    with monkeypatch.context() as broken:
        broken.setattr(Remarks, "note", locked)
        told(program.post(f"/contacts/{contact}/notes", body, Idempotency_Key=KEY), 503)
    first = told(program.post(f"/contacts/{contact}/notes", body, Idempotency_Key=KEY), 201)
    house.clock.us += 1_000_000
    assert told(program.post(f"/contacts/{contact}/notes", body, Idempotency_Key=KEY), 201) == first
    told(program.post(f"/contacts/{contact}/notes", {"text": "other"}, Idempotency_Key=KEY), 422)
    told(program.post(f"/contacts/{contact}/notes", body), 201)
    assert len(told(program.get(f"/contacts/{contact}/notes"))["notes"]) == 2, "another key, another note"


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001, "a\0b"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_no_note_is_told_in_the_readers_language(
    house: House, contact: str, text: str, language: str
) -> None:
    answer = Program(house).post(f"/contacts/{contact}/notes", {"text": text}, Accept_Language=language)
    (fault,) = told(answer, 400)["faults"]
    assert fault["at"] == "$.text" and fault["text"].isascii() == (language == "en")


@pytest.mark.parametrize("body", [{}, {"text": 1}, {"text": "x", "at": 1}, {"text": "x", "author": "boss"}])
def test_a_note_at_a_contact_says_a_text_alone(house: House, contact: str, body: object) -> None:
    program = Program(house)
    assert told(program.post(f"/contacts/{contact}/notes", body), 400)["faults"]
    assert told(program.post(f"/contacts/{contact}/notes", {"text": "x"}, Idempotency_Key=""), 400)
    for wrong in ("most=0", "most=1001", "skip=1"):
        told(program.get(f"/contacts/{contact}/notes?{wrong}"), 400)
    assert told(program.get(f"/contacts/{contact}/notes"))["notes"] == []


def test_who_is_not_there_or_erased_has_no_notes(house: House, contact: str) -> None:
    program, body = Program(house), {"text": "x"}
    told(program.post(f"/contacts/{contact}/notes", body, Idempotency_Key=KEY), 201)
    etag = program.get(f"/contacts/{contact}").headers["ETag"]
    assert program.ask("DELETE", f"/contacts/{contact}", If_Match=etag).status_code == 204
    for one in (contact, "x"):
        told(program.get(f"/contacts/{one}/notes"), 404)
        told(program.post(f"/contacts/{one}/notes", body), 404)
    told(program.post(f"/contacts/{contact}/notes", body, Idempotency_Key=KEY), 404)
    with closing(open_business(house.places.business_db)) as db:
        assert db.execute("SELECT count(*) FROM contact_notes").fetchone() == (0,)


def test_a_business_without_contacts_has_no_notes(house: House) -> None:
    assert Program(house).get("/contacts/x/notes").status_code == 404


def test_who_reads_contacts_does_not_note_and_the_other_way_round(house: House, contact: str) -> None:
    reads, writes = Program(house, "read:contacts"), Program(house, "write:contacts")
    told(reads.post(f"/contacts/{contact}/notes", {"text": "x"}), 403)
    told(writes.get(f"/contacts/{contact}/notes"), 403)
