"""Legal holds for programs: placed once for a key, ended by who administers, refused as orders are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from firmware.protocol.inputs import HoldOrder
from firmware.protocol.order_format import OrderAnswer, Verdict
from tests.webui.house import House
from tests.webui.past import calls_of, change, put_past
from tests.webui.programs import Program

KEY = "hold-call-1"
DOES = ("hold", "release")


class Case:
    """Agent 801's first call, and a program that may all."""

    def __init__(self, house: House) -> None:
        put_past(house)
        self.house, self.program = house, Program(house)
        self.call = calls_of(house, "801")[0]
        self.other = calls_of(house, "802")[0]

    def ask(self, does: str, why: object = "court order", call: int = 0) -> TestResponse:
        return self.program.post(f"/calls/{call or self.call}/{does}", {"why": why}, Idempotency_Key=KEY)

    def put_hold(self, name: str, placed_us: int = 1, call: int = 0) -> None:
        change(
            self.house,
            "INSERT INTO legal_holds (id, author, why, call, recording, marks, shown, placed_us, placed_at)"
            " VALUES (?, 'mei', 'court order', ?, '', '[]', '', ?, 1795395600000000)",
            (name, call or self.call, placed_us),
        )

    @property
    def orders(self) -> list[HoldOrder]:
        return [one for one in self.house.engine.orders if isinstance(one, HoldOrder)]


@pytest.fixture
def case(house: House) -> Case:
    return Case(house)


@pytest.fixture
def held(case: Case) -> Case:
    case.put_hold("hold-1")
    return case


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def once_more(house: House) -> Callable[..., OrderAnswer]:
    """As an engine answers what it did before."""

    def give(order: HoldOrder, *_: object) -> OrderAnswer:
        house.engine.orders.append(order)
        return OrderAnswer(1, Verdict.SAVED, 1, 1, repeated=True)

    return give


# -- placed -----------------------------------------------------------------------------------------------


def test_a_hold_is_the_order_the_page_gives(case: Case) -> None:
    case.program = Program(case.house, "supervise")
    found = told(case.ask("hold", " court order "))
    (order,) = case.orders
    assert order == HoldOrder(order.id, case.program.token.author, "place", "court order", call=case.call)
    assert found == {"id": order.id, "repeated": False} and order.id.startswith("hold-")


def test_a_key_places_one_hold(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    first = told(case.ask("hold"))
    monkeypatch.setattr(case.house.engine, "give", once_more(case.house))
    assert told(case.ask("hold")) == {"id": first["id"], "repeated": True}
    assert {one.id for one in case.orders} == {first["id"]}


def test_a_call_that_is_not_there_is_not_held(case: Case, house: House) -> None:
    for call in (0, 999_999, 999_999_999_999_999):
        assert case.program.post(f"/calls/{call}/hold", {"why": "x"}).status_code == 404
    assert case.orders == []


def test_a_box_without_calls_holds_none(house: House) -> None:
    program = Program(house)
    assert [program.post(f"/calls/1/{one}", {"why": "x"}).status_code for one in DOES] == [404, 404]
    assert house.engine.orders == []


# -- ended ------------------------------------------------------------------------------------------------


def test_the_hold_of_the_call_is_ended(held: Case) -> None:
    held.program = Program(held.house, "administer")
    assert told(held.ask("release", " closed ")) == {"id": "hold-1", "repeated": False}
    (order,) = held.orders
    assert order == HoldOrder(order.id, held.program.token.author, "release", "closed", hold="hold-1")


def test_a_key_ends_one_hold_also_where_there_are_more(held: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    held.put_hold("hold-2", placed_us=2)
    told(held.ask("release"))
    change(held.house, "UPDATE legal_holds SET released_us = 3 WHERE id = 'hold-1'")
    monkeypatch.setattr(held.house.engine, "give", once_more(held.house))
    assert told(held.ask("release")) == {"id": "hold-1", "repeated": True}
    assert {(one.id, one.hold) for one in held.orders} == {(held.orders[0].id, "hold-1")}
    other = told(held.program.post(f"/calls/{held.call}/release", {"why": "court order"}))
    assert other["id"] == "hold-2" and len({one.id for one in held.orders}) == 2


def test_what_is_not_held_is_not_released(case: Case) -> None:
    case.put_hold("hold-1", call=case.other)
    told(case.ask("release"), 404)
    change(case.house, "UPDATE legal_holds SET released_us = 3")
    told(case.ask("release", call=case.other), 404)
    assert case.orders == []


# -- both -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("does", DOES)
def test_a_key_is_for_one_thing(held: Case, does: str) -> None:
    told(held.ask(does))
    held.put_hold("hold-2", call=held.other)
    for answer in (
        held.ask(does, "other"), held.ask(does, call=held.other), held.ask(DOES[does == "hold"]),
    ):  # fmt: skip
        assert told(answer, 422)["type"] == "urn:tipring:problem:key-used"
    assert len(held.orders) == 1


@pytest.mark.parametrize("does", DOES)
@pytest.mark.parametrize("why", ["", " \u3000", "x" * 501, "a\0b", "a\nb", 7, None])
def test_why_it_is_has_to_be_told(held: Case, does: str, why: object) -> None:
    (fault,) = told(held.ask(does, why), 400)["faults"]
    assert fault["at"] == "$.why" and held.orders == []


@pytest.mark.parametrize("does", DOES)
def test_everything_that_is_wrong_is_told_at_once(held: Case, does: str) -> None:
    answer = held.program.post(f"/calls/{held.call}/{does}", {"hold": "hold-1", "author": "boss"})
    assert {one["at"] for one in told(answer, 400)["faults"]} == {"$.hold", "$.author", "$.why"}
    answer = held.program.post(f"/calls/{held.call}/{does}", {"why": "x"}, Idempotency_Key="")
    assert told(answer, 400)["type"] == "urn:tipring:problem:no-key" and held.orders == []


@pytest.mark.parametrize("does", DOES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_engine_refuses_is_told_in_the_readers_language(
    held: Case, does: str, language: str
) -> None:
    held.house.engine.verdict, held.house.engine.reason = Verdict.REFUSED, "not-possible"
    body = {"why": "x"}
    found = told(held.program.post(f"/calls/{held.call}/{does}", body, Accept_Language=language), 409)
    assert (found["type"], found["reason"]) == ("urn:tipring:problem:refused", "not-possible")
    assert (found["detail"] == "not possible") == (language == "en")


@pytest.mark.parametrize("does", DOES)
@pytest.mark.parametrize("trouble", [Verdict.UNKNOWN, Verdict.NO_ENGINE, TimeoutError, RuntimeError])
def test_without_an_engine_the_same_key_does_it_later(
    held: Case, does: str, trouble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(order: HoldOrder, *_: object) -> OrderAnswer:
        held.house.engine.orders.append(order)
        if isinstance(trouble, Verdict):
            return OrderAnswer(0, trouble)
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(held.house.engine, "give", give)
        answer = held.ask(does)
    assert told(answer, 503)["type"] == "urn:tipring:problem:no-engine" and answer.headers["Retry-After"]
    told(held.ask(does))
    assert len(held.orders) == 2 and held.orders[0] == held.orders[1]


def test_who_may_hold_may_not_release(held: Case) -> None:
    may = {"supervise": (200, 403), "administer": (403, 200), "read:calls": (403, 403), "call": (403, 403)}
    for scope, wanted in may.items():
        held.program = Program(held.house, scope)
        assert tuple(held.ask(one).status_code for one in DOES) == wanted, scope
