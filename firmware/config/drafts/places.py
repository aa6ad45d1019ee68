"""Where something stands in a document: by the names people use, or by places.

`("queue", "sales", "wrap_up_s")` and `("queue", 0, "wrap_up_s")` are one place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import inspect

from firmware.config.lines import Path
from firmware.config.parts import described, inner_struct, is_list, key_of
from firmware.config.schema import Config


class NoSuchPlace(LookupError):
    """There is nothing at this path; the text says which step leads nowhere."""


def resolved(document: Any, path: Path) -> tuple[Path, inspect.Type]:
    """The same path with places for names, and the type of what stands there. Raises NoSuchPlace."""
    kind: inspect.Type = described(Config)
    value: Any = document
    found: Path = ()
    for step in path:
        step, kind = _step(value, kind, step)
        found = (*found, step)
        value = _inner(value, step)
    return found, kind


def _step(value: Any, kind: inspect.Type, step: str | int) -> tuple[str | int, inspect.Type]:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.StructType):
        field = next((one for one in kind.fields if one.encode_name == step), None)
        if field is None:
            raise NoSuchPlace(str(step))
        return field.encode_name, field.type
    if isinstance(kind, inspect.VarTupleType):
        return _item(value, kind, step), kind.item_type
    if isinstance(kind, inspect.DictType):
        return str(step), kind.value_type
    raise NoSuchPlace(str(step))


def _item(value: Any, kind: inspect.VarTupleType, step: str | int) -> int:
    parts = value if isinstance(value, list) else []
    inner = inner_struct(kind)
    if isinstance(step, str) and inner is not None:
        key = key_of(inner)
        at = next((at for at, one in enumerate(parts) if isinstance(one, dict) and one.get(key) == step), -1)
    else:
        at = int(step) if str(step).isdecimal() else -1
    if not 0 <= at < len(parts):
        raise NoSuchPlace(str(step))
    return at


def _inner(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def at(document: Any, path: Path) -> Any:
    """What stands at a resolved path; None for nothing."""
    for step in path:
        document = _inner(document, step)
    return document


def changed(document: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A copy in which what stands at a resolved path is `change` of it. Tables that are missing are made."""
    if not path:
        return change(document)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [changed(one, rest, change) if place == step else one for place, one in enumerate(document)]
    table = document if isinstance(document, dict) else {}
    return {**table, step: changed(table.get(step), rest, change)}


def without(document: Any, path: Path) -> Any:
    """A copy without what stands at a resolved path."""
    *outer, last = path

    def cut(value: Any) -> Any:
        if isinstance(value, list):
            return [one for place, one in enumerate(value) if place != last]
        return {key: one for key, one in (value or {}).items() if key != last}

    return changed(document, tuple(outer), cut)


def holds_parts(kind: inspect.Type) -> inspect.StructType | None:
    """The kind of parts a list holds."""
    return inner_struct(kind) if is_list(kind) else None
