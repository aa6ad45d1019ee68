"""What a form needs to know of each key: what may stand there, its unit and limits, and what it means."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from firmware.config.document import Docs, docs_of
from firmware.config.field_words import field_name, help_of, part_name, unit_of
from firmware.config.parts import defines, described, inner_struct, is_list, key_of
from firmware.config.schema import Config

_KINDS: dict[type, str] = {
    inspect.StrType: "text",
    inspect.BoolType: "switch",
    inspect.IntType: "whole",
    inspect.FloatType: "number",
    inspect.VarTupleType: "list",
    inspect.DictType: "table",
}


class Field(Struct, frozen=True):
    """One key of a part."""

    key: str
    kind: str
    """`text`, `switch`, `whole`, `number`, `choice`, `list`, `table`, `part`, `parts`."""
    en: str
    zh: str
    help_en: str
    help_zh: str = ""
    unit_en: str = ""
    unit_zh: str = ""
    required: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    form: str = ""
    """Of a text: a key of `firmware.config.forms.FORMS`."""
    refers: str = ""
    """Of a text: kind of part that is named (`queue`)."""
    names: bool = False
    """This key names the part: others refer to it, `editing.rename` changes it everywhere."""
    of: Field | None = None
    """Of a list or a table: its items."""
    of_keys: Field | None = None
    """Of a table: its keys."""


class PartForm(Struct, frozen=True):
    """One kind of part."""

    key: str
    """As in the document: `queue`, `node`, `site`."""
    en: str
    zh: str
    help_en: str
    help_zh: str
    name_key: str
    """The key that tells parts of this kind apart; empty: it stands alone."""
    defines: str
    fields: tuple[Field, ...]
    parts: tuple[PartForm, ...]


@cache
def forms() -> tuple[PartForm, ...]:
    """Every section and kind of part of a configuration, in the document's order."""
    docs = docs_of(Config.__module__)
    return tuple(
        _part(field.encode_name, inner, docs, is_list(field.type))
        for field in described(Config).fields
        if (inner := inner_struct(field.type)) is not None
    )


def form_of(key: str) -> PartForm:
    """Raises KeyError."""
    for one in forms():
        if one.key == key:
            return one
    raise KeyError(key)


def _part(key: str, kind: inspect.StructType, docs: Docs, listed: bool) -> PartForm:
    inner = [
        (field.encode_name, found, is_list(field.type))
        for field in kind.fields
        if (found := inner_struct(field.type)) is not None
    ]
    name = kind.cls.__name__
    return PartForm(
        key=key,
        en=part_name(key, "en"),
        zh=part_name(key, "zh"),
        help_en=_words(docs.get((name, ""), "")),
        help_zh=help_of(key),
        name_key=key_of(kind) if listed else "",
        defines=defines(kind),
        fields=tuple(_field(key, one, docs.get((name, one.name), "")) for one in kind.fields),
        parts=tuple(_part(inner_key, found, docs, many) for inner_key, found, many in inner),
    )


def _field(part: str, field: inspect.Field, words: str) -> Field:
    (en, _), (zh, _) = (field_name((part,), field.encode_name, language) for language in ("en", "zh"))
    unit_en, unit_zh = unit_of(field.encode_name)
    return msgspec.structs.replace(
        _value(field.type),
        key=field.encode_name,
        en=en,
        zh=zh,
        help_en=_words(words),
        help_zh=help_of(part, field.encode_name),
        unit_en=unit_en,
        unit_zh=unit_zh,
        required=field.required,
        default=_default(field),
    )


def _default(field: inspect.Field) -> Any:
    if field.required:
        return None
    value = field.default if field.default_factory is NODEFAULT else field.default_factory()
    return msgspec.to_builtins(value)


def _value(kind: inspect.Type) -> Field:
    """What may stand there, without the key."""
    if isinstance(kind, inspect.Metadata):
        return _noted(_value(kind.type), kind.extra or {})
    inner = inner_struct(kind)
    if inner is not None:
        return _nameless("parts" if is_list(kind) else "part")
    found = _nameless(_KINDS.get(type(kind), "text"))
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        least, most = kind.ge if kind.gt is None else kind.gt, kind.le if kind.lt is None else kind.lt
        return msgspec.structs.replace(found, least=least, most=most)
    if isinstance(kind, inspect.VarTupleType):
        return msgspec.structs.replace(found, of=_value(kind.item_type))
    if isinstance(kind, inspect.DictType):
        return msgspec.structs.replace(found, of=_value(kind.value_type), of_keys=_value(kind.key_type))
    return found


def _nameless(kind: str) -> Field:
    return Field(key="", kind=kind, en="", zh="", help_en="")


def _noted(found: Field, extra: dict[str, Any]) -> Field:
    choices = tuple(str(one) for one in extra.get("choices", ()))
    return msgspec.structs.replace(
        found,
        kind="choice" if choices else found.kind,
        choices=choices,
        least=extra.get("least", found.least),
        most=extra.get("most", found.most),
        form=str(extra.get("form", "")),
        refers=str(extra.get("refers", "")),
        names="defines" in extra,
    )


def _words(text: str) -> str:
    return " ".join(text.split())
