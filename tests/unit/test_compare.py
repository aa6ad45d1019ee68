from __future__ import annotations

from typing import Any

from firmware.cli.rehearsal.compare import compare, compare_text
from firmware.cli.rehearsal.result import totals


def call(number: int, outcome: str, answered_at: float | None, released_at: float) -> dict[str, Any]:
    return {
        "id": number,
        "direction": "inbound",
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


def test_a_call_that_only_one_has_is_not_close() -> None:
    found = compare(hour(), hour(call(100, "answered", 1005.0, 1009.0)))
    assert not found["close"]
    assert found["alone"] == [{"in": "fast", "call": 100, "offered_at": 1000.0}]
