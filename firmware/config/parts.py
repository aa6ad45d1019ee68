"""The parts a configuration is made of, as the schema describes them: what names one, and what stands within one."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import inspect

from firmware.config.schema import Config

NAMES = ("id", "number", "name", "reason", "when")
"""Keys that name a part where none `defines` anything, best first."""


@cache
def described(kind: type[Any]) -> inspect.StructType:
    """Raises TypeError for what is no Struct."""
    found = inspect.type_info(kind)
    if not isinstance(found, inspect.StructType):
        raise TypeError(f"{kind} is no Struct")
    return found


def inner_struct(kind: inspect.Type) -> inspect.StructType | None:
    """What a field holds one or a list of, where that is a part."""
    if isinstance(kind, inspect.Metadata):
        return inner_struct(kind.type)
    if isinstance(kind, inspect.VarTupleType):
        return inner_struct(kind.item_type)
    return kind if isinstance(kind, inspect.StructType) else None


def is_list(kind: inspect.Type) -> bool:
    return (
        is_list(kind.type) if isinstance(kind, inspect.Metadata) else isinstance(kind, inspect.VarTupleType)
    )


def key_of(kind: inspect.StructType) -> str:
    """The key that tells parts of this kind apart; empty: only their place does."""
    for field in kind.fields:
        if isinstance(field.type, inspect.Metadata) and "defines" in (field.type.extra or {}):
            return field.encode_name
    names = {field.encode_name for field in kind.fields if field.required}
    return next((one for one in NAMES if one in names), "")


def defines(kind: inspect.StructType) -> str:
    """What others refer to parts of this kind as (`queue`); empty: nobody does."""
    for field in kind.fields:
        if isinstance(field.type, inspect.Metadata) and "defines" in (field.type.extra or {}):
            return str((field.type.extra or {})["defines"])
    return ""


@cache
def kinds() -> dict[str, inspect.StructType]:
    """Lists of parts at the top of the document, by their key: `queue`, `extension`…"""
    return {
        field.encode_name: inner
        for field in described(Config).fields
        if is_list(field.type) and (inner := inner_struct(field.type)) is not None
    }
