"""What an answer may be, for programs: JSON Schema of the interview's answers, with words and choices."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from firmware.interview.answers import Answers
from webui.api.description import field_words

Shape = dict[str, Any]


@cache
def form() -> Shape:
    """What more is wanted of an answer (numbers that are free, names that are there) its check tells."""
    shape = msgspec.json.schema(Answers)
    for kind in _parts(inspect.type_info(Answers)):
        properties, words = shape["$defs"][kind.cls.__name__]["properties"], field_words(kind.cls)
        for one in kind.fields:
            _describe(properties[one.encode_name], one.type, words.get(one.name, ""))
    return shape


def _parts(kind: inspect.Type) -> Iterator[inspect.StructType]:
    if isinstance(kind, inspect.StructType):
        yield kind
        for one in kind.fields:
            yield from _parts(one.type)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _parts(kind.item_type)


def _describe(shape: Shape, kind: inspect.Type, words: str) -> None:
    if words:
        shape["description"] = words
    if isinstance(kind, inspect.VarTupleType):
        _describe(shape["items"], kind.item_type, "")
    elif isinstance(kind, inspect.Metadata) and (kind.extra or {}).get("choices"):
        shape["enum"] = list((kind.extra or {})["choices"])
