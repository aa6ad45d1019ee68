"""Orders of programs: made once whatever is sent again, all faults told, nothing beyond the token's agent."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.protocol.inputs import AgentOrder, CallOrder, DispositionOrder, QueueOrder
from firmware.protocol.order_format import OrderAnswer, Verdict
from tests.webui.house import House
from tests.webui.programs import Program

KEY = "crm-2026-0001"


def test_an_order_carries_the_tokens_name_and_the_key(house: House) -> None:
    program = Program(house, "call")
    asked = {"do": "call", "number": "13901234567", "extension": "801"}
    answer = program.post("/orders/call", asked, Idempotency_Key=KEY)
    assert answer.json == {"done": True, "repeated": False, "record": "1-1"}
    author = f"api:{program.token.id}"
    assert house.engine.orders == [CallOrder(f"{author}:{KEY}", author, "call", "801", "13901234567")]


def test_a_repeated_post_has_the_same_id_and_other_tokens_another(house: House) -> None:
    """The engine does an id once: `tests/unit/test_engine_orders*`."""
    one, other = Program(house, "call"), Program(house, "call")
    for program in (one, one, other):
        program.post("/orders/call", {"do": "dial", "number": "1", "agent": "800"}, Idempotency_Key=KEY)
    first, again, others = [getattr(order, "id", "") for order in house.engine.orders]
    assert first == again != others


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "with space", "käse-käse", "a:b:c:d:e:f", "../../../../"]
)
def test_without_a_key_nothing_is_done(house: House, key: str) -> None:
    answer = Program(house).post("/orders/queue", {"do": "close", "queue": "sales"}, Idempotency_Key=key)
    assert answer.status_code == 400 and house.engine.orders == []
    assert answer.json is not None and answer.json["type"].endswith(":no-key")


def test_each_kind_of_order_arrives(house: House) -> None:
    program = Program(house)
    for noun, asked in (
        ("agent", {"do": "not-ready", "agent": "800", "reason": "lunch"}),
        ("disposition", {"call": 7, "agent": "800", "code": "sold", "note": "two\nlines"}),
        ("queue", {"do": "close", "queue": "sales"}),
        ("supervision", {"do": "whisper", "extension": "802", "leg": 4}),
        ("service", {"service": "shop", "mode": "night"}),
        ("telephone", {"extension": "801", "what": "busy", "value": "802"}),
    ):
        assert program.post(f"/orders/{noun}", asked).status_code == 200, noun
    assert [type(one) for one in house.engine.orders[:3]] == [AgentOrder, DispositionOrder, QueueOrder]
    assert len(house.engine.orders) == 6


def test_a_refusal_is_told_in_the_readers_language(house: House) -> None:
    house.engine.verdict, house.engine.reason = Verdict.REFUSED, "no-such-queue"
    program, asked = Program(house), {"do": "close", "queue": "x"}
    english = program.post("/orders/queue", asked, Accept_Language="en").json
    chinese = program.post("/orders/queue", asked, Accept_Language="zh-CN,zh;q=0.9")
    assert english is not None and chinese.json is not None
    assert english["reason"] == chinese.json["reason"] == "no-such-queue" and english["status"] == 409
    assert chinese.json["detail"] == "无此队列" and chinese.headers["Content-Language"] == "zh"


@pytest.mark.parametrize("wrong", [TimeoutError, RuntimeError, None])
def test_when_nobody_answers_asking_again_is_safe_and_said_so(
    house: House, monkeypatch: pytest.MonkeyPatch, wrong: type[Exception] | None
) -> None:
    def give(*_: object) -> OrderAnswer:
        if wrong is not None:
            raise wrong
        return OrderAnswer(1, Verdict.NO_ENGINE)

    monkeypatch.setattr(house.engine, "give", give)
    answer = Program(house).post("/orders/queue", {"do": "close", "queue": "sales"})
    assert answer.status_code == 503 and answer.headers["Retry-After"]


@pytest.mark.parametrize(
    ("noun", "asked"),
    [
        ("agent", {"do": "ready", "agent": "810"}),
        ("call", {"do": "call", "number": "1", "agent": "810"}),
        ("call", {"do": "call", "number": "1", "extension": "802"}),
        ("disposition", {"call": 1, "agent": "810"}),
        ("telephone", {"extension": "802", "what": "always", "value": "1"}),
    ],
)
def test_a_token_of_one_agent_speaks_for_nobody_else(house: House, noun: str, asked: dict[str, Any]) -> None:
    program = Program(house, "agent", "call", agent="800")
    assert program.post(f"/orders/{noun}", asked).status_code == 403
    assert house.engine.orders == []


def test_a_token_of_one_agent_speaks_for_this_one(house: House) -> None:
    program = Program(house, "agent", "call", agent="800")
    program.post("/orders/call", {"do": "hold"})
    program.post("/orders/agent", {"do": "ready", "agent": "800"})
    program.post("/orders/telephone", {"extension": "801", "what": "busy", "value": ""})
    assert [getattr(one, "agent", "seat") for one in house.engine.orders] == ["800", "800", "seat"]


def test_all_that_is_wrong_is_told_at_once(house: House) -> None:
    asked = {"do": "fly", "number": 5, "call": -1, "leg": 2**60, "nonsense": 1, "agent": "x" * 300}
    answer = Program(house).post("/orders/call", asked)
    assert answer.status_code == 400 and answer.json is not None
    told = {one["at"] for one in answer.json["faults"]}
    assert told == {"$.do", "$.number", "$.call", "$.leg", "$.nonsense", "$.agent"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"do": "\\ud800"}', 400),
        (b'{"do": "close", "queue": "\xff"}', 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"do":' * 30_000 + b"1" + b"}" * 30_000, 400),
        (b'{"do": "' + b"x" * 300_000 + b'"}', 413),
        (b'{"do": "close", "queue": 1e400}', 400),
        (b'{"do": "close", "queue": ' + b"9" * 5000 + b"}", 400),
        (b'{"do": "close", "queue": "a\\u0000b"}', 400),
    ],
)  # fmt: skip
def test_hostile_json_is_refused(house: House, body: bytes, status: int) -> None:
    answer = Program(house).post("/orders/queue", body)
    assert answer.status_code == status and answer.mimetype == "application/problem+json"
    assert house.engine.orders == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_other_kinds_of_content_are_refused(house: House, kind: str) -> None:
    """A form of a foreign page can send those without asking first."""
    answer = Program(house).post("/orders/queue", {"do": "close", "queue": "sales"}, Content_Type=kind)
    assert answer.status_code == 415 and house.engine.orders == []
