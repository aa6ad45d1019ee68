"""A key's value as the text of a form field, and the text as a value again.

Lists stand one to a line, tables `key = value` to a line. What is no number stays text: the check tells it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from firmware.config.drafts.fields import Field

LONGEST = 20_000
SECRETS = ("pin", "secret", "password")
ORDERED = frozenset({"slots"})
"""Lists of choices in which each place means something."""
_WHOLE, _NUMBER = re.compile(r"-?[0-9]{1,15}"), re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,9})?")
_BETWEEN = re.compile(r"\s*[,，、]\s*")


def is_secret(key: str) -> bool:
    """Not sent to browsers: whoever sees the page need not know it."""
    return any(key == one or key.endswith(f"_{one}") for one in SECRETS)


def is_ticks(field: Field) -> bool:
    """A list of which each choice stands there once or not at all."""
    return (
        field.kind == "list"
        and field.of is not None
        and field.of.kind == "choice"
        and field.key not in ORDERED
    )


def own(fields: Sequence[Field]) -> list[Field]:
    """Those a form asks for itself; parts have forms of their own."""
    return [one for one in fields if one.kind not in ("part", "parts")]


def shown(field: Field, value: Any) -> Any:
    """For an input or a text area; of a switch true or false, of a list of choices the chosen."""
    if field.kind == "switch":
        return bool(value)
    if field.kind == "list" and isinstance(value, list):
        return value if is_ticks(field) else "\n".join(_text(field.of, one) for one in value)
    if field.kind == "table" and isinstance(value, dict):
        return "\n".join(f"{key} = {_text(field.of, one)}" for key, one in value.items())
    return "" if value is None else _plain(value)


def taken(field: Field, given: Sequence[str], there: Any) -> Any:
    """What the form says; None: the default again. `there` is the value so far."""
    text = given[0][:LONGEST].strip().replace("\r\n", "\n") if given else ""
    if field.kind == "switch":
        return bool(given)
    if field.kind == "list":
        return _list(field, given, text, there)
    if field.kind == "table":
        pairs = (line.partition("=") for line in text.split("\n") if line.strip())
        return {key.strip(): _value(field.of, value.strip()) for key, _, value in pairs}
    if is_secret(field.key) and not text:
        return there
    if not text and field.kind in ("whole", "number"):
        return None
    return _value(field, text)


def is_default(field: Field, value: Any) -> bool:
    return value is None or (not field.required and value == field.default)


def _list(field: Field, given: Sequence[str], text: str, there: Any) -> list[Any]:
    """Ticked choices stay in the order in which they are there."""
    if is_ticks(field) and field.of:
        kept = [one for one in there or () if one in given] if isinstance(there, list) else []
        return kept + [one for one in given if one in field.of.choices and one not in kept]
    return [_value(field.of, line.strip()) for line in text.split("\n") if line.strip()]


def _value(field: Field | None, text: str) -> Any:
    kind = field.kind if field else "text"
    if kind == "whole" and _WHOLE.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if kind == "list":
        return [_value(field.of if field else None, one) for one in _BETWEEN.split(text) if one]
    if kind == "switch":
        return text.casefold() in ("yes", "true", "on", "1", "是")
    return text


def _text(field: Field | None, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(field.of if field else None, one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return _plain(value)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
