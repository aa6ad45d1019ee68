"""Two people changed one configuration: what both say, part by part, and where they say different things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import Struct, inspect

from firmware.config.changes import by_name
from firmware.config.parts import described, inner_struct, is_list
from firmware.config.schema import Config

_NOTHING = object()
_Way = tuple[str, ...]


class Conflict(Struct, frozen=True):
    """One key, or a whole part, that both changed."""

    path: _Way
    """By names: `("queue", "sales", "wrap_up_s")`."""
    base: Any
    mine: Any
    theirs: Any
    """None stands for nothing in all three."""


class _Three(NamedTuple):
    base: Any
    mine: Any
    theirs: Any

    def each(self, change: Callable[[Any], Any]) -> _Three:
        return _Three(change(self.base), change(self.mine), change(self.theirs))


def merged(base: Any, mine: Any, theirs: Any) -> tuple[Any, list[Conflict]]:
    """Of plain documents; where both changed one thing, mine stands and the conflict is told."""
    merge = _Merge()
    return merge.value(_Three(base, mine, theirs), described(Config), ()), merge.found


class _Merge:
    def __init__(self) -> None:
        self.found: list[Conflict] = []

    def value(self, three: _Three, kind: inspect.Type, path: _Way) -> Any:
        base, mine, theirs = three
        if theirs in (mine, base):
            return mine
        if mine == base:
            return theirs
        inner = inner_struct(kind)
        if inner is not None and is_list(kind) and isinstance(mine, list) and isinstance(theirs, list):
            return self._parts(three.each(lambda one: one if isinstance(one, list) else []), inner, path)
        if inner is not None and all(isinstance(one, dict) for one in three):
            return self._keys(three, inner, path)
        self.found.append(Conflict(path, *three.each(lambda one: None if one is _NOTHING else one)))
        return mine

    def _keys(self, three: _Three, kind: inspect.StructType, path: _Way) -> dict[str, Any]:
        types = {one.encode_name: one.type for one in kind.fields}
        whole = {}
        for key in dict.fromkeys((*three.theirs, *three.mine)):
            own = three.each(lambda one, key=key: one.get(key, _NOTHING))  # type: ignore[misc]
            value = self.value(own, types.get(key, inspect.AnyType()), (*path, key))
            if value is not _NOTHING:
                whole[key] = value
        return whole

    def _parts(self, three: _Three, kind: inspect.StructType, path: _Way) -> list[Any]:
        """Theirs in their order, then what is new in mine."""
        named = three.each(lambda one: by_name(one, kind))
        whole = []
        for name in dict.fromkeys((*named.theirs, *named.mine)):
            own = named.each(lambda one, name=name: one.get(name, _NOTHING))  # type: ignore[misc]
            value = self.value(own, kind, (*path, name))
            if value is not _NOTHING:
                whole.append(value)
        return whole
