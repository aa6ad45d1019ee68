"""What happened in a call, as lines of data that a page or a terminal can show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from firmware.config.schema import Config
from firmware.engine.dialling import secrets
from firmware.prompts.render import builtin_texts, config_texts
from firmware.protocol import commands as c
from firmware.protocol import facts as f

Line = dict[str, Any]
"""`kind` says which: `flow`, `node`, `heard`, `keyed`, `set`, `language`, `asks`, `answered`, `left`, `queue`,
`dequeued`, `rings`, `dials`, `records`, `refused`, `survey`, `end`, `broken`."""
HIDDEN = "…"


class Words:
    """What prompts say."""

    def __init__(self, config: Config) -> None:
        texts = [*builtin_texts(), *config_texts(config)]
        self._texts = {(one.prompt, one.language): one.text for one in texts}
        self._wavs = {
            (one.id, language)
            for one in config.prompts
            for language in ("zh", "en")
            if getattr(one, f"{language}_wav")
        }

    def said(self, items: Sequence[c.PlayItem]) -> list[Line]:
        return [self._item(one) for one in items]

    def _item(self, item: c.PlayItem) -> Line:
        match item:
            case c.Phrase():
                key = (item.prompt, item.language)
                text = "" if key in self._wavs else self._texts.get(key, "")
                return {"prompt": item.prompt, "language": item.language, "text": text}
            case c.ToneItem():
                return {"tone": str(item.tone)}
            case c.Music():
                return {"music": item.name}
            case c.Message():
                return {"message": item.recording}
            case _:
                return {"pause_ms": item.for_ms}


def _set(fact: f.VariableSet) -> Line | None:
    if fact.name.startswith("."):
        return None
    hidden = fact.value.startswith(secrets.handle(fact.call, ""))
    return {"kind": "set", "name": fact.name, "value": HIDDEN if hidden else fact.value}


def _end(fact: f.CallEnded) -> Line:
    return {"kind": "end", "outcome": str(fact.outcome or ""), "cause": int(fact.cause), "by": str(fact.by)}


def _asks(fact: f.JobAsked) -> Line:
    given = {**dict(fact.what), **{name: HIDDEN for name, _ in fact.hidden}}
    return {"kind": "asks", "of": fact.kind, "name": fact.name, "give": given}


FACTS: Mapping[type, Callable[[Any], Line | None]] = {
    f.FlowEntered: lambda one: {"kind": "flow", "flow": one.flow},
    f.FlowReturned: lambda one: {"kind": "flow", "flow": one.flow},
    f.VariableSet: _set,
    f.LanguageChosen: lambda one: {"kind": "language", "language": one.language},
    f.JobAsked: _asks,
    f.JobEnded: lambda one: {"kind": "answered", "result": one.result},
    f.FlowLeft: lambda one: {"kind": "left", "why": one.why},
    f.Enqueued: lambda one: {"kind": "queue", "queue": one.queue},
    f.Dequeued: lambda one: {"kind": "dequeued", "queue": one.queue, "why": one.why},
    f.AttemptRefused: lambda one: {"kind": "refused", "wanted": one.wanted, "reason": one.reason},
    f.SurveyAnswered: lambda one: {"kind": "survey", "node": one.question, "answer": one.answer},
    f.InputPassedOver: lambda one: {"kind": "broken", "where": one.where},
    f.CallEnded: _end,
}
"""Facts worth telling; nodes and what is heard are told by `walk`, which knows flow and player."""
