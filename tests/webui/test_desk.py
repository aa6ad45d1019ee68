"""An agent's desk: orders in his own name alone, once each; who calls; what he may see of others' calls."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.numbers import Number, rules_of
from firmware.business.store import open_business
from firmware.protocol.inputs import AgentOrder, CallOrder, DispositionOrder
from firmware.protocol.order_format import Verdict
from tests.webui.house import House
from webui.access.people import Person
from webui.live.events import sees_of

XSS = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def order(house: House, role: str = "agent", **told: Any) -> TestResponse:
    return house.client(role).post(
        "/desk/orders", json={"id": "0123456789ab"} | told, headers={"X-CSRF-Token": house.csrf(role)}
    )


def test_orders_are_the_agent_s_own(house: House) -> None:
    assert order(house, what="agent", do="not-ready", reason="break", agent="810").json == {
        "done": True,
        "repeated": False,
    }
    assert order(house, what="call", do="hold", call=7, agent="810", author="boss").status_code == 200
    assert (
        order(house, what="disposition", call=7, code="sold", note="blue ones", agent="810").status_code
        == 200
    )
    assert house.engine.orders == [
        AgentOrder("web:wang:0123456789ab", "wang", "800", "not-ready", reason="break"),
        CallOrder("web:wang:0123456789ab", "wang", "hold", call=7, agent="800"),
        DispositionOrder("web:wang:0123456789ab", "wang", 7, "800", "sold", "blue ones"),
    ]


@pytest.mark.parametrize("do", ["listen", "whisper", "barge", "take-over", "redirect", "dial", "explode", ""])
def test_what_no_agent_may_is_not_passed_on(house: House, do: str) -> None:
    assert order(house, what="call", do=do, call=7).status_code == 400
    assert house.engine.orders == []


def test_who_is_no_agent_orders_nothing(house: House) -> None:
    assert order(house, "supervisor", what="agent", do="ready").status_code == 400
    assert order(house, "technician", what="agent", do="ready").status_code == 403
    assert house.engine.orders == []
    assert "no agent" in house.client("supervisor").get("/desk").text


def test_a_refusal_is_told_in_words(house: House) -> None:
    house.engine.verdict, house.engine.reason = Verdict.REFUSED, "not-talking"
    answer = order(house, what="call", do="hold")
    assert answer.status_code == 409 and answer.json is not None and answer.json["text"] == "not talking"
    house.client("agent").set_cookie("language", "zh")
    house.doors.alter(Person("wang", "agent", agent="800", language="zh"), "wang")
    answer = order(house, what="call", do="hold")
    assert answer.json is not None and answer.json["text"] == "不在通话中"


@pytest.mark.parametrize("verdict", [Verdict.NO_ENGINE, Verdict.UNKNOWN])
def test_an_engine_that_is_away_is_asked_again_by_the_page(house: House, verdict: Verdict) -> None:
    house.engine.verdict = verdict
    assert order(house, what="call", do="hold").status_code == 503


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    max_leaves=6,
)
KEYS = ("id", "what", "do", "call", "leg", "number", "reason", "extension", "code", "note", "auto")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_whatever_is_sent_gets_an_answer(house: House, told: dict[str, Any]) -> None:
    assert order(house, **told).status_code in (200, 400)
    assert all(getattr(one, "agent", "") == "800" for one in house.engine.orders)


def test_who_calls_is_known_in_any_form_of_the_number(house: House) -> None:
    with closing(open_business(house.places.business_db)) as db:
        rules = rules_of(house.site.config)
        draft = Draft(name=XSS, company="Acme", vip=True, numbers=(Number("139 1111-2222"),))
        Contacts(db, rules).add(draft, author="boss", at=1)
    for number in ("+8613911112222", "013911112222", "139-1111-2222"):
        told = house.client("agent").get("/desk/caller", query_string={"number": number}).json
        assert told is not None
        assert [(one["shown"], one["vip"]) for one in told["contacts"]] == [(XSS, True)]


@pytest.mark.parametrize("number", ["", "x" * 5000, "%", "' OR 1=1 --", "\0", "١٢٣", "🙂"])
def test_any_number_may_call(house: House, number: str) -> None:
    answer = house.client("agent").get("/desk/caller", query_string={"number": number})
    assert answer.json is not None and answer.json["contacts"] == []


def test_an_agent_sees_the_calls_he_has_part_in(house: House) -> None:
    sees = sees_of(Person("wang", "agent", agent="800"))
    assert sees({"kind": "call", "agents": ["800", "810"]})
    assert not sees({"kind": "call", "agents": ["810"]})
    assert not sees_of(Person("new", "agent"))({"kind": "call", "agents": [""]})
    assert sees({"kind": "agent", "id": "810"})
    assert sees_of(Person("mei", "supervisor"))({"kind": "call", "agents": []})
