"""What is different between two configurations, part by part, in words.

A part is told by what names it: a queue by its id, a telephone by its number; parts without a name by their place. The
order of parts is told only where nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct, inspect

from firmware.config.faults import printable
from firmware.config.field_words import field_name, part_name
from firmware.config.parts import described, inner_struct, key_of
from firmware.config.schema import Config

MOST_SHOWN = 60
_SECRET = ("pin", "secret", "password")


class Change(Struct, frozen=True):
    """One of them."""

    kind: str
    """`added`, `removed`, `changed`, `order`."""
    part: tuple[str, ...]
    """Kind and name of the part, and of parts within it: `("flow", "main", "node", "menu")`."""
    key: str = ""
    """Of what changed."""
    old: Any = None
    new: Any = None

    def said(self, language: str = "en") -> str:
        """`queue sales: wrap-up time 30 → 45 s`."""
        what = printable(_part_text(self.part, language))
        if self.kind != "changed":
            return _KINDS[self.kind][language == "zh"].format(what=what)
        name, unit = field_name(self.part[0::2], self.key, language)
        old, new = (_shown(self.key, one, language) for one in (self.old, self.new))
        text = f"{name} {old} → {new}{unit and f' {unit}'}"
        return f"{what}：{text}" if language == "zh" else f"{what}: {text}"

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        old, new = ("…" if _is_secret(self.key) and one else one for one in (self.old, self.new))
        return {
            "kind": self.kind,
            "part": list(self.part),
            "key": self.key,
            "old": old,
            "new": new,
            "said": self.said(language),
        }


_KINDS = {
    "added": ("{what} is new", "新增{what}"),
    "removed": ("{what} is gone", "删除{what}"),
    "order": ("{what}: another order", "{what}：顺序改变"),
}


def changes(old: Config, new: Config) -> list[Change]:
    """In the order of the document; empty if and only if they are equal."""
    before, after = (msgspec.to_builtins(one) for one in (old, new))
    return list(_struct(before, after, described(Config), ()))


def _struct(
    old: Mapping[str, Any], new: Mapping[str, Any], kind: inspect.StructType, part: tuple[str, ...]
) -> Iterator[Change]:
    for one in kind.fields:
        key = one.encode_name
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        inner = inner_struct(one.type)
        if inner is None or (part and not isinstance(before, list | tuple)):
            yield Change("changed", part, key, before, after)
        elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
            yield from _list(before, after, inner, (*part, key))
        else:
            yield from _struct(before or {}, after or {}, inner, (*part, key, ""))


def _list(old: Any, new: Any, kind: inspect.StructType, part: tuple[str, ...]) -> Iterator[Change]:
    before, after = by_name(old, kind), by_name(new, kind)
    for name in before:
        if name not in after:
            yield Change("removed", (*part, name))
    for name, value in after.items():
        if name not in before:
            yield Change("added", (*part, name))
        elif value != before[name]:
            yield from _struct(before[name], value, kind, (*part, name))
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        yield Change("order", (*part, ""))


def by_name(parts: Any, kind: inspect.StructType) -> dict[str, Any]:
    """Parts by what names them; a second one of a name, and those without one, by their place."""
    key = key_of(kind)
    named: dict[str, Any] = {}
    for place, one in enumerate(parts):
        name = str(one.get(key, "")) if key else ""
        named[name if name and name not in named else f"{name}#{place + 1}"] = one
    return named


def _part_text(part: tuple[str, ...], language: str) -> str:
    names = zip(part[0::2], part[1::2], strict=True)
    shown = [f"{part_name(kind, language)} {name}".strip() for kind, name in names]
    return ", ".join(shown) if language == "en" else "，".join(shown)


def _is_secret(key: str) -> bool:
    return any(key == one or key.endswith(f"_{one}") for one in _SECRET)


def _shown(key: str, value: Any, language: str) -> str:
    if value in (None, "", [], (), {}):
        return "无" if language == "zh" else "nothing"
    if _is_secret(key):
        return "…"
    if isinstance(value, bool):
        return (("no", "yes"), ("否", "是"))[language == "zh"][value]
    if isinstance(value, float):
        return f"{value:g}"
    text = value if isinstance(value, str) else _plain(value)
    text = printable(text)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
