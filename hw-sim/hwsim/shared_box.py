"""A box that several scenarios share: its file, with what one scenario says otherwise, and who said what where."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from msgspec import Struct, inspect

from firmware.config import wordings as say
from firmware.config.faults import Fault, Finding, key_text
from firmware.config.lines import Path, line_of, locate
from firmware.config.load import text_of
from firmware.config.schema import Config
from firmware.config.syntax import parse

FROM = "from"
Table = dict[str, Any]


class Source(Struct, frozen=True):
    """One file as it was read. `hopeless`: nothing of it could be."""

    file: str
    document: Table
    lines: Mapping[Path, int]
    slips: list[Fault]
    hopeless: bool

    @classmethod
    def read(cls, file: str, text: str) -> Source:
        document, readable, slips = parse(text.replace("\r\n", "\n"))
        told = [Fault(file, line, "", say.SYNTAX, {"why": why}) for line, why in slips]
        return cls(file, document, locate(readable), told, bool(slips) and not readable)

    def fault(self, path: Path, finding: Finding) -> Fault | None:
        """None where the line is no TOML at all, which was told already."""
        line = line_of(self.lines, path)
        if line in {slip.line for slip in self.slips}:
            return None
        return Fault(self.file, line, key_text(path), finding.wording, finding.data)


class Origins:
    """Which file each part of a merged document comes from."""

    def __init__(self, own: Source) -> None:
        self._of: dict[Path, tuple[Source, Path]] = {(): (own, ())}

    def come(self, path: Path, source: Source, there: Path) -> None:
        """What is at `path` and below stands in `source` at `there`."""
        self._of[path] = source, there

    def fault(self, finding: Finding) -> Fault | None:
        """The finding as a fault of its file and line."""
        path = finding.path
        for length in range(len(path), -1, -1):
            if path[:length] in self._of:
                source, there = self._of[path[:length]]
                return source.fault((*there, *path[length:]), finding)
        raise AssertionError("the document itself has an origin")


def with_shared_box(own: Source, folder: FilePath) -> tuple[Table, Origins, list[Fault]]:
    """The scenario with its box in place; faults are those of reading the box's file, and of how it is named."""
    origins = Origins(own)
    said = own.document.get("box")
    name = said.get(FROM) if isinstance(said, dict) else said
    if name is None or (not isinstance(name, str) and not isinstance(said, dict)):
        return own.document, origins, []
    if not isinstance(name, str):
        finding = Finding(("box", FROM), say.WRONG_TYPE["text"], {"given": type(name).__name__})
        fault = own.fault(finding.path, finding)
        return {**own.document, "box": _without_from(said)}, origins, [fault] if fault else []
    file = os.path.normpath(folder / name)
    text, unread = text_of(file)
    base = Source.read(file, text)
    if unread or base.hopeless:
        return {**own.document, "box": name}, origins, unread or base.slips
    origins.come(("box",), base, ())
    changes = _without_from(said) if isinstance(said, dict) else {}
    box = _Merging(own, origins).tables(base.document, changes, ("box",))
    return {**own.document, "box": box}, origins, base.slips


def _without_from(said: Any) -> Table:
    return {key: value for key, value in said.items() if key != FROM}


class _Merging:
    """Paths of what the scenario says are the same in the scenario and below."""

    def __init__(self, own: Source, origins: Origins) -> None:
        self._own = own
        self._origins = origins

    def tables(self, base: Table, said: Table, path: Path, there: Path = ()) -> Table:
        """`path` is in the merged document, `there` in the scenario (empty: the same)."""
        there = there or path
        merged = dict(base)
        for key, value in said.items():
            here, stands, old = (*path, key), (*there, key), base.get(key)
            if isinstance(value, dict) and isinstance(old, dict):
                merged[key] = self.tables(old, value, here, stands)
            elif path == ("box",) and isinstance(value, list) and isinstance(old, list):
                merged[key] = self._parts(old, value, here)
            else:
                self._origins.come(here, self._own, stands)
                merged[key] = value
        return merged

    def _parts(self, base: list[Any], said: list[Any], path: Path) -> list[Any]:
        """Those of one name become one; others are added."""
        merged = list(base)
        named = names_of_parts().get(str(path[-1]), "")
        places = {one.get(named): i for i, one in enumerate(base) if isinstance(one, dict) and named in one}
        for i, one in enumerate(said):
            place = places.get(one.get(named)) if isinstance(one, dict) and named in one else None
            if place is None:
                self._origins.come((*path, len(merged)), self._own, (*path, i))
                merged.append(one)
            else:
                merged[place] = self.tables(merged[place], one, (*path, place), (*path, i))
        return merged


@cache
def names_of_parts() -> Mapping[str, str]:
    """Of the configuration's arrays of parts: the key by which one is known (`queue`: `id`)."""
    found = {}
    described = inspect.type_info(Config)
    assert isinstance(described, inspect.StructType)
    for array in described.fields:
        part = array.type.item_type if isinstance(array.type, inspect.VarTupleType) else None
        for key in part.fields if isinstance(part, inspect.StructType) else ():
            if isinstance(key.type, inspect.Metadata) and "defines" in (key.type.extra or {}):
                found[array.encode_name] = key.encode_name
    return found
