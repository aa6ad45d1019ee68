"""Where in a TOML text each key stands. `tomllib` says what a document means, this says in which line.

The scan trusts that the text is well-formed (the parser has been over it); on anything else it stops early
and what was found so far stays good.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

Path = tuple[str | int, ...]
"""Keys and, in arrays, places from 0: `("flow", 0, "node", 2, "next")`."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


class _Stopped(Exception):
    """The text is not what the scan expects."""


def locate(text: str) -> Mapping[Path, int]:
    """Line (from 1) of every table header, key and array element, by path."""
    scan = _Scan(text)
    try:
        scan.document()
    except (_Stopped, RecursionError, IndexError):
        return scan.lines
    return scan.lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it; 0 for the document itself."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 0


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while True:
            self.skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        array = self.text.startswith("[[", self.at)
        line = self.line
        self.at += 2 if array else 1
        *outer, last = self.keys()
        self.at += 2 if array else 1
        path: Path = ()
        for key in outer:
            path = self.entered((*path, key))
        path = (*path, last)
        self.lines.setdefault(path, line)
        if array:
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, self.counts[path])
            self.lines[path] = line
        return path

    def entered(self, path: Path) -> Path:
        """The table a header's outer key means: of an array of tables, the latest."""
        self.lines.setdefault(path, self.line)
        return (*path, self.counts[path]) if path in self.counts else path

    def keys(self) -> list[str]:
        found = []
        while True:
            self.skip(_SPACE)
            found.append(self.key())
            self.skip(_SPACE)
            if self.text[self.at : self.at + 1] != ".":
                return found
            self.at += 1

    def key(self) -> str:
        if self.text[self.at : self.at + 1] in ('"', "'"):
            return _unquoted(self.skip(_STRING))
        return self.skip(_BARE_KEY) or self.stop()

    def pair(self, table: Path) -> None:
        line = self.line
        path = table
        for key in self.keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.expect("=")
        self.skip(_SPACE)
        self.value(path)

    def value(self, path: Path) -> None:
        first = self.text[self.at]
        if first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        elif first in "\"'":
            self.skip(_STRING) or self.stop()
        else:
            self.skip(_SCALAR) or self.stop()

    def array(self, path: Path) -> None:
        self.at += 1
        place = 0
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return
            self.lines[*path, place] = self.line
            self.value((*path, place))
            place += 1
            self.skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                return
            self.pair(path)
            self.skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        self.line += found.group().count("\n")
        return found.group()

    def expect(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            self.stop()
        self.at += len(mark)

    def stop(self) -> str:
        raise _Stopped


def _unquoted(key: str) -> str:
    try:
        parsed: dict[str, Any] = tomllib.loads(f"value = {key}")
    except tomllib.TOMLDecodeError:
        return key
    return str(parsed["value"])
