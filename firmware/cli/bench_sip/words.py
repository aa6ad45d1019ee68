"""What the bench prints, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from firmware.cli.bench_sip import figures
from firmware.cli.bench_sip.asterisk import ABSENT

HEADS = {
    "en": "{program}: {calls} calls at once, trunk to queue to telephone, {record}",
    "zh": "{program}：同时 {calls} 路通话，中继到队列到话机，{record}",
}
RECORDED = {"en": ("not recorded", "recorded"), "zh": ("不录音", "录音")}
RATES = {"en": "{rate:g} calls a second", "zh": "每秒 {rate:g} 个呼叫"}
LEVELS = {
    "en": "{calls:>5} calls, {legs} legs, {seconds} s: {shares} % of a core",
    "zh": "{calls:>5} 路通话，{legs} 个支路，{seconds} 秒：占一个核 {shares} %",
}
LEG = {
    "en": "one more leg: {both} % of a core ({shares}); budget {budget} %",
    "zh": "每增加一个支路：占一个核 {both} %（{shares}）；预算 {budget} %",
}
CALLS = {
    "en": "calls: {answered} held to their end, {failed} failed, {served} at telephones; "
    "{recordings} recordings of {recordings_wanted}",
    "zh": "呼叫：{answered} 个通话到结束，{failed} 个失败，话机接听 {served} 个；"
    "录音 {recordings}/{recordings_wanted}",
}
ANSWER = {
    "en": "INVITE to 200: p50 {p50:g} ms, p99 {p99:g} ms, most {most:g} ms; budget p99 {budget:g} ms",
    "zh": "INVITE 到 200：p50 {p50:g} 毫秒，p99 {p99:g} 毫秒，最大 {most:g} 毫秒；预算 p99 {budget:g} 毫秒",
}
RING = {
    "en": "INVITE to 180 or 183: p50 {p50:g} ms, p99 {p99:g} ms of {count} calls",
    "zh": "INVITE 到 180 或 183：{count} 个呼叫 p50 {p50:g} 毫秒，p99 {p99:g} 毫秒",
}
GAPS = {
    "en": "RTP gaps at the far ends: p50 {p50:g} ms, p99 {p99:g} ms, p99.9 {p999:g} ms, most {most:g} ms; "
    "budget p99 {budget:g} ms",
    "zh": "对端 RTP 间隔：p50 {p50:g} 毫秒，p99 {p99:g} 毫秒，p99.9 {p999:g} 毫秒，最大 {most:g} 毫秒；"
    "预算 p99 {budget:g} 毫秒",
}
PACKETS = {"en": "RTP packets: {received}, lost {lost}", "zh": "RTP 包：{received}，丢失 {lost}"}
MACHINE = {
    "en": "the machine itself stood still for {ticks_stood} ticks, at most {longest_ms:.0f} ms: "
    "{excused} gaps are not counted",
    "zh": "机器本身停顿了 {ticks_stood} 个节拍，最长 {longest_ms:.0f} 毫秒：{excused} 个间隔不计",
}
RATIO = {
    "en": "a leg of the box costs {ratio} of a leg of Asterisk; budget {budget}",
    "zh": "本机每支路的开销为 Asterisk 的 {ratio}；预算 {budget}",
}
WITHIN = {"en": "within the budget", "zh": "在预算之内"}
OVER = {"en": "OVER THE BUDGET: {what}", "zh": "超出预算：{what}"}


def text(result: Mapping[str, Any], language: str = "en") -> str:
    """Of all boxes that were measured."""
    parts = ["\n".join(_lines(one, language)) for one in result["programs"]]
    if "absent" in result:
        parts.append(ABSENT[language])
    if result.get("ratio") is not None:
        parts.append(RATIO[language].format(ratio=result["ratio"], budget=figures.BUDGET_RATIO))
    return "\n\n".join(parts)


def _lines(one: Mapping[str, Any], language: str) -> list[str]:
    record = RECORDED[language][one["record"]]
    lines = [HEADS[language].format(program=one["program"], calls=one["levels"][-1]["calls"], record=record)]
    if one["rate"]:
        lines.append(RATES[language].format(rate=one["rate"]))
    lines += [LEVELS[language].format(**level, shares=_shares(level["percent"])) for level in one["levels"]]
    if "per_leg_percent" in one:
        leg = one["per_leg_percent"]
        each = _shares({name: share for name, share in leg.items() if name != "both"})
        budget = figures.BUDGET_PER_LEG_PERCENT
        lines.append(LEG[language].format(both=leg["both"], shares=each, budget=budget))
    return [*lines, *_calls(one, language), _verdict(one["over_budget"], language)]


def _calls(one: Mapping[str, Any], language: str) -> list[str]:
    lines = [CALLS[language].format(**one)]
    lines.append(ANSWER[language].format(**one["answered_ms"], budget=figures.BUDGET_DELAY_MS))
    if one["ringing_ms"]["count"]:
        lines.append(RING[language].format(**one["ringing_ms"]))
    lines.append(GAPS[language].format(**one["rtp_gap_ms"], budget=figures.BUDGET_GAP_MS))
    lines.append(PACKETS[language].format(received=one["rtp_received"], lost=one["rtp_lost"]))
    if one.get("rtp_gaps_excused"):
        lines.append(MACHINE[language].format(**one["machine"], excused=one["rtp_gaps_excused"]))
    if one["counters"]:
        lines.append(", ".join(f"{name} {count}" for name, count in one["counters"].items()))
    return lines


def _shares(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:g}" for name, share in shares.items())


def _verdict(over: Sequence[str], language: str) -> str:
    return OVER[language].format(what=", ".join(over)) if over else WITHIN[language]
