"""Erasures for programs: looked over, ordered once by marks alone, finished when the key is sent again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from firmware.archive.book import ERASURE_SECRET
from firmware.business.contacts import Contacts
from firmware.business.numbers import rules_of
from firmware.business.store import read_business
from firmware.cli.erase import marks_of
from firmware.protocol.inputs import ErasureOrder
from firmware.protocol.order_format import OrderAnswer, Verdict
from firmware.store.history import NewerSchema
from tests.webui.house import House
from tests.webui.past import change
from tests.webui.programs import Program
from tests.webui.test_erasures_page import NUMBER, filled
from webui import erasing
from webui.access.schema import WEB_FILE

__all__ = ["filled"]
KEY = "erase-number-1"
WRITTEN = ("137-0013-7000", f"+86 {NUMBER}", f"0086{NUMBER}")


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def erase(program: Program, **more: Any) -> TestResponse:
    body = {"number": NUMBER, "why": "request of today"} | more
    return program.post("/erasures", body, Idempotency_Key=KEY)


def names(house: House) -> list[str]:
    with closing(read_business(house.places.business_db)) as db:
        return sorted(one.draft.name for one in Contacts(db, rules_of(house.site.config)).every())


def orders(house: House) -> list[ErasureOrder]:
    return [one for one in house.engine.orders if isinstance(one, ErasureOrder)]


# -- what would go ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [NUMBER, *WRITTEN])
def test_what_would_go_is_told_and_nothing_is_changed(filled: House, number: str) -> None:
    found = told(Program(filled, "administer").post("/erasures/look", {"number": number}))
    assert found == {"calls": 1, "held": 0, "recordings": 0, "contacts": 2}
    assert filled.engine.orders == [] and len(names(filled)) == 3


def test_looking_needs_no_key_and_ordering_does(filled: House) -> None:
    program = Program(filled)
    assert program.post("/erasures/look", {"number": NUMBER}, Idempotency_Key="").status_code == 200
    answer = program.post("/erasures", {"number": NUMBER, "why": "x"}, Idempotency_Key="")
    assert told(answer, 400)["type"] == "urn:tipring:problem:no-key" and filled.engine.orders == []


def test_a_box_without_history_and_contacts_has_nothing_to_look_at(house: House) -> None:
    program = Program(house)
    assert set(told(program.post("/erasures/look", {"number": NUMBER})).values()) == {0}
    assert told(program.get("/erasures")) == {"erasures": [], "more": False}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("number", ["", "801", "110", "<script>", "٣٣٣٣٣٣٣", "call me", "\u202e12"])
def test_what_is_nobodys_number_is_a_fault_in_the_readers_language(
    filled: House, number: str, language: str
) -> None:
    program = Program(filled)
    for path, body in (("look", {"number": number}), ("", {"number": number, "why": "x"})):
        answer = program.post(f"/erasures/{path}".rstrip("/"), body, Accept_Language=language)
        (fault,) = told(answer, 400)["faults"]
        assert fault["at"] == "$.number" and ("不是外部号码" in fault["text"]) == (language == "zh")
    assert filled.engine.orders == [] and len(names(filled)) == 3


# -- ordered ----------------------------------------------------------------------------------------------


def test_an_erasure_is_ordered_and_reaches_contacts(filled: House) -> None:
    program = Program(filled, "administer")
    found = told(erase(program, why=" request of today "), 202)
    (order,) = orders(filled)
    assert (order.author, order.why, order.at_once) == (program.token.author, "request of today", False)
    assert erasing.ORDER_ID.fullmatch(order.id) and NUMBER not in repr(order)
    assert set(order.marks) == marks_of(filled.places, NUMBER, "en")
    assert found == {"id": order.id, "repeated": False, "contacts_erased": 1, "contacts_kept": 1}
    assert names(filled) == ["Li", "Switchboard"]


def test_a_key_orders_once(filled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(filled)
    first = told(erase(program, at_once=True), 202)
    with monkeypatch.context() as repeated:
        repeated.setattr(filled.engine, "give", _once_more(filled))
        again = told(erase(program, at_once=True), 202)
    assert (again["id"], again["repeated"], again["contacts_erased"]) == (first["id"], True, 0)
    assert len({one.id for one in orders(filled)}) == 1 and all(one.at_once for one in orders(filled))
    other = told(Program(filled).post("/erasures", {"number": NUMBER, "why": "x"}), 202)
    assert other["id"] != first["id"], "another key, another erasure"


def _once_more(house: House) -> Callable[..., OrderAnswer]:
    """As an engine answers what it did before."""

    def give(order: ErasureOrder, *_: object) -> OrderAnswer:
        house.engine.orders.append(order)
        return OrderAnswer(1, Verdict.SAVED, 1, 1, repeated=True)

    return give


@pytest.mark.parametrize("more", [{"number": "13900000000"}, {"why": "other"}, {"at_once": True}])
def test_a_key_is_for_one_thing(filled: House, more: dict[str, object]) -> None:
    program = Program(filled)
    told(erase(program), 202)
    assert told(erase(program, **more), 422)["type"] == "urn:tipring:problem:key-used"
    assert len(orders(filled)) == 1


@pytest.mark.parametrize("body", [{}, {"number": NUMBER}, {"why": "x"}, {"number": NUMBER, "why": " \u3000"},
                                  {"number": NUMBER, "why": "x" * 501}, {"number": NUMBER, "why": "a\0b"},
                                  {"number": "1" * 61, "why": "x"}, {"number": 13700137000, "why": "x"},
                                  {"number": NUMBER, "why": "x", "at_once": 1},
                                  {"number": NUMBER, "why": "x", "order": "erasure-0123456789abcdef"}])  # fmt: skip
def test_a_body_that_says_something_else_is_refused(filled: House, body: object) -> None:
    assert told(Program(filled).post("/erasures", body), 400)["faults"]
    assert filled.engine.orders == [] and len(names(filled)) == 3


def test_what_the_engine_refuses_leaves_contacts(filled: House) -> None:
    filled.engine.verdict, filled.engine.reason = Verdict.REFUSED, "not-allowed"
    found = told(erase(Program(filled)), 409)
    assert (found["type"], found["reason"]) == ("urn:tipring:problem:refused", "not-allowed")
    assert len(names(filled)) == 3


@pytest.mark.parametrize("trouble", [Verdict.UNKNOWN, Verdict.NO_ENGINE, TimeoutError, RuntimeError])
def test_without_an_engine_the_same_key_does_it_later(
    filled: House, trouble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(filled)

    def give(order: ErasureOrder, *_: object) -> OrderAnswer:
        filled.engine.orders.append(order)
        if isinstance(trouble, Verdict):
            return OrderAnswer(0, trouble)
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(filled.engine, "give", give)
        answer = erase(program)
    assert told(answer, 503)["type"] == "urn:tipring:problem:no-engine" and answer.headers["Retry-After"]
    assert len(names(filled)) == 3
    told(erase(program), 202)
    assert len({one.id for one in orders(filled)}) == 1 and len(orders(filled)) == 2
    assert len(names(filled)) == 2


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("database is locked"), sqlite3.DatabaseError("malformed"),
              NewerSchema("made by a newer firmware")]
)  # fmt: skip
def test_contacts_in_use_are_erased_when_the_key_is_sent_again(
    filled: House, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise error

    program = Program(filled)
    with monkeypatch.context() as planted:
        planted.setattr(erasing, "forget_contacts", busy)
        answer = erase(program)
    assert told(answer, 503)["type"] == "urn:tipring:problem:busy" and answer.headers["Retry-After"]
    assert len(names(filled)) == 3
    found = told(erase(program), 202)
    assert found["contacts_erased"] == 1 and names(filled) == ["Li", "Switchboard"]
    assert [one.id for one in orders(filled)] == [found["id"]] * 2


def test_the_number_is_in_no_header_and_in_nothing_that_is_kept(
    filled: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    program = Program(filled)
    for answer in (
        program.post("/erasures/look", {"number": NUMBER}), erase(program), erase(program),
        erase(program, why="other"), program.get("/erasures"),
    ):  # fmt: skip
        assert NUMBER not in answer.text + str(answer.headers) + str(answer.request.url)
    assert NUMBER not in caplog.text
    for path in filled.places.root.rglob("*"):
        if path.is_file() and not path.name.startswith("history.db"):
            assert NUMBER.encode() not in path.read_bytes(), path


def test_what_a_key_was_used_for_cannot_be_tried_out(filled: House) -> None:
    """Its digest is over keyed marks: who has the file and guesses numbers finds none."""
    program = Program(filled)
    told(erase(program), 202)
    with closing(sqlite3.connect(filled.places.root / WEB_FILE)) as db:
        (before,) = db.execute("SELECT asked FROM made_once").fetchone()
    with closing(sqlite3.connect(filled.places.root / WEB_FILE)) as db, db:
        db.execute("DELETE FROM made_once")
    for path in Path(filled.places.secrets).rglob("*erasure*"):
        path.unlink()
    told(erase(program), 202)
    with closing(sqlite3.connect(filled.places.root / WEB_FILE)) as db:
        assert db.execute("SELECT asked FROM made_once").fetchone() != (before,)


# -- how they stand ---------------------------------------------------------------------------------------


@pytest.fixture
def ordered(filled: House) -> Iterator[House]:
    """Seven, each a second after the one before."""
    for at in range(1, 8):
        change(
            filled,
            "INSERT INTO erasures (id, author, why, marks, at_once, ordered_us, ordered_at, epoch, number)"
            " VALUES (?, 'boss', ?, '[]', 0, ?, ?, 1, ?)",
            (f"erasure-{at:016x}", f"request {at}", at * 1_000_000, 9_000_000 + at, at),
        )
    yield filled


def test_erasures_are_told_newest_first_a_page_at_a_time(ordered: House) -> None:
    program = Program(ordered, "administer")
    first = told(program.get("/erasures?most=4"))
    assert [one["why"] for one in first["erasures"]] == [f"request {at}" for at in (7, 6, 5, 4)]
    assert first["more"] and first["erasures"][0]["ordered_at"] == 9_000_007
    second = told(program.get("/erasures?most=4&skip=4"))
    assert [one["why"] for one in second["erasures"]] == [f"request {at}" for at in (3, 2, 1)]
    assert not second["more"]
    page = ordered.client("admin").get("/erasures").text
    assert [page.index(f"request {at}") for at in range(7, 0, -1)] == sorted(
        page.index(f"request {at}") for at in range(1, 8)
    )
    for wrong in ("most=0", "most=201", "skip=-1", "most=x", "id=1"):
        assert program.get(f"/erasures?{wrong}").status_code == 400


def test_how_an_erasure_stands_is_told_in_wall_time(ordered: House) -> None:
    change(ordered, "UPDATE erasures SET looked_us = 2, erased_us = 5, complete_us = 6 WHERE number = 7")
    change(ordered, "UPDATE erasures SET looked_us = 2 WHERE number = 6")
    for call, state in ((1, "done"), (2, "held"), (3, "living"), (4, "forgotten")):
        change(
            ordered, "INSERT INTO erasure_calls VALUES ('erasure-0000000000000006', ?, ?, 2)", (call, state)
        )
    with ordered.app.app_context():
        rows, offset_us = erasing.so_far(7)
    found = told(Program(ordered).get("/erasures"))["erasures"]
    assert offset_us and [one["state"] for one in found] == [one["state"] for one in rows]
    assert (found[0]["state"], found[1]["state"], found[2]["state"]) == ("complete", "working", "ordered")
    assert (found[0]["erased_at"], found[0]["complete_at"]) == (offset_us + 5, offset_us + 6)
    assert (found[2]["erased_at"], found[2]["complete_at"]) == (0, 0)
    assert (found[1]["held"], found[1]["living"], found[1]["calls"]) == ([2], 1, 2)


def test_what_still_holds_it_is_told_with_when_it_goes(
    ordered: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        dict(id="erasure-1", author="boss", why="x", ordered_us=1, ordered_at=2, erased_us=3, complete_us=None,
             at_once=0, state="waiting", calls=1, recordings=0, held=[], living=0,
             still=[{"place": "journal", "name": "7.log", "until_us": 40},
                    {"place": "reels", "name": "2.reel", "until_us": None}])
    ]  # fmt: skip
    monkeypatch.setattr(erasing, "so_far", lambda *_: (rows, 100))
    (one,) = told(Program(ordered).get("/erasures"))["erasures"]
    assert (one["erased_at"], one["complete_at"]) == (103, 0)
    assert one["still"] == [{"place": "journal", "name": "7.log", "until": 140},
                            {"place": "reels", "name": "2.reel", "until": 0}]  # fmt: skip


def test_a_history_that_cannot_be_read_is_busy(filled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.DatabaseError("malformed")

    monkeypatch.setattr(erasing, "history", broken)
    program = Program(filled)
    told(program.get("/erasures"), 503)
    told(program.post("/erasures/look", {"number": NUMBER}), 503)


# -- who --------------------------------------------------------------------------------------------------


def test_who_manages_contacts_alone_does_not_erase(filled: House) -> None:
    for scope in ("write:contacts", "write:settings", "supervise"):
        program = Program(filled, scope)
        assert erase(program).status_code == program.get("/erasures").status_code == 403
        assert program.post("/erasures/look", {"number": NUMBER}).status_code == 403
    assert filled.engine.orders == []


def test_a_damaged_key_of_marks_is_no_server_error(house: House) -> None:
    program = Program(house, "administer")
    program.post("/erasures/look", {"number": "13800138000"})
    key = house.places.secrets / ERASURE_SECRET
    key.write_bytes(key.read_bytes()[:3])
    assert program.post("/erasures/look", {"number": "13800138000"}).status_code == 503
