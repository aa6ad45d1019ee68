"""Pages about messages: one row a struct, its fields with what may stand in them, under the headings of the source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import get_args

from msgspec import Struct, inspect

from firmware.config.document import Docs, default_text, docs_of, source_of, struct_type, value_text

Column = Callable[[type[Struct]], str]
_HEADING = re.compile(r"^# -- (.+?) -+$|^class (\w+)", re.MULTILINE)


def page(head: str, module: ModuleType, union: object, more: Mapping[str, Column] | None = None) -> str:
    """All members of `union`, which live in `module`; `more` are further columns."""
    kinds: tuple[type[Struct], ...] = get_args(union)
    docs, columns = docs_of(module.__name__), more or {}
    parts = [head]
    for heading, members in _sections(module, kinds):
        parts += [f"## {heading.capitalize()}\n"] if heading else []
        parts.append(_table(members, docs, columns))
    return "\n".join(parts)


def of_structs(heading: str, module: ModuleType, kinds: tuple[type[Struct], ...]) -> str:
    """A section on structs that stand inside messages."""
    return f"## {heading}\n\n" + _table(kinds, docs_of(module.__name__), {})


def _sections(
    module: ModuleType, kinds: tuple[type[Struct], ...]
) -> list[tuple[str, tuple[type[Struct], ...]]]:
    """Split as the `# -- heading ---` lines of the source do."""
    source = source_of(module.__name__)
    heading, headings = "", {}
    for found in _HEADING.finditer(source):
        if found.group(1):
            heading = found.group(1)
        else:
            headings[found.group(2)] = heading
    order = dict.fromkeys(headings[kind.__name__] for kind in kinds)
    return [(name, tuple(kind for kind in kinds if headings[kind.__name__] == name)) for name in order]


def _table(kinds: tuple[type[Struct], ...], docs: Docs, more: Mapping[str, Column]) -> str:
    heads = ("name", "meaning", "fields", *more)
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for kind in kinds:
        meaning = " ".join(docs.get((kind.__name__, ""), "").split())
        cells = [
            f"`{kind.__name__}`",
            meaning,
            _fields(kind, docs),
            *(column(kind) for column in more.values()),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _fields(kind: type[Struct], docs: Docs) -> str:
    """The struct's own fields; those of its root are told once, in the page's head."""
    roots = [root for root in kind.__mro__[1:] if issubclass(root, Struct) and root is not Struct]
    inherited = {name for root in roots for name in root.__struct_fields__}
    own = [field for field in struct_type(kind).fields if field.name not in inherited]
    return "<br>".join(_field(kind, field, docs) for field in own)


def _field(kind: type[Struct], field: inspect.Field, docs: Docs) -> str:
    default = "" if field.required else default_text(field)
    meaning = " ".join(docs.get((kind.__name__, field.name), "").split())
    text = f"`{field.name}`: {value_text(field.type)}" + (f", else {default}" if default else "")
    return f"{text}. {meaning}" if meaning else text
