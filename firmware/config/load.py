"""Reads a TOML file into a msgspec type and tells all its faults at once, each with line and remedy.

    config, faults = load(path, Config, checks=(check_config,), known=KNOWN_NAMES)    # firmware.config.check
    if config is None: print(render_faults(faults, "en"))

The same for any type: scenarios use it with their own. `firmware.config.shape` says what a schema may note
beside its fields (`choices`, `form`, `defines`, `refers`, msgspec's ranges).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from firmware.config import wordings as say
from firmware.config.export import as_toml
from firmware.config.faults import Fault, Finding, Wording, key_text, render_faults, usable
from firmware.config.lines import line_of, locate
from firmware.config.references import check_names
from firmware.config.shape import Shaper
from firmware.config.syntax import parse

__all__ = ["Check", "as_toml", "load", "loads", "render_faults"]

_Value = TypeVar("_Value", bound=msgspec.Struct)
Check = Callable[[_Value], Iterable[Finding]]
"""Looks at a value as a whole; also at one that has faults, where broken texts are `shape.BROKEN`."""

Known = Mapping[str, Collection[str]]


def load(
    path: FilePath | str,
    kind: type[_Value],
    checks: Iterable[Check[_Value]] = (),
    known: Known | None = None,
) -> tuple[_Value | None, list[Fault]]:
    """The value, or None when a fault (not only warnings) was found. Never raises for what is in the file."""
    text, faults = text_of(path)
    return (None, faults) if faults else loads(text, kind, checks, known, file=str(path))


def text_of(path: FilePath | str) -> tuple[str, list[Fault]]:
    """A file's text, or why it cannot be had."""
    try:
        raw = FilePath(path).read_bytes()
    except OSError as error:
        return "", [_fault(str(path), 0, say.UNREADABLE, why=error.strerror or str(error))]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        return "", [_fault(str(path), raw[: error.start].count(b"\n") + 1, say.NOT_UTF8)]


def loads(
    text: str,
    kind: type[_Value],
    checks: Iterable[Check[_Value]] = (),
    known: Known | None = None,
    file: str = "",
) -> tuple[_Value | None, list[Fault]]:
    """`load` for a text that is at hand; `file` is what the faults are said of."""
    document, readable, slips = parse(text.replace("\r\n", "\n"))
    faults = [_fault(file, line, say.SYNTAX, why=why) for line, why in slips]
    if slips and not readable:
        return None, faults
    value, findings = look_at(document, kind, checks, known)
    lines, slipped = locate(readable), {line for line, _ in slips}
    said = (
        Fault(file, line_of(lines, one.path), key_text(one.path), one.wording, one.data) for one in findings
    )
    faults += [one for one in said if one.line not in slipped]
    faults.sort(key=lambda one: (one.line, one.key))
    return (value if usable(faults) else None), faults


def look_at(
    document: dict[str, Any],
    kind: type[_Value],
    checks: Iterable[Check[_Value]] = (),
    known: Known | None = None,
) -> tuple[_Value, list[Finding]]:
    """What a parsed document says, as near as can be, and all that is wrong with it."""
    described = _described(kind)
    shaper = Shaper()
    shaped = shaper.shape(document, described)
    findings = shaper.findings + check_names(shaped, described, known)
    value = msgspec.convert(shaped, kind)
    slips = {one.path for one in findings}
    for check in checks:
        findings += [one for one in check(value) if one.path not in slips]  # a broken key is told once
    return value, findings


@cache
def _described(kind: type[Any]) -> inspect.Type:
    """The same for every document; made anew it would take longer than all the looking."""
    return inspect.type_info(kind)


def _fault(file: str, line: int, wording: Wording, **data: object) -> Fault:
    return Fault(file, line, "", wording, data)
