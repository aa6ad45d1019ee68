"""Writes docs/configuration.md from the schema: its docstrings, types, ranges, choices and defaults.

`python -m firmware.config.document > docs/configuration.md`; a test holds the file against this.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from firmware.config import schema
from firmware.config.forms import FORMS

HEAD = """# Configuration

One TOML file describes the box. `tipring config check FILE` tells all faults at once, with line and remedy;
`tipring config apply FILE` puts it in force as a new version; `history`, `diff`, `rollback` and `export` do
what they say. Unknown keys are faults. Names are letters, digits, dot, dash and underscore.

*This page is written by `python -m firmware.config.document` from `firmware/config/schema.py`.*
"""
Docs = Mapping[tuple[str, str], str]
"""(class, field) to docstring; field empty for the class's own."""


def document(kind: type[Struct] = schema.Config) -> str:
    """The page for `kind`, whose class and field docstrings stand in its module's source."""
    source = Path(sys.modules[kind.__module__].__file__ or "").read_text("utf-8")
    described = inspect.type_info(kind)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{kind} is no Struct")
    return HEAD + "\n".join(_parts(described, (), _docs(source))).rstrip() + "\n"


def _docs(source: str) -> Docs:
    found: dict[tuple[str, str], str] = {}
    for part in ast.parse(source).body:
        if isinstance(part, ast.ClassDef):
            found[part.name, ""] = ast.get_docstring(part) or ""
            for field, text in zip(part.body, part.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(text):
                    found[part.name, field.target.id] = ast.literal_eval(text.value)  # type: ignore[attr-defined]
    return found


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _parts(kind: inspect.StructType, path: tuple[str, ...], docs: Docs) -> Iterator[str]:
    """The part's own keys as a table, then its sub-parts under their headers."""
    keys = [_row(field, kind, docs) for field in kind.fields if _inner(field.type) is None]
    if keys:
        yield from ("| key | value | default | meaning |", "|---|---|---|---|", *keys)
    for field in kind.fields:
        inner = _inner(field.type)
        if inner is not None:
            here = (*path, field.encode_name)
            header = ".".join(here)
            yield from ("", f"## `[{header}]`" if inner is field.type else f"## `[[{header}]]`", "")
            yield from (docs.get((inner.cls.__name__, ""), ""), "")
            yield from _parts(inner, here, docs)


def _inner(kind: inspect.Type) -> inspect.StructType | None:
    """The part that stands under a header of its own."""
    if isinstance(kind, inspect.VarTupleType):
        kind = kind.item_type
    return kind if isinstance(kind, inspect.StructType) else None


def _row(field: inspect.Field, kind: inspect.StructType, docs: Docs) -> str:
    meaning = " ".join(docs.get((kind.cls.__name__, field.name), "").split()).replace("|", "\\|")
    return f"| `{field.encode_name}` | {_value(field.type)} | {_default(field)} | {meaning} |"


def _value(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        return _noted(kind)
    if isinstance(kind, inspect.VarTupleType):
        return f"list of {_value(kind.item_type)}"
    if isinstance(kind, inspect.DictType):
        return f"table: {_value(kind.key_type)} = {_value(kind.value_type)}"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        word = "whole number" if isinstance(kind, inspect.IntType) else "number"
        return word if kind.ge is None else f"{word} {kind.ge:g} … {kind.le:g}"
    return {inspect.StrType: "text", inspect.BoolType: "true or false"}.get(type(kind), "value")


def _noted(kind: inspect.Metadata) -> str:
    extra = kind.extra or {}
    if "least" in extra:
        return f"{_value(kind.type)} {extra['least']} … {extra['most']}"
    if "choices" in extra:
        return " or ".join(f"`{one}`" if one else "nothing" for one in extra["choices"])
    if "refers" in extra:
        what = extra["refers"]
        return f"name of {'an' if what[0] in 'aeio' else 'a'} {what}" if what != "hours" else "name of hours"
    return _FORMS.get(extra.get("form", ""), _value(kind.type))


_FORMS = {
    "digits": "digits",
    "key": "key of a telephone",
    "star-code": "star code",
    "span": "span `08:30-12:00`",
    "day": "`mon` … `sun`",
    "date": "date `2026-10-01`",
    "zone": "IANA zone",
    "regex": "regular expression",
    "name": "name",
}
assert _FORMS.keys() == FORMS.keys()


def _default(field: inspect.Field) -> str:
    if field.required:
        return "**must be given**"
    default: Any = field.default if field.default is not NODEFAULT else field.default_factory()
    if default in ("", (), {}):
        return ""
    return f"`{msgspec.json.encode(default).decode()}`"


if __name__ == "__main__":
    sys.stdout.write(document())
