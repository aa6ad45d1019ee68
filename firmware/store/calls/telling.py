"""A call's moments in words, Chinese and English. What callers sent is told as it is: who shows it takes care."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from firmware.cli.reports.choices import tell as tell_others
from firmware.cli.words import said
from firmware.protocol.names import Cause
from firmware.store.calls.choosing import choice_said
from firmware.store.calls.story import Moment

# What -> (English, Chinese)
MOMENTS: Mapping[str, tuple[str, str]] = {
    "began": ("call begins: {direction} on {line}", "呼叫开始：{direction} {line}"),
    "caller": ("caller is {who}", "主叫 {who}"),
    "dialled": ("dials {number}", "拨打 {number}"),
    "routed": ("led to {routed_to} ({why})", "转入 {routed_to}（{why}）"),
    "line": ("over line {line}: {why}", "使用线路 {line}：{why}"),
    "refused": ("{wanted} is refused: {reason} ({cause})", "{wanted} 被拒：{reason}（{cause}）"),
    "box-answered": ("the box answers", "设备应答"),
    "service": ("service {service}: {mode} ({why})", "服务 {service}：{mode}（{why}）"),
    "flow": ("hears menu {flow}", "进入菜单 {flow}"),
    "language": ("goes on in language {language}", "语言选为 {language}"),
    "node": ("comes to {node} of menu {flow}", "到达菜单 {flow} 的 {node}"),
    "keyed": ("keys {digits} at {node}", "在 {node} 按键 {digits}"),
    "job": ("{name} is asked ({kind})", "查询 {name}（{kind}）"),
    "job-ended": ("{name} answers: {result} {reason}", "{name} 返回：{result} {reason}"),
    "flow-left": ("leaves menu {flow}: {why}", "离开菜单 {flow}：{why}"),
    "queued": ("waits in queue {queue} at position {position}{because}", "进入队列 {queue}，第 {position} 位{because}"),
    "told-wait": (
        "is told position {position}, about {expected_wait_s} s", "播报位置 {position}，约 {expected_wait_s} 秒"),
    "hunt": ("{target} rings, {numbers} telephones", "{target} 振铃，共 {numbers} 部话机"),
    "hunt-over": ("{target} rings no more: {why}", "{target} 停止振铃：{why}"),
    "diverted": ("{by_extension} sends the call on to {target} ({why})", "{by_extension} 转移到 {target}（{why}）"),
    "not-reached": ("who was called is not to be had: {why}", "被叫未接通：{why}"),
    "offered": ("agent {agent} is rung: {why}{others}", "呼叫坐席 {agent}：{why}{others}"),
    "missed": ("agent {agent} did not take it ({why})", "坐席 {agent} 未接（{why}）"),
    "connected": ("agent {agent} takes the call", "坐席 {agent} 接听"),
    "consult": ("{party} is consulted", "咨询 {party}"),
    "alerted": ("{party} rings", "{party} 振铃"),
    "leg-answered": ("{party} answers", "{party} 应答"),
    "left-queue": ("leaves queue {queue}: {why}", "离开队列 {queue}：{why}"),
    "consent": ("recording is announced ({prompt})", "已播放录音告知（{prompt}）"),
    "recorded": ("recording begins ({kind})", "开始录音（{kind}）"),
    "talk": ("talks with {whom}", "与 {whom} 通话"),
    "hold": ("is put on hold", "被保持"),
    "resumed": ("is taken off hold", "取消保持"),
    "parked": ("is parked in {slot} by {by_extension}", "被 {by_extension} 停泊在 {slot}"),
    "unparked": ("leaves parking slot {slot}: {why}", "离开停泊位 {slot}：{why}"),
    "transferred": ("is transferred to {target} ({kind})", "转接到 {target}（{kind}）"),
    "conference": ("a conference begins", "进入会议"),
    "conference-over": ("the conference is over", "会议结束"),
    "room": ("enters conference room {room}", "进入会议室 {room}"),
    "room-left": ("leaves conference room {room}", "离开会议室 {room}"),
    "supervised": ("supervisor {supervisor}: {mode} with agent {agent}", "班长 {supervisor}：{mode} 坐席 {agent}"),
    "supervised-over": ("supervisor {supervisor} is out again ({why})", "班长 {supervisor} 退出（{why}）"),
    "taken-over": ("supervisor {supervisor} takes the call over", "班长 {supervisor} 接管通话"),
    "mark": ("recording: {mark}", "录音：{mark}"),
    "recorded-over": ("recording ends ({why})", "录音结束（{why}）"),
    "voicemail": ("left a message of {seconds:.0f} s in mailbox {mailbox}", "在信箱 {mailbox} 留言 {seconds:.0f} 秒"),
    "callback-asked": ("will be called back ({how})", "登记回电（{how}）"),
    "callback": ("a call-back is tried", "尝试回电"),
    "survey": ("is asked how it was ({flow})", "进入满意度调查（{flow}）"),
    "survey-answer": ("answers {answer} to {question}", "对 {question} 回答 {answer}"),
    "disposition": ("agent {agent} says what came of it: {code} {note}", "坐席 {agent} 记录结果：{code} {note}"),
    "released": ("{party} is released: {cause}{side}", "{party} 释放：{cause}{side}"),
    "ended": ("call ends: {outcome}, {cause}{side}", "呼叫结束：{outcome}，{cause}{side}"),
}  # fmt: skip
_SAID = ("direction", "why", "mode", "reason", "kind", "mark", "outcome", "result", "how")
"""Values that are words of ours."""
SECRET = ("(secret)", "（保密）")
FORGOTTEN = ("(forgotten)", "（已删除）")
_SIDES = {
    "caller": (", by the caller", "，主叫挂机"),
    "called": (", by the called", "，被叫挂机"),
    "box": (", by the box", "，设备释放"),
}
CAUSES: Mapping[int, tuple[str, str]] = {
    Cause.UNALLOCATED_NUMBER: ("no such number", "空号"),
    Cause.NO_ROUTE: ("no route", "无路由"),
    Cause.PREEMPTED: ("pre-empted", "被抢占"),
    Cause.NORMAL_CLEARING: ("normal clearing", "正常释放"),
    Cause.USER_BUSY: ("busy", "用户忙"),
    Cause.NO_USER_RESPONDING: ("no user responding", "无响应"),
    Cause.NO_ANSWER: ("no answer", "无人接听"),
    Cause.CALL_REJECTED: ("rejected", "拒接"),
    Cause.NUMBER_CHANGED: ("number changed", "号码已改"),
    Cause.DESTINATION_OUT_OF_ORDER: ("out of order", "终端故障"),
    Cause.INVALID_NUMBER_FORMAT: ("invalid number", "号码格式错误"),
    Cause.NORMAL_UNSPECIFIED: ("normal, unspecified", "正常，未说明"),
    Cause.NO_CIRCUIT_AVAILABLE: ("no circuit free", "无可用电路"),
    Cause.NETWORK_OUT_OF_ORDER: ("network out of order", "网络故障"),
    Cause.TEMPORARY_FAILURE: ("temporary failure", "临时故障"),
    Cause.RECOVERY_ON_TIMER_EXPIRY: ("timer expired", "定时器超时"),
    Cause.INTERWORKING: ("interworking", "互通，未说明"),
}
"""ITU-T Q.850 table 1."""


def tell(moment: Moment, language: str) -> str:
    """One line. Never fails for what a caller sent."""
    chinese = language == "zh"
    return MOMENTS[moment.what][chinese].format_map(_spoken(moment, language)).strip()


def cause(value: int, language: str) -> str:
    """A Q.850 cause with its number."""
    words = CAUSES.get(value)
    return f"{words[language == 'zh']} ({value})" if words else f"Q.850 {value}"


def _spoken(moment: Moment, language: str) -> dict[str, Any]:
    chinese = language == "zh"
    values = dict(moment.values)
    for name in _SAID:
        if isinstance(values.get(name), str):
            values[name] = said(values[name], language)
    if moment.what == "offered":
        values["why"] = choice_said(str(moment.values.get("why") or ""), language)
    if "cause" in values:
        values["cause"] = cause(values["cause"], language)
    if "side" in values:
        values["side"] = _SIDES[values["side"]][chinese] if values["side"] in _SIDES else ""
    if "digits" in values:
        values["digits"] = values["digits"] or SECRET[chinese]
    if "party" in values:
        values["party"] = values["party"] or FORGOTTEN[chinese]
    return values | _made_of(moment, values, language)


def _made_of(moment: Moment, values: dict[str, Any], language: str) -> dict[str, Any]:
    """What is told of several values."""
    match moment.what:
        case "caller":
            who = f"{values['number']} {values['name']}".strip()
            return {"who": who or said(values["presentation"], language)}
        case "talk":
            return {"whom": values["agent"] or values["party"]}
        case "offered":
            return {"others": _others(values["others"], language)}
        case "queued":
            because = (json.loads(values["need"]) if values["need"] else {}).get("because", ())
            return {"because": f" ({', '.join(because)})" if because else ""}
        case _:
            return {}


def _others(text: str, language: str) -> str:
    if not text:
        return ""
    others = tell_others(json.loads(text)[:3], language)
    return f"；而非 {others}" if language == "zh" else f"; not {others}"
