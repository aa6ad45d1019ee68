"""Every place of a document in which a part is named: keys that refer to it, targets, a flow's own ways, members."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec import inspect

from firmware.config.drafts.places import at, changed
from firmware.config.lines import Path
from firmware.config.parts import defines, described, key_of
from firmware.config.schema import Config, Node

TARGETS = ("overflow", "target", "day", "night", "holiday", "fallback", "operator", "recall_to")
"""Keys that hold `queue:ID` and the like."""
TARGET_KINDS = {"mailbox": ("voicemail", "mailbox")}
"""What a kind of part is called there; else as it is called itself."""
AS_DIALLED = (
    "extension", "forward_always", "forward_busy", "forward_no_answer", "forward_unreachable",
)  # fmt: skip
"""Keys that hold an extension's number as it is dialled; `members` and `follow` hold such numbers too."""


def renamed(document: Any, place: Path, kind: inspect.StructType, name: str) -> Any:
    """`place` is resolved and holds a part of this kind."""
    key = key_of(kind)
    old = at(document, place).get(key)
    named = changed(document, (*place, key), lambda _: name)
    if kind.cls is Node:
        return changed(named, place[:-2], lambda flow: _flow(flow, old, name))
    what = defines(kind)
    return _Renaming(what, old, name).walk(named, described(Config), "") if what and old else named


class _Renaming(NamedTuple):
    what: str
    old: str
    new: str

    def walk(self, value: Any, kind: inspect.Type, key: str) -> Any:
        """`key` is the one it stands under."""
        extra: dict[str, Any] = {}
        if isinstance(kind, inspect.Metadata):
            extra, kind = kind.extra or {}, kind.type
        if isinstance(value, str):
            return self._text(value, extra, key)
        if isinstance(kind, inspect.StructType) and isinstance(value, dict):
            types = {one.encode_name: one.type for one in kind.fields}
            return {
                name: self.walk(inner, types[name], name) if name in types else inner
                for name, inner in value.items()
            }
        if isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
            return [self.walk(one, kind.item_type, key) for one in value]
        if isinstance(kind, inspect.DictType) and isinstance(value, dict):
            return {
                self.walk(name, kind.key_type, key): self.walk(inner, kind.value_type, key)
                for name, inner in value.items()
            }
        return value

    def _text(self, value: str, extra: dict[str, Any], key: str) -> str:
        if value == self.old:
            return self.new if self._is_named(extra, key) else value
        if key not in TARGETS:
            return value
        kinds = TARGET_KINDS.get(self.what, (self.what,))
        return {f"{one}:{self.old}": f"{one}:{self.new}" for one in kinds}.get(value, value)

    def _is_named(self, extra: dict[str, Any], key: str) -> bool:
        if extra.get("refers") == self.what:
            return True
        if self.what in ("line", "line group"):
            return key == "lines"
        dialled = key in AS_DIALLED or (key in ("members", "number") and extra.get("form") == "digits")
        return self.what == "extension" and dialled and "defines" not in extra


def _flow(flow: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """A node of this flow is called otherwise."""

    def way(value: Any) -> Any:
        return new if value == old else value

    nodes = [
        {
            key: {choice: way(to) for choice, to in one.items()}
            if key in ("keys", "cases", "modes") and isinstance(one, dict)
            else way(one)
            if key in ("next", "otherwise")
            else one
            for key, one in node.items()
        }
        for node in flow.get("node", ())
    ]
    return {**flow, "start": way(flow.get("start")), "node": nodes}
