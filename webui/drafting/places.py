"""Addresses of parts in a draft: `flow.0.node.2`, the form that belongs there, and the part a fault is in."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from firmware.config.drafts.draft import Document
from firmware.config.drafts.fields import PartForm, forms
from firmware.config.drafts.places import NoSuchPlace, at, resolved
from firmware.config.lines import Path
from firmware.config.parts import described, inner_struct, is_list
from firmware.config.schema import Config

_STEP = re.compile(r"[^.\[\]]+")
LONGEST = 200


class Place(Struct, frozen=True):
    """A part that is there, or a list of parts."""

    path: Path
    form: PartForm
    value: Any
    is_list: bool

    @property
    def address(self) -> str:
        return address_of(self.path)

    @property
    def outer(self) -> str:
        """Address of what it is in; empty at the top."""
        return address_of(self.path[:-1])


def path_of(address: str) -> Path:
    """Of an address, or of a fault's key (`flow[0].node[2].next`)."""
    return tuple(
        int(one) if one.isascii() and one.isdecimal() and len(one) < 7 else one
        for one in _STEP.findall(address[:LONGEST])
    )


def address_of(path: Path) -> str:
    return ".".join(map(str, path))


def place_of(document: Document, address: str) -> Place:
    """Raises NoSuchPlace for what is no part or list of parts, or is not there."""
    path = path_of(address)
    form = form_at(path)
    if form is None or not path:
        raise NoSuchPlace(address)
    found, _ = resolved(document, path)
    value = at(document, found)
    many = is_listed(path)
    if value is None and not many:
        value = {}
    if not isinstance(value, dict) and not many:
        raise NoSuchPlace(address)
    return Place(found, form, (value if isinstance(value, list) else []) if many else value, many)


def form_at(path: Path) -> PartForm | None:
    """None where the path leads to a key, or nowhere."""
    inner, found = forms(), None
    for step in path:
        if isinstance(step, int):
            continue
        found = next((one for one in inner if one.key == step), None)
        if found is None:
            return None
        inner = found.parts
    return found


def is_listed(path: Path) -> bool:
    """The path leads to a list of parts and to none of them."""
    return isinstance(path[-1], str) and path[-1] in LISTS


def part_of(key: str) -> str:
    """Address of the innermost part a fault's key is in."""
    path = path_of(key)
    while path and form_at(path) is None:
        path = path[:-1]
    return address_of(path)


def called(form: PartForm, value: Any, at_: int) -> str:
    """What people know a part by: its name, or its place."""
    name = value.get(form.name_key, "") if isinstance(value, dict) and form.name_key else ""
    return str(name) or f"#{at_ + 1}"


def _lists() -> frozenset[str]:
    found: set[str] = set()
    waiting: list[Any] = [described(Config)]
    while waiting:
        for field in waiting.pop().fields:
            inner = inner_struct(field.type)
            if inner is not None:
                waiting.append(inner)
                if is_list(field.type):
                    found.add(field.encode_name)
    return frozenset(found)


LISTS = _lists()
"""Keys that hold lists of parts."""
