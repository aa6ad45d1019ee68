"""A tried call for people, in English or Chinese: a line for each thing that happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware.cli.trying.told import Line

_WORDS: Mapping[str, tuple[str, str]] = {
    "flow": ("flow {flow}", "流程 {flow}"),
    "node": ("  at {node} ({node_kind})", "  到 {node}（{node_kind}）"),
    "keyed": ("  > keys {key}", "  > 按 {key}"),
    "set": ("  {name} = {value}", "  {name} = {value}"),
    "language": ("  language {language}", "  语言 {language}"),
    "asks": ("  asks {of} {name}", "  查询 {of} {name}"),
    "answered": ("  look-up: {result}", "  查询结果：{result}"),
    "left": ("  leaves the flow: {why}", "  离开流程：{why}"),
    "queue": ("  waits in queue {queue}", "  在队列 {queue} 等候"),
    "dequeued": ("  leaves queue {queue}: {why}", "  离开队列 {queue}：{why}"),
    "rings": ("  telephone {to} rings", "  分机 {to} 振铃"),
    "dials": ("  {to} is dialled outside", "  拨打外线 {to}"),
    "records": ("  is recorded", "  开始录音"),
    "refused": ("  refused {wanted}: {reason}", "  拒绝 {wanted}：{reason}"),
    "survey": ("  answer at {node}: {answer}", "  {node} 的评分：{answer}"),
    "end": ("ends: {outcome} (Q.850 {cause})", "结束：{outcome}（Q.850 {cause}）"),
    "broken": (
        "  the rules could not go on ({where}): mend the faults first",
        "  无法继续（{where}）：请先修正错误",
    ),
}
_STATES: Mapping[str, tuple[str, str]] = {
    "asks": ("now: the flow waits for keys", "现在：等待按键"),
    "looks-up": (
        "now: a look-up is asked (found:…, nothing, wait)",
        "现在：等待查询结果（found:…、nothing、wait）",
    ),
    "elsewhere": ("now: {how} {what}", "现在：{how} {what}"),
    "over": ("", ""),
}


def text(found: Mapping[str, Any], language: str) -> str:
    chinese = language == "zh"
    lines = [_line(one, chinese) for one in found["lines"]]
    state = _STATES[found["state"]][chinese].format_map({"how": "", "what": ""} | dict(found["place"]))
    return "\n".join([*lines, *([state] if state else [])])


def _line(line: Line, chinese: bool) -> str:
    if line["kind"] == "heard":
        return "\n".join(f"  “{one}”" for one in map(spoken, line["items"]))
    return _WORDS[line["kind"]][chinese].format_map(line)


def spoken(item: Mapping[str, Any]) -> str:
    """A prompt's text; its name in brackets where it is a sound file; tones and music in brackets."""
    if "prompt" in item:
        return str(item["text"] or f"[{item['prompt']}]")
    return "[" + ", ".join(f"{name} {value}" for name, value in item.items()) + "]"
