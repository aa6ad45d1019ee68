"""Writes reference pages from structs: their docstrings, types, ranges, choices and defaults.

docs/configuration.md is made here; `firmware.cli.documents` makes the other pages of the same material.
`python -m firmware.config.document > docs/configuration.md`; a test holds the file against this.
"""

from __future__ import annotations

import ast
import re
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

*This page is written by `python -m firmware.config.document` from `firmware/config/schema`.*
"""
UNBOUNDED = 1_000_000
"""A limit so high is only there to keep nonsense out."""
Docs = Mapping[tuple[str, str], str]
"""(class, field) to docstring; field empty for the class's own."""


def document(kind: type[Struct] = schema.Config, head: str = HEAD) -> str:
    """The page for `kind` as a TOML file, `head` before it. Docstrings stand in the source of its module."""
    return head + "\n".join(_parts(struct_type(kind), (), docs_of(kind.__module__))).rstrip() + "\n"


def struct_type(kind: type[Struct]) -> inspect.StructType:
    """Raises TypeError for what is no Struct."""
    described = inspect.type_info(kind)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{kind} is no Struct")
    return described


def docs_of(module: str) -> Docs:
    """The docstrings of the classes of a module or package and of their fields."""
    found: dict[tuple[str, str], str] = {}
    for part in ast.parse(source_of(module)).body:
        if isinstance(part, ast.ClassDef):
            found[part.name, ""] = ast.get_docstring(part) or ""
            for field, text in zip(part.body, part.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(text):
                    found[part.name, field.target.id] = ast.literal_eval(text.value)  # type: ignore[attr-defined]
    return found


def source_of(module: str) -> str:
    """Of a package: of all its modules, in the order in which its `__init__` takes them in."""
    path = Path(sys.modules[module].__file__ or "")
    source = path.read_text("utf-8")
    parts = re.findall(rf"^from {re.escape(module)}\.(\w+) import \*", source, re.MULTILINE)
    bodies = [(path.parent / f"{part}.py").read_text("utf-8") for part in parts]
    return (
        "\n".join([*(one.replace("from __future__ import annotations\n", "") for one in bodies), source])
        if parts
        else source
    )


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
    return f"| `{field.encode_name}` | {value_text(field.type)} | {default_text(field)} | {meaning} |"


def value_text(kind: inspect.Type) -> str:
    """What may stand there, in a few words."""
    if isinstance(kind, inspect.Metadata):
        return _noted(kind)
    if isinstance(kind, inspect.VarTupleType):
        return f"list of {value_text(kind.item_type)}"
    if isinstance(kind, inspect.DictType):
        return f"table: {value_text(kind.key_type)} = {value_text(kind.value_type)}"
    if isinstance(kind, inspect.UnionType):
        given = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return " or ".join(value_text(one) for one in given)
    if isinstance(kind, inspect.StructType):
        return _table(kind)
    if isinstance(kind, inspect.EnumType):
        return " or ".join(f"`{one.value}`" for one in kind.cls)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return _number(kind)
    return {inspect.StrType: "text", inspect.BoolType: "true or false"}.get(type(kind), "value")


def _number(kind: inspect.IntType | inspect.FloatType) -> str:
    word = "whole number" if isinstance(kind, inspect.IntType) else "number"
    if kind.gt is not None:
        return f"{word} above {kind.gt:g}"
    if kind.ge is None or kind.le is None:
        return word
    return f"{word} from {kind.ge:g}" if kind.le >= UNBOUNDED else f"{word} {kind.ge:g} … {kind.le:g}"


def _table(kind: inspect.StructType) -> str:
    """A part written in one place with its keys, or one that has a page or section of its own."""
    if kind.cls is schema.Config:
        return "table as in [configuration](configuration.md)"
    if isinstance(kind.tag, str):
        return f"`{kind.cls.__name__}`"
    return "`{ " + ", ".join(field.encode_name for field in kind.fields) + " }`"


def _noted(kind: inspect.Metadata) -> str:
    extra = kind.extra or {}
    if "least" in extra:
        return f"{value_text(kind.type)} {extra['least']} … {extra['most']}"
    if "choices" in extra:
        return " or ".join(f"`{one}`" if one else "nothing" for one in extra["choices"])
    if "refers" in extra:
        what = extra["refers"]
        return f"name of {'an' if what[0] in 'aeio' else 'a'} {what}" if what != "hours" else "name of hours"
    return _FORMS.get(extra.get("form", ""), value_text(kind.type))


_FORMS = {
    "clock-time": "time of day `09:30`",
    "mail-address": "mail address",
    "number-pattern": "number, or its beginning and `*`",
    "digits": "digits",
    "key": "key of a telephone",
    "star-code": "star code",
    "span": "span `08:30-12:00`",
    "day": "`mon` … `sun`",
    "date": "date `2026-10-01`",
    "zone": "IANA zone",
    "regex": "regular expression",
    "name": "name",
    "beginning": "beginning of a number",
    "did": "number or block of numbers",
    "number": "telephone number",
    "pair": "two digits",
    "keys": "keys of a telephone",
    "network": "network `192.168.1.0/24`",
    "address": "IP address",
    "host": "host, perhaps with `:port`",
    "gate-secret": "what `tipring gate token` prints",
}
assert _FORMS.keys() == FORMS.keys()


def default_text(field: inspect.Field) -> str:
    """Empty where the default is nothing."""
    if field.required:
        return "**must be given**"
    default: Any = field.default if field.default is not NODEFAULT else field.default_factory()
    if default is None or default in ("", (), {}):
        return ""
    return f"`{msgspec.json.encode(default).decode()}`"


if __name__ == "__main__":
    sys.stdout.write(document())
