"""The card of a box's feature codes: what is keyed and what it does, in words people use, in both languages."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping

from msgspec import Struct

from firmware.cli.words import said
from firmware.config.schema import Config
from firmware.engine.dialling.feature_codes import ARGUMENTS, Argument, codes

Sentences = tuple[str, str, str]
"""Section, English, Chinese."""

CARD: Mapping[str, Sentences] = {
    "pickup": ("calls", "take a call that rings elsewhere", "代接其他话机的来电"),
    "pickup_directed": ("calls", "take the call that rings at an extension", "代接指定分机的来电"),
    "park": ("calls", "after R: park who is held; the slot is said", "按 R 键后：驻留通话，播报位置号"),
    "retrieve": ("calls", "take a parked call from its slot", "取回驻留在该位置的通话"),
    "callback": ("calls", "after a busy tone: be rung when both are free", "遇忙后：双方空闲时自动回叫"),
    "callback_cancel": ("calls", "no call-back any more", "取消遇忙回叫"),
    "intercom": ("calls", "ring an extension briefly and distinctively", "对讲呼叫分机"),
    "paging": ("calls", "speak to all telephones of a paging group", "向广播组所有话机讲话"),
    "own_number": ("calls", "hear the number of this telephone", "播报本机号码"),
    "speed_dial": ("dialling", "dial the number stored under two digits", "拨打两位缩位号对应的号码"),
    "redial": ("dialling", "dial the last number again", "重拨上一个号码"),
    "account": ("dialling", "account code, #, then the number", "账号码加 #，再拨号码"),
    "unlock": ("dialling", "PIN, #: the next call outside is free to go", "密码加 #：解锁下一次外线呼叫"),
    "forward_always": ("forwarding", "forward all calls to a number", "所有来电转移到指定号码"),
    "forward_busy": ("forwarding", "forward calls while in use", "遇忙转移到指定号码"),
    "forward_no_answer": ("forwarding", "forward calls nobody answers", "无应答转移到指定号码"),
    "forward_unreachable": (
        "forwarding",
        "forward calls while the line is out of order",
        "话机故障时转移到指定号码",
    ),
    "forward_off": ("forwarding", "all forwards and do-not-disturb off", "取消所有转移和免打扰"),
    "do_not_disturb": ("forwarding", "do not disturb: on, off", "免打扰：开、关"),
    "follow_me": ("forwarding", "follow me: on, off", "跟随振铃：开、关"),
    "call_waiting": ("forwarding", "call waiting: on, off", "呼叫等待：开、关"),
    "voicemail": ("voicemail", "hear your messages", "收听留言"),
    "voicemail_of": ("voicemail", "hear a mailbox from any telephone", "在任意话机收听指定信箱"),
    "sign_in": (
        "agents",
        "agent's number, #, and PIN, # where there is one: sign in",
        "工号加 #（有密码再加密码和 #）：签入",
    ),
    "sign_out": ("agents", "sign out", "签出"),
    "ready": ("agents", "take calls", "置闲"),
    "not_ready": ("agents", "take no calls, for a reason", "置忙，并选择原因"),
    "wrap_up_longer": ("agents", "more time after a call", "延长话后整理时间"),
    "breather": ("agents", "a short breather", "短暂休息"),
    "close_queue": ("supervisors", "close a queue; once more: by its hours", "关闭队列；再拨一次恢复按时间"),
    "listen": ("supervisors", "listen to an agent's call", "监听坐席通话"),
    "whisper": ("supervisors", "whisper to the agent", "密语（仅坐席听到）"),
    "barge": ("supervisors", "join the call", "强插进入通话"),
    "take_over": ("supervisors", "take the agent's place", "接管通话"),
    "service": (
        "house",
        "0 by the calendar, 1 day, 2 night, 3 holiday",
        "0 按日历，1 日间，2 夜间，3 节假日",
    ),
}
"""Every feature with a code; a test holds it against `ARGUMENTS`."""

R_KEY: Mapping[str, tuple[str, str]] = {
    "R": ("hold the other party; dial tone: dial somebody to ask", "保留对方，听到拨号音后可拨另一方"),
    "R R": ("back to who is held", "取回被保留的一方"),
    "R 1": ("let the second party go", "释放第二方，回到第一方"),
    "R 2": ("to the other party and back", "在两方之间切换"),
    "R 3": ("all three together", "三方通话"),
    "R, on-hook": ("hand the held party over", "挂机即把被保留的一方转接过去"),
}
"""What is keyed in a conversation (`firmware.engine.inside.holding`); the R key, or a short press of the hook."""
ROOM_KEYS: Mapping[str, tuple[str, str]] = {
    "1": ("be heard no more; once more: be heard again", "静音；再按一次取消"),
    "4": ("chair: close the door, open it", "主持人：锁定、解锁会议室"),
    "5": ("chair: the last guest goes", "主持人：请出最后进入的来宾"),
    "6": ("chair: all others are heard no more, or again", "主持人：全体静音、取消"),
}
IN_A_ROOM = ("In a conference room", "在会议室中")
WATCH_KEYS: Mapping[str, tuple[str, str]] = {
    "4": ("listen", "监听"),
    "5": ("whisper to the agent", "密语"),
    "6": ("join the call", "强插"),
}
IN_AN_AGENTS_CALL = ("Supervisors in an agent's call", "班长在坐席通话中")
TALKING = ("In a conversation (R: flash key)", "通话中（R：闪断键）")
SECTIONS: Mapping[str, tuple[str, str]] = {
    "calls": ("Calls", "通话"),
    "dialling": ("Dialling", "拨号"),
    "forwarding": ("While you are away", "转移与免打扰"),
    "voicemail": ("Voicemail", "语音信箱"),
    "agents": ("Agents", "坐席"),
    "supervisors": ("Supervisors", "班长"),
    "house": ("The house", "全局"),
}
_KEYED: Mapping[Argument, tuple[str, str]] = {
    Argument.NONE: ("", ""),
    Argument.SWITCH: (" 1 / 0", " 1 / 0"),
    Argument.KEY: (" digit", " 一位数字"),
    Argument.PAIR: (" two digits", " 两位数字"),
    Argument.DIGITS: (" number #", " 号码 #"),
    Argument.NUMBER: (" number", " 号码"),
    Argument.AGENT: (" agent # PIN #", " 工号 # 密码 #"),
}
TITLE = ("Feature codes", "功能码")
HELP = (
    "Emergency numbers work from every telephone, with and without prefix",
    "紧急号码在任何话机上都可拨打，无需字冠",
)
STYLE = (
    "body{font:11pt sans-serif;margin:1.2em}h1{font-size:15pt;margin:0}h2{font-size:11pt;margin:.9em 0 .2em}"
    "table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ccc;padding:.15em .5em}"
    "td:first-child{white-space:nowrap;font-weight:bold;width:11em}section{break-inside:avoid}"
)


class Row(Struct, frozen=True):
    section: str
    keys: str
    does: str


def rows(config: Config, language: str) -> Iterator[Row]:
    """What can be keyed at this box, in the order of the card."""
    which = 1 if language == "zh" else 0
    given = codes(config)
    for titles, meanings in _within(config):
        yield from (Row(titles[which], keys, does[which]) for keys, does in meanings.items())
    for section, titles in SECTIONS.items():
        for feature, (of, *sentences) in CARD.items():
            if of == section and feature in given:
                keys = given[feature] + _KEYED[ARGUMENTS[feature]][which]
                yield Row(titles[which], keys, sentences[which] + _choices(config, feature, language))


def _within(config: Config) -> Iterator[tuple[tuple[str, str], Mapping[str, tuple[str, str]]]]:
    """What is keyed while something is going on, so far as this box has it."""
    yield TALKING, R_KEY
    if config.rooms:
        yield IN_A_ROOM, ROOM_KEYS
    if any(agent.kind == "supervisor" for agent in config.agents):
        yield IN_AN_AGENTS_CALL, WATCH_KEYS


def _choices(config: Config, feature: str, language: str) -> str:
    reasons = config.features.not_ready_reasons if feature == "not_ready" else {}
    return "".join(
        f"{'; ' if place else ': '}{key} {said(reason, language)}"
        for place, (key, reason) in enumerate(reasons.items())
    )


def help_line(config: Config, language: str) -> str:
    return f"{HELP[language == 'zh']}: {', '.join(config.dial_plan.emergency)}"


def as_html(config: Config, language: str) -> str:
    """One page to print; nothing in it acts, whatever the configuration's texts say."""
    title = html.escape(" – ".join(one for one in (config.site.name, TITLE[language == "zh"]) if one))
    parts, section = [], ""
    for row in rows(config, language):
        if row.section != section:
            parts.append(
                f"{'</table></section>' if section else ''}<section><h2>{html.escape(row.section)}</h2><table>"
            )
            section = row.section
        parts.append(f"<tr><td>{html.escape(row.keys)}</td><td>{html.escape(row.does)}</td></tr>")
    body = "\n".join(parts) + ("</table></section>" if section else "")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n{body}\n"
        f"<p>{html.escape(help_line(config, language))}</p></body></html>\n"
    )


def page() -> str:
    """docs/feature-codes.md: the codes a box has that says nothing else."""
    config = Config()
    told = [HEAD]
    for titles, meanings in ((TALKING, R_KEY), (IN_A_ROOM, ROOM_KEYS), (IN_AN_AGENTS_CALL, WATCH_KEYS)):
        told += [f"## {titles[0]} · {titles[1]}", "", "| keys | | |", "|---|---|---|"]
        told += [*(f"| `{keys}` | {en} | {zh} |" for keys, (en, zh) in meanings.items()), ""]
    for section, titles in SECTIONS.items():
        told += [f"## {titles[0]} · {titles[1]}", "", "| keys | | |", "|---|---|---|"]
        told += [
            f"| `{codes(config)[feature]}`{_KEYED[ARGUMENTS[feature]][0]} | {en} | {zh} |"
            for feature, (of, en, zh) in CARD.items()
            if of == section
        ]
        told.append("")
    return "\n".join(told).rstrip() + "\n"


HEAD = """# Feature codes

What can be keyed at a telephone of a box that gives no codes of its own. The card of one's own box, to print:
`tipring features card BOX.toml --html card.html`. Codes are the keys of `[features]` in the
[configuration](configuration.md); an empty one is off.

*This page is written by `make docs` from `firmware/cli/feature_card.py`.*
"""
