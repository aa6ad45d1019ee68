"""Which tables of history.db a fact is written into, read from the statements of its handler."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from firmware.archive.history import HANDLERS, PASSED_OVER
from firmware.protocol.facts import Fact

_WRITES = re.compile(r"\b(?:INSERT(?: OR \w+)? INTO|UPDATE(?! SET)|DELETE FROM) (\w+)")


def tables_fed(kind: type[Struct]) -> str:
    """The names, in the order in which they are written; a dash for the engine's own memory."""
    handler = HANDLERS.get(kind) if issubclass(kind, Fact) else None
    if handler is None:
        return "— (the engine's own)" if kind in PASSED_OVER else "—"
    tables = dict.fromkeys(_tables(handler, set()))
    return ", ".join(f"`{name}`" for name in tables)


def _tables(function: Callable[..., Any], seen: set[str]) -> Iterator[str]:
    """Of the function and of those of its module that it calls."""
    if function.__name__ in seen:
        return
    seen.add(function.__name__)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _WRITES.findall(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = function.__globals__.get(node.func.id)
            if inspect.isfunction(called) and called.__module__.startswith("firmware.archive"):
                yield from _tables(called, seen)
