"""The readable report of a rehearsal, in English and Chinese."""

from __future__ import annotations

from typing import Any

from firmware.cli.rehearsal.result import Json
from firmware.cli.tables import padded, text_table
from firmware.cli.words import said
from hwsim.scenario import Scenario

HEADS = {
    "en": ("call", "from", "line", "at s", "wait s", "talk s", "outcome", "agent", "why this agent"),
    "zh": ("呼叫", "主叫", "线路", "时刻（秒）", "等待秒", "通话秒", "结果", "坐席", "选择理由"),
}
WORDS = {
    "en": {
        "offered": "offered", "service": "service level", "asa": "average speed of answer", "within": "within",
        "agents": ("agent", "talk s", "idle s", "wrap-up s", "answered", "missed"), "expected": "expected",
        "held": "held", "broken": "NOT HELD", "least": "at least", "most": "at most",
        "recordings": "recordings", "ledger": "ledger",
        "unexplained": "unexplained seconds",
    },
    "zh": {
        "offered": "呼入", "service": "服务水平", "asa": "平均应答速度", "within": "阈值",
        "agents": ("坐席", "通话秒", "空闲秒", "话后秒", "接听", "漏接"), "expected": "预期",
        "held": "成立", "broken": "不成立", "least": "至少", "most": "至多", "recordings": "录音", "ledger": "录音账",
        "unexplained": "无说明秒数",
    },
}  # fmt: skip
AGENT = ("id", "talk_s", "idle_s", "wrapup_s", "answered", "missed")


def report_text(report: Json, scenario: Scenario, language: str) -> str:
    """A page of plain text."""
    words: dict[str, Any] = WORDS[language]
    lines = [f"{scenario.about.name}: {scenario.about.description}".rstrip(": "), ""]
    inbound = [call for call in report["calls"] if call["direction"] == "inbound"]
    lines.append(text_table(HEADS[language], [_call(call, language) for call in inbound]))
    lines += ["", _totals(report, language)]
    level, asa = report["service_level"], report["asa_s"]
    lines.append(
        f"{words['service']}: {_or_dash(level['percent'])} % ({words['within']} {level['threshold_s']:g} s); "
        f"{words['asa']}: {_or_dash(asa)} s; {words['recordings']}: {len(report['recordings'])}; "
        f"{words['ledger']}: {report['ledger']['unexplained_s']:g} {words['unexplained']}"
    )
    lines += ["", text_table(words["agents"], [[agent[key] for key in AGENT] for agent in report["agents"]])]
    if report["expectations"]:
        lines += ["", f"{words['expected']}:"]
        lines += [_expectation(one, words) for one in report["expectations"]]
    return "\n".join(lines)


def _call(call: Json, language: str) -> tuple[Any, ...]:
    waited_until = call["answered_at"] if call["answered_at"] is not None else call["released_at"]
    wait = None if call["queued_at"] is None or waited_until is None else waited_until - call["queued_at"]
    outcome = said(call["outcome"] or "-", language)
    times = (call["offered_at"], wait, call["talk_s"])
    return (call["id"], call["from"], call["line"], *times, outcome, call["agent"], call["why"])


def _totals(report: Json, language: str) -> str:
    counts = dict(report["totals"])
    offered = counts.pop("offered")
    parts = [f"{said(name, language)} {count}" for name, count in counts.items() if count]
    return f"{WORDS[language]['offered']} {offered} = " + (" + ".join(parts) or "0")


def _expectation(one: Json, words: dict[str, Any]) -> str:
    judged = words["held"] if one["held"] else words["broken"]
    bounds = ", ".join(
        f"{words[bound]} {_plain(one[bound])}" for bound in ("least", "most") if one[bound] is not None
    )
    return f"  {padded(judged, 9)} {one['name']}: {one['figure']} = {_plain(one['value'])} ({bounds})"


def _plain(value: float | None) -> str:
    """A number as people write it; a figure that nobody knows is a dash."""
    return "-" if value is None else f"{round(value, 3):.10g}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
