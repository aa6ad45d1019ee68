from __future__ import annotations

from typing import Any

from firmware.cli.rehearsal.compare import compare, compare_text
from firmware.cli.rehearsal.result import totals


def call(number: int, outcome: str, answered_at: float | None, released_at: float) -> dict[str, Any]:
    return {
        "id": number,
        "direction": "inbound",
        "line": "line-1",
        "from": f"1380000{number:04}",
        "offered_at": 10.0 * number,
        "answered_at": answered_at,
        "released_at": released_at,
        "outcome": outcome,
    }


def report(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"scenario": "x", "calls": list(calls), "totals": totals(calls)}


def hour(*changed: dict[str, Any]) -> dict[str, Any]:
    """100 answered calls, some replaced."""
    calls = {number: call(number, "answered", 10.0 * number + 5, 10.0 * number + 9) for number in range(100)}
    return report(*{**calls, **{one["id"]: one for one in changed}}.values())


def test_the_same_hour_is_close() -> None:
    assert compare(hour(), hour())["close"]


def test_a_call_decided_by_less_than_a_second_is_listed_and_close() -> None:
    found = compare(hour(), hour(call(7, "abandoned_in_queue", None, 75.4)))
    assert found["close"]
    (one,) = found["differing"]
    assert (one["call"], one["margin_s"]) == (7, 0.4)
    assert "decided by 0.40 s" in compare_text(found)


def test_a_call_decided_by_more_is_not_close() -> None:
    assert not compare(hour(), hour(call(7, "abandoned_in_queue", None, 76.5)))["close"]


def test_three_in_a_hundred_are_not_close() -> None:
    changed = [call(number, "abandoned_in_queue", None, 10.0 * number + 5.1) for number in (1, 2, 3)]
    assert not compare(hour(), hour(*changed))["close"]


def test_a_caller_whom_only_one_model_lets_in_is_decided_by_the_call_before() -> None:
    late = call(99, "answered", 995.0, 999.6)
    found = compare(hour(), hour(late, call(100, "answered", 1005.0, 1009.0)))
    (one,) = found["differing"]
    assert (one["call"], one["full"], one["fast"], one["margin_s"]) == (100, "line busy", "answered", 0.6)
    assert found["close"]


def test_a_caller_out_of_nowhere_is_not_close() -> None:
    assert not compare(report(), report(call(1, "answered", 15.0, 19.0)))["close"]
