"""What a scenario expects of its report and of what happened, held or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from firmware.cli.rehearsal.result import Json
from firmware.cli.rehearsal.watch import text
from hwsim.scenario import Expect


def figures(report: Mapping[str, Any]) -> dict[str, float | None]:
    """Every figure of `hwsim.figures.NAMES`; None where there was nothing to measure."""
    calls: list[Json] = report["calls"]
    found: dict[str, float | None] = {f"totals.{name}": count for name, count in report["totals"].items()}
    found["service_level.percent"] = report["service_level"]["percent"]
    found["asa_s"] = report["asa_s"]
    found["calls"] = len(calls)
    found["outbound"] = sum(call["direction"] == "outbound" for call in calls)
    found["internal"] = sum(call["direction"] == "internal" for call in calls)
    found["still_open"] = sum(call["released_at"] is None for call in calls)
    found["longest_call_s"] = max((_spent(call) for call in calls), default=0.0)
    found["longest_queue_s"] = max((_waited(call) for call in calls), default=0.0)
    found["recordings"] = len(report["recordings"])
    found["unrecorded"] = sum(_unrecorded(call) for call in calls)
    found["missed"] = sum(agent["missed"] for agent in report["agents"])
    found["held"] = sum((call["hold_s"] or 0) > 0 for call in calls)
    found["ledger.unexplained_s"] = report["ledger"]["unexplained_s"]
    found["transfers"] = report["transfers"]
    found["conferences"] = report["conferences"]
    return found


def expectations(
    expects: Iterable[Expect],
    report: Mapping[str, Any],
    count: Callable[[Expect], float | None] = lambda _: None,
) -> list[Json]:
    """One entry per expectation: `name`, `held`, the figure and its bounds. What nobody could measure is not held.

    `count` says how often an expected fact or entry of a diary was there.
    """
    there = figures(report)
    return [_judge(one, there[one.figure] if one.figure else count(one)) for one in expects]


def _judge(expect: Expect, value: float | None) -> Json:
    least = expect.least
    if not expect.figure and least is None and expect.most is None:
        least = 1.0
    held = (
        value is not None
        and (least is None or value >= least)
        and (expect.most is None or value <= expect.most)
    )
    return {
        "name": expect.name,
        "held": held,
        "figure": expect.figure or _label(expect),
        "value": value,
        "least": least,
        "most": expect.most,
    }


def _label(expect: Expect) -> str:
    """What was counted: `CallAnswered by=person from 10 s`, `ext-801 HeardTone busy`."""
    parts = [expect.fact, *(f"{key}={text(value)}" for key, value in expect.of.items())]
    parts += [expect.diary, expect.what, expect.about]
    parts += [f"from {expect.from_s:g} s"] * bool(expect.from_s) + [f"to {expect.to_s:g} s"] * bool(
        expect.to_s
    )
    return " ".join(filter(None, parts))


def _spent(call: Json) -> float:
    return (call["released_at"] or 0.0) - call["offered_at"] if call["released_at"] is not None else 0.0


def _waited(call: Json) -> float:
    if call["queued_at"] is None:
        return 0.0
    end = call["answered_at"] if call["answered_at"] is not None else call["released_at"]
    return (end - call["queued_at"]) if end is not None else 0.0


def _unrecorded(call: Json) -> bool:
    """A queued call in which a person talked with the caller and of which there is no recording."""
    return bool(call["queue"]) and (call["talk_s"] or 0) > 0 and not call["recordings"]
