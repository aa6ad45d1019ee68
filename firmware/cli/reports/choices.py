"""Why this agent and not the others: what was kept with each offer, for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from firmware.cli.words import said

if TYPE_CHECKING:  # the guardian's call log has these words and no database
    from sqlite_utils import Database

Row = dict[str, Any]
# Reason -> (English, Chinese); `data` is what was compared.
REASONS = {
    "order": ("comes later: {data}", "排在其后：{data}"),
    "level": ("of a later order {data}", "次序靠后 {data}"),
    "kind": ("is {data}", "坐席类型为 {data}"),
    "preferred": ("{data} is preferred", "优先 {data}"),
    "skill": ("lacks {data}", "技能不足 {data}"),
    "resting": ("rests {data} after a missed call", "漏接后暂停 {data}"),
    "not-a-member": ("not asked at this step", "此步尚不参与"),
}
WORDS = {
    "choice": (
        "call {call}: {queue} rings {agent} ({result}): {why}",
        "呼叫 {call}：{queue} 呼叫坐席 {agent}（{result}）：{why}",
    ),
    "others": ("    and not: {others}", "    而非：{others}"),
    "rings": ("rings", "振铃中"),
    "connected": ("connected", "已接通"),
}


def add(db: Database, calls: Iterable[Row]) -> None:
    """`choices` for each call: its offers in order, each with the others and the reason."""
    for call in calls:
        call["choices"] = [_choice(row) for row in _offers(db, call["id"])]


def _offers(db: Database, call: int) -> Iterable[Row]:
    return db.query(
        "SELECT o.queue, o.agent, o.why, o.others, o.result, coalesce((SELECT v.need FROM queue_visits v WHERE"
        " v.call = o.call AND v.queue = o.queue AND v.from_us <= o.from_us ORDER BY v.id DESC LIMIT 1), '') AS need"
        " FROM agent_offers o WHERE o.call = ? ORDER BY o.id",
        [call],
    )


def _choice(row: Row) -> Row:
    others = json.loads(row["others"]) if row["others"] else []
    need = json.loads(row["need"]) if row["need"] else {}
    same = {name: row[name] for name in ("queue", "agent", "why", "result")}
    return {
        **same,
        "rules": need.get("because", []),
        "others": [dict(zip(("agent", "reason", "data"), one, strict=False)) for one in others],
    }


def text(calls: Iterable[Row], language: str) -> str:
    """A paragraph an offer."""
    lines = [
        line for call in calls for choice in call["choices"] for line in _lines(call["id"], choice, language)
    ]
    return "".join(line + "\n" for line in lines)


def _lines(call: int, choice: Row, language: str) -> Iterable[str]:
    result = choice["result"] or "rings"
    spoken = _pick(WORDS[result], language) if result in WORDS else said(result, language)
    yield _pick(WORDS["choice"], language).format(call=call, **{**choice, "result": spoken})
    if choice["others"]:
        others = [(one["agent"], one["reason"], one.get("data", "")) for one in choice["others"]]
        yield _pick(WORDS["others"], language).format(others=tell(others, language))


def tell(others: Iterable[Sequence[str]], language: str) -> str:
    """Agents who were not chosen, each with the reason."""
    comma, open_, close = ("；", "（", "）") if language == "zh" else ("; ", " (", ")")
    return comma.join(
        f"{agent}{open_}{_reason(reason, data, language)}{close}" for agent, reason, data in others
    )


def _reason(reason: str, data: str, language: str) -> str:
    pattern = REASONS.get(reason)
    return _pick(pattern, language).format(data=data) if pattern else said(reason, language)


def _pick(pair: tuple[str, str], language: str) -> str:
    return pair[language == "zh"]
