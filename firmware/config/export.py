"""A configuration as TOML text that reads back to the same value. Keys at their defaults are left out.

The same configuration gives the same text. What is exported holds its PINs, or it would not be the same: the head
says so, and of whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from firmware.config.faults import printable
from firmware.config.newest import Version

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def as_document(row: Version) -> str:
    """A version of config.db as a file: who put it in force when, then all of it."""
    config = row.config
    at = datetime.fromtimestamp(row.at_us / 1e6, UTC).isoformat(timespec="seconds")
    head = [f"# tipring configuration, version {row.version} of {at} by {printable(row.author)} ({row.note})"]
    if secret := secrets_of(config):
        head.append(f"# Holds the PINs of {printable(', '.join(secret))}: keep this file as you keep keys.")
    return "\n".join(head) + "\n\n" + as_toml(config)


def secrets_of(value: Any, what: str = "") -> list[str]:
    """Whose PINs stand in the clear in an export: `agent 801`, `mailbox office`."""
    if isinstance(value, tuple | list):
        return [one for inner in value for one in secrets_of(inner, what)]
    if not isinstance(value, Struct):
        return []
    found = []
    for field in msgspec.structs.fields(value):
        inner = getattr(value, field.name)
        if field.name == "pin" or field.name.endswith("_pin"):
            found += [f"{what} {_called(value)}".strip()] if inner and isinstance(inner, str) else []
        else:
            found += secrets_of(inner, field.encode_name)
    return found


def _called(value: Struct) -> str:
    return next((str(getattr(value, key)) for key in ("id", "number", "name") if getattr(value, key, "")), "")


def as_toml(value: Struct) -> str:
    """The whole document; raises ValueError for a value TOML cannot carry (None in a list)."""
    document = _plain(value)
    if not isinstance(document, dict):
        raise ValueError("only a structure can be a document")
    return "\n".join(_table(document, ())).strip("\n") + "\n"


def _plain(value: Any) -> Any:
    """Structs as dicts without what is default, except keys that have no default."""
    if isinstance(value, Struct):
        shown = {}
        for field in msgspec.structs.fields(value):
            inner = getattr(value, field.name)
            if inner is not None and (field.required or inner != _default(field)):
                shown[field.encode_name] = _plain(inner)
        tag = value.__struct_config__
        return {tag.tag_field: tag.tag, **shown} if tag.tag_field else shown
    if isinstance(value, dict):
        return {str(msgspec.to_builtins(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return msgspec.to_builtins(value)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _table(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Plain keys first: a key after a sub-table would belong to that."""
    for key, value in table.items():
        if not _is_tables(value) and not isinstance(value, dict):
            yield f"{_key(key)} = {_text(value)}"
    for key, value in table.items():
        header = (*path, key)
        name = ".".join(map(_key, header))
        if isinstance(value, dict):
            yield from ("", f"[{name}]", *_table(value, header))
        elif _is_tables(value):
            for one in value:
                yield from ("", f"[[{name}]]", *_table(one, header))


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_text(one)}" for key, one in value.items()) + " }"
    raise ValueError(f"TOML has no {type(value).__name__}")


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(one) or _escape(one) for one in text) + '"'


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x20 or ord(char) == 0x7F else char
