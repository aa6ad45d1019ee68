"""Names that are given in one place and used in another, found through the schema's own notes.

A string field with `Meta(extra={"defines": "queue"})` gives a queue its name, one with
`Meta(extra={"refers": "queue"})` uses it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from msgspec import inspect

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.lines import Path
from firmware.config.shape import BROKEN

Noted = tuple[Path, str, str, str]
"""(path, `defines` or `refers`, kind of thing, name)."""


def check_names(
    document: Any, kind: inspect.Type, known: Mapping[str, Collection[str]] | None = None
) -> list[Finding]:
    """Names given twice, and names used that nobody gave; `known` are given from outside the document."""
    noted = [one for one in notes(document, kind) if one[3] not in ("", BROKEN)]
    given: dict[str, dict[str, Path]] = {
        what: dict.fromkeys(names, ()) for what, names in (known or {}).items()
    }
    findings = []
    for path, role, what, name in noted:
        if role != "defines":
            continue
        first = given.setdefault(what, {}).get(name)
        if first:
            findings.append(Finding(path, say.TWICE, {"what": what, "name": name}))
        given[what][name] = path
    for path, role, what, name in noted:
        if role == "refers" and name not in given.get(what, {}):
            findings.append(missing(path, what, name, given.get(what, {})))
    return findings


def missing(path: Path, what: str, name: str, known: Collection[str]) -> Finding:
    """The finding for a name nobody gave, with the nearest one that was."""
    near = difflib.get_close_matches(name, [one for one in sorted(known) if one != BROKEN], 1, 0.5)
    wording = say.NOBODY_NEAR if near else say.NOBODY
    return Finding(path, wording, {"what": what, "name": name, "near": "".join(near)})


def notes(value: Any, kind: inspect.Type, path: Path = ()) -> Iterator[Noted]:
    """All named things of a document that fits `kind`."""
    walk = _WALKS.get(type(kind))
    if walk is not None:
        yield from walk(value, kind, path)


def _noted(value: Any, kind: inspect.Metadata, path: Path) -> Iterator[Noted]:
    extra = kind.extra or {}
    for role in ("defines", "refers"):
        if isinstance(value, str) and role in extra:
            yield path, role, extra[role], value
    yield from notes(value, kind.type, path)


def _fields(value: Any, kind: inspect.StructType, path: Path) -> Iterator[Noted]:
    for field in kind.fields:
        if field.encode_name in value:
            yield from notes(value[field.encode_name], field.type, (*path, field.encode_name))


def _items(value: Any, kind: inspect.VarTupleType | inspect.ListType, path: Path) -> Iterator[Noted]:
    for place, one in enumerate(value):
        yield from notes(one, kind.item_type, (*path, place))


def _entries(value: Any, kind: inspect.DictType, path: Path) -> Iterator[Noted]:
    for key, one in value.items():
        yield from notes(one, kind.value_type, (*path, key))


def _choices(value: Any, kind: inspect.UnionType, path: Path) -> Iterator[Noted]:
    for one in kind.types:
        if isinstance(one, inspect.StructType):
            if isinstance(value, dict) and (not one.tag_field or value.get(one.tag_field) == one.tag):
                yield from notes(value, one, path)
        elif isinstance(one, inspect.Metadata) and isinstance(value, str):
            yield from notes(value, one, path)


_WALKS: Mapping[type, Callable[[Any, Any, Path], Iterator[Noted]]] = {
    inspect.Metadata: _noted,
    inspect.StructType: _fields,
    inspect.VarTupleType: _items,
    inspect.ListType: _items,
    inspect.DictType: _entries,
    inspect.UnionType: _choices,
}
