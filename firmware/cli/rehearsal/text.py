"""The readable report of a rehearsal, in English and Chinese."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from firmware.cli.call_log import printable
from firmware.cli.rehearsal.result import Json
from firmware.cli.words import said
from hwsim.scenario import Scenario

HEADS = {
    "en": ("call", "from", "line", "offered", "wait", "talk", "outcome", "agent", "why this agent"),
    "zh": ("呼叫", "主叫", "线路", "时间", "等待", "通话", "结果", "坐席", "选择理由"),
}
WORDS = {
    "en": {
        "offered": "offered", "service": "service level", "asa": "average speed of answer", "within": "within",
        "agents": "agent       talk s   idle s  wrap-up s  answered  missed", "expected": "expected",
        "held": "held", "broken": "NOT HELD", "recordings": "recordings", "ledger": "ledger",
        "unexplained": "unexplained seconds",
    },
    "zh": {
        "offered": "呼入", "service": "服务水平", "asa": "平均应答速度", "within": "阈值",
        "agents": "坐席        通话秒   空闲秒   话后秒    接听     漏接", "expected": "预期",
        "held": "成立", "broken": "不成立", "recordings": "录音", "ledger": "录音账",
        "unexplained": "无说明秒数",
    },
}  # fmt: skip
WIDTHS = (5, 14, 8, 8, 6, 6, 20, 6, 60)


def report_text(report: Json, scenario: Scenario, language: str) -> str:
    """A page of plain text."""
    words = WORDS[language]
    lines = [f"{scenario.about.name}: {scenario.about.description}".rstrip(": "), ""]
    lines.append(_row(HEADS[language]))
    lines += [_call(call, language) for call in report["calls"] if call["direction"] == "inbound"]
    lines += ["", _totals(report, language)]
    level, asa = report["service_level"], report["asa_s"]
    lines.append(
        f"{words['service']}: {_or_dash(level['percent'])} % ({words['within']} {level['threshold_s']:g} s); "
        f"{words['asa']}: {_or_dash(asa)} s; {words['recordings']}: {len(report['recordings'])}; "
        f"{words['ledger']}: {report['ledger']['unexplained_s']} {words['unexplained']}"
    )
    lines += ["", words["agents"], *(_agent(agent) for agent in report["agents"])]
    if report["expectations"]:
        lines += ["", f"{words['expected']}:"]
        lines += [_expectation(one, words) for one in report["expectations"]]
    return "\n".join(lines)


def _call(call: Json, language: str) -> str:
    outcome = call["outcome"] or "-"
    name = said(outcome, language)
    waited_until = call["answered_at"] if call["answered_at"] is not None else call["released_at"]
    wait = None if call["queued_at"] is None or waited_until is None else waited_until - call["queued_at"]
    return _row(
        (
            str(call["id"]), printable(call["from"]) or "-", call["line"], f"{call['offered_at']:.1f}",
            _or_dash(wait), _or_dash(call["talk_s"]), name, call["agent"] or "-", call["why"],
        )
    )  # fmt: skip


def _totals(report: Json, language: str) -> str:
    counts = dict(report["totals"])
    offered = counts.pop("offered")
    parts = [f"{said(name, language)} {count}" for name, count in counts.items() if count]
    return f"{WORDS[language]['offered']} {offered} = " + (" + ".join(parts) or "0")


def _agent(agent: Json) -> str:
    return (
        f"{agent['id']:<10}{agent['talk_s']:>8.0f}{agent['idle_s']:>9.0f}{agent['wrapup_s']:>11.0f}"
        f"{agent['answered']:>10}{agent['missed']:>8}"
    )


def _expectation(one: Json, words: dict[str, str]) -> str:
    least, most = ("" if one[bound] is None else one[bound] for bound in ("least", "most"))
    judged = words["held"] if one["held"] else words["broken"]
    return f"  {judged:<9} {one['name']}: {one['figure']} = {one['value']} ({least}..{most})"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _row(cells: Iterable[str]) -> str:
    return "  ".join(_padded(cell, width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def _padded(text: str, width: int) -> str:
    """To a terminal's columns: a Chinese character takes two."""
    columns = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(0, width - columns)
