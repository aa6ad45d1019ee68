"""What can be wrong with the scripts of persons."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.faults import Finding, Wording
from firmware.config.shape import BROKEN
from hwsim.scenario import Person
from hwsim.script import MESSAGE_ACTS, Line, line

BAD_LINE = Wording(
    "bad-script-line",
    '"{given}" does not say what is done when',
    "write lift, hang, flash, talk, hush, transfer-801, decline or keys, an @, and seconds (801@3, flash@+2) or a "
    "moment (lift@ring+2); "
    "moments are ring, tone, voice, bye, far, beep",
    "“{given}”没有说明何时做什么",
    "请写 lift、hang、flash、talk、hush、transfer-801、decline 或按键，"
    "再写 @ 和秒数（801@3、flash@+2）或时机（lift@ring+2）；"
    "时机有 ring、tone、voice、bye、far、beep",
)
BACKWARDS = Wording(
    "script-backwards",
    '"{given}" is earlier than the line before it',
    "put the lines in order of time",
    "“{given}”早于上一行",
    "请按时间顺序排列",
)
HOOK = Wording(
    "script-hook",
    '"{given}" cannot be done with the handset {where}',
    "lift before keys, flash and hang; hang before lifting again and before @ring",
    "话机{where_zh}时不能做“{given}”",
    "按键、拍叉、挂机之前先摘机；再次摘机和 @ring 之前先挂机",
)
DUTIES = Wording(
    "script-and-duties",
    "a person with a script does nothing else: `{key}` has no effect",
    "write it into the script, or leave the script away",
    "有脚本的人不做别的事：“{key}”不起作用",
    "请写入脚本，或去掉脚本",
)
COPPER = Wording(
    "script-copper",
    '"{given}" is a key of SIP telephones',
    "flash, dial and hang up instead, or put the extension on a card of kind sip",
    "“{given}”是 SIP 话机的键",
    "请改用拍叉、拨号、挂机，或把该分机放到 sip 类型的板卡上",
)
_DUTIES = {
    "agent": "",
    "signs_in_at_s": -1.0,
    "signs_out_at_s": 0.0,
    "breaks": (),
    "handling": (),
    "dials": (),
}
_KEYS = {"breaks": "break"}
_Path = tuple[str | int, ...]


def script_findings(path: _Path, person: Person, has_messages: bool = True) -> Iterator[Finding]:
    """Of one person; `has_messages` is his telephone's way to call."""
    lines = []
    for i, given in enumerate(person.script):
        try:
            lines.append((i, line(given)))
        except ValueError:
            if given != BROKEN:
                yield Finding((*path, "script", i), BAD_LINE, {"given": given})
    yield from _order(path, person, lines)
    for i, one in lines:
        if one.act in MESSAGE_ACTS and not has_messages:
            yield Finding((*path, "script", i), COPPER, {"given": person.script[i]})
    for key, nothing in _DUTIES.items():
        if person.script and getattr(person, key) not in (nothing, BROKEN):
            said = _KEYS.get(key, key)
            yield Finding((*path, said), DUTIES, {"key": said})


def _order(path: _Path, person: Person, lines: list[tuple[int, Line]]) -> Iterator[Finding]:
    off_hook, at_us = False, 0
    for i, one in lines:
        here, given = (*path, "script", i), person.script[i]
        if one.after == "start" and one.us < at_us:
            yield Finding(here, BACKWARDS, {"given": given})
        at_us = max(at_us, one.us) if one.after == "start" else at_us
        on_hook_only = one.act in ("lift", "decline")
        if on_hook_only == off_hook or (one.after == "ring" and off_hook):
            where, where_zh = ("off-hook", "摘机") if off_hook else ("on-hook", "挂机")
            yield Finding(here, HOOK, {"given": given, "where": where, "where_zh": where_zh})
        if one.act in ("lift", "hang"):
            off_hook = one.act == "lift"
