"""Erasing a number by a page: looked over first, ordered by marks alone, and the contacts lose it, too."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from werkzeug.test import TestResponse

from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.numbers import Number, rules_of
from firmware.business.store import open_business, read_business
from firmware.cli.erase import marks_of
from firmware.protocol.inputs import ErasureOrder
from firmware.protocol.order_format import Verdict
from tests.webui.house import House
from tests.webui.past import change, put_past
from webui import erasing

NUMBER = "13700137000"


@pytest.fixture
def filled(house: House) -> House:
    put_past(house)
    change(house, "UPDATE calls SET from_number = ?, from_e164 = ? WHERE id = 1", (NUMBER, f"+86{NUMBER}"))
    with closing(open_business(house.places.business_db, durable=False)) as db:
        contacts = Contacts(db, rules_of(house.site.config))
        for name, numbers in (
            ("Wang", (NUMBER,)),
            ("Switchboard", (f"0086 {NUMBER}", "13900000000")),
            ("Li", ("8613",)),
        ):
            contacts.add(Draft(name=name, numbers=tuple(Number(one) for one in numbers)), author="x", at=1)
    return house


def post(house: House, path: str, **form: str) -> TestResponse:
    return house.client("admin").post(f"/erasures/{path}", data={"csrf": house.csrf("admin")} | form)


def looked(house: House) -> str:
    """Id of the order that is offered."""
    found = re.search(r'name="order" value="([^"]+)"', post(house, "look", number=NUMBER).text)
    assert found
    return found[1]


def names(house: House) -> list[tuple[str, int]]:
    with closing(read_business(house.places.business_db)) as db:
        contacts = Contacts(db, rules_of(house.site.config))
        return sorted((one.draft.name, len(one.draft.numbers)) for one in contacts.every())


def test_what_would_go_is_told_and_nothing_is_ordered(filled: House) -> None:
    text = post(filled, "look", number="137-0013-7000").text
    assert re.search(r"<dt>Calls</dt><dd>1\b", text) and re.search(r"<dt>Contacts</dt><dd>2\b", text)
    assert filled.engine.orders == [] and len(names(filled)) == 3


def test_an_erasure_is_ordered_and_reaches_contacts(filled: House) -> None:
    answer = post(filled, "order", number=NUMBER, why="request of today", order=looked(filled))
    (order,) = filled.engine.orders
    assert isinstance(order, ErasureOrder)
    assert (order.author, order.why, order.at_once) == ("boss", "request of today", False)
    assert set(order.marks) == marks_of(filled.places, NUMBER, "en") and NUMBER not in repr(order)
    assert "1 erased, 1 with other numbers" in answer.text and NUMBER not in answer.text
    assert names(filled) == [("Li", 1), ("Switchboard", 1)]
    assert NUMBER.encode() not in filled.places.business_db.read_bytes()


def test_what_the_engine_refuses_leaves_contacts(filled: House) -> None:
    filled.engine.verdict, filled.engine.reason = Verdict.REFUSED, "not-allowed"
    assert post(filled, "order", number=NUMBER, why="x", order=looked(filled)).status_code == 409
    filled.engine.verdict = Verdict.UNKNOWN
    assert post(filled, "order", number=NUMBER, why="x", order=looked(filled)).status_code == 409
    assert len(names(filled)) == 3


def test_contacts_in_use_are_erased_when_it_is_pressed_again(
    filled: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    order = looked(filled)
    with monkeypatch.context() as planted:
        planted.setattr(erasing, "forget_contacts", busy)
        answer = post(filled, "order", number=NUMBER, why="x", order=order)
    assert answer.status_code == 503 and f'value="{order}"' in answer.text and len(names(filled)) == 3
    assert post(filled, "order", number=NUMBER, why="x", order=order).status_code == 200
    assert [one.id for one in filled.engine.orders if isinstance(one, ErasureOrder)] == [order, order]
    assert len(names(filled)) == 2


@pytest.mark.parametrize("number", ["", "801", "110", "<script>", "٣٣٣", "٣٣٣٣٣٣٣"])
def test_what_is_nobodys_number_is_refused(filled: House, number: str) -> None:
    assert post(filled, "look", number=number).status_code == 422
    order = "erasure-0123456789abcdef"
    assert post(filled, "order", number=number, why="x", order=order).status_code == 422
    assert filled.engine.orders == []


def test_an_order_says_why_and_has_an_id_of_ours(filled: House) -> None:
    assert post(filled, "order", number=NUMBER, why=" ", order=looked(filled)).status_code == 422
    assert post(filled, "order", number=NUMBER, why="x", order="../x").status_code == 400
    assert post(filled, "order", number=NUMBER, why="x").status_code == 400
    assert filled.engine.orders == [] and len(names(filled)) == 3


def test_a_box_without_history_and_contacts_has_nothing_to_look_at(house: House) -> None:
    assert house.client("admin").get("/erasures").status_code == 200
    assert "<dt>Calls</dt><dd>0" in post(house, "look", number=NUMBER).text
