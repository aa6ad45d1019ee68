"""The fields of a struct, read from its source: whoever shows figures carries none of the code that makes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path

from msgspec import Struct


class Field(Struct, frozen=True):
    """One field as it is written: its type in words of Python, its docstring in one line."""

    name: str
    type: str
    says: str


class NoSuchStruct(LookupError):
    """The module has no class of this name."""


def fields_of(module: str, name: str) -> tuple[Field, ...]:
    """Of class `name` in `module` (or imported there by name), in their order. Raises NoSuchStruct."""
    return tuple(_fields(_class(_tree(module), name)))


def home_of(module: str, name: str) -> str | None:
    """The module in which the class that `module` calls `name` is written; None for what is no class of ours."""
    tree = _tree(module)
    if any(isinstance(node, ast.ClassDef) and node.name == name for node in tree.body):
        return module
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and any(one.name == name for one in node.names):
            return node.module
    return None


@cache
def _tree(module: str) -> ast.Module:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise NoSuchStruct(module)
    return ast.parse(Path(spec.origin).read_text("utf-8"))


def _class(tree: ast.Module, name: str) -> ast.ClassDef:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return node
    raise NoSuchStruct(name)


def _fields(kind: ast.ClassDef) -> Iterator[Field]:
    for node, after in zip_longest(kind.body, kind.body[1:]):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield Field(node.target.id, ast.unparse(node.annotation), _docstring(after))


def _docstring(node: ast.stmt | None) -> str:
    if (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ):
        return " ".join(node.value.value.split())
    return ""
