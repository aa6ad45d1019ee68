"""Why an agent was chosen, as `firmware.engine.acd.why` keeps it with the call, in a reader's words.

What this version does not know stays as it was written: old calls are told too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

STRATEGIES: Mapping[str, tuple[str, str]] = {
    "ring-all": ("all rung at once", "全部同时振铃"),
    "longest-idle": ("longest idle", "空闲最久"),
    "round-robin": ("in turn", "轮流"),
    "least-talk": ("talked least", "通话最少"),
    "linear": ("in fixed order", "固定顺序"),
    "highest-skill": ("highest skill", "技能最高"),
    "lowest-skill": ("lowest skill that will do", "技能够用且最低"),
}
_PARTS = (
    (r"(\d+) s idle", ("{0} s idle", "已空闲 {0} 秒")),
    (r"(\d+) s talked", ("{0} s talked", "已通话 {0} 秒")),
    (r"(\d+) in all", ("{0} in all", "合计 {0}")),
    (r"after (.+)", ("after {0}", "排在 {0} 之后")),
    (r"first", ("first", "首位")),
    (r"(\d+) ready", ("{0} ready", "{0} 人就绪")),
    (r"waited (\d+) s", ("waited {0} s", "等待了 {0} 秒")),
    (r"priority (-?\d+)", ("priority {0}", "优先级 {0}")),
    (r"step (\d+) of (\d+)", ("step {0} of {1}", "放宽第 {0}/{1} 步")),
    (r"step (\d+) of (\d+) after ([\d.]+) s", ("step {0} of {1} after {2} s", "{2} 秒后放宽第 {0}/{1} 步")),
    (
        r"step (\d+) of (\d+) for an expected wait of ([\d.]+) s",
        ("step {0} of {1} for an expected wait of {2} s", "预计等待 {2} 秒，放宽第 {0}/{1} 步"),
    ),
    (r"rules (.+)", ("rules {0}", "规则 {0}")),
    (r"skills (.+)", ("skills {0}", "技能 {0}")),
    (r"preferred", ("preferred", "首选坐席")),
    (r"order (\d+)", ("order {0}", "次序 {0}")),
    (r"waiting counts ×(.+)", ("waiting counts ×{0}", "等待按 ×{0} 计")),
    (r"(\S+) agent", ("{0} agent", "坐席类型 {0}")),
    (r"(\S+) caller", ("{0} caller", "主叫类型 {0}")),
)
_KNOWN = tuple((re.compile(f"{pattern}$"), words) for pattern, words in _PARTS)
_HEAD = re.compile(r"([a-z-]+): ")


def choice_said(why: str, language: str) -> str:
    """Chinese or English; parts keep their order."""
    chinese = language == "zh"
    head, rest = "", why
    found = _HEAD.match(why)
    if found and found[1] in STRATEGIES:
        head, rest = STRATEGIES[found[1]][chinese] + ("：" if chinese else ": "), why[found.end() :]
    sentences = [_sentence(one, chinese) for one in rest.split("; ")]
    return head + ("；" if chinese else "; ").join(sentences)


def _sentence(text: str, chinese: bool) -> str:
    """Lists of rules and of skills have commas of their own."""
    if text.startswith(("rules ", "skills ")):
        return _part(text, chinese)
    return ("，" if chinese else ", ").join(_part(one, chinese) for one in text.split(", "))


def _part(text: str, chinese: bool) -> str:
    for pattern, words in _KNOWN:
        found = pattern.match(text)
        if found:
            return words[chinese].format(*found.groups())
    return text
