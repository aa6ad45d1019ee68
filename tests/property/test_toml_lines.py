"""Documents written in many styles: whatever tomllib reads, the scan knows the line of."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.config.lines import Path, line_of, locate
from firmware.config.syntax import parse

NASTY = st.sampled_from(
    ["", "#no comment", "[x]", "a = 1", "]]", '"', "'", "\\", "{", "é 王", "a\nb", '"""', "'''"]
)
scalars = NASTY | st.text(max_size=8) | st.integers(-5, 5) | st.booleans() | st.floats(-9, 9)
keys = st.sampled_from(["a", "b-1", "c_2", "3", "with space", "dot.ted", 'quo"te', "王"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
tables = st.recursive(
    st.dictionaries(keys, values, max_size=3),
    lambda inner: st.dictionaries(keys, inner | st.lists(inner, min_size=1, max_size=3) | values, max_size=3),
    max_leaves=12,
)


class Writer:
    """Writes a document and keeps the line of everything it wrote."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[Path, int] = {}

    def put(self, text: str) -> None:
        self.text += text

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def table(self, table: dict[str, Any], path: Path, header: tuple[str, ...]) -> None:
        later = {}
        for key, value in table.items():
            as_header = isinstance(value, dict) or is_tables(value)
            if as_header and self.draw(st.booleans()):
                later[key] = value
            else:
                self.blank()
                self.note((*path, key))
                self.put(f"{quoted_key(key)} = ")
                self.value(value, (*path, key), many_lines=True)
                self.put(self.draw(st.sampled_from(["\n", " # a = [1\n", "\n\n"])))
        for key, value in later.items():
            self.headed(value, (*path, key), (*header, key))

    def headed(self, value: Any, path: Path, header: tuple[str, ...]) -> None:
        name = self.draw(st.sampled_from([".", " . "])).join(map(quoted_key, header))
        self.blank()
        self.note(path)
        if isinstance(value, dict):
            self.put(f"[{name}]\n")
            self.table(value, path, header)
            return
        for place, one in enumerate(value):
            self.note((*path, place))
            self.put(f"[[{name}]] # comment\n")
            self.table(one, (*path, place), header)

    def blank(self) -> None:
        self.put(self.draw(st.sampled_from(["", "\n", "# [comment]\n", "  "])))

    def value(self, value: Any, path: Path, many_lines: bool) -> None:
        if isinstance(value, list):
            self.array(value, path, many_lines)
        elif isinstance(value, dict):
            self.put("{ ")
            for place, (key, inner) in enumerate(value.items()):
                self.put(", " if place else "")
                self.note((*path, key))
                self.put(f"{quoted_key(key)} = ")
                self.value(inner, (*path, key), many_lines=False)
            self.put(" }")
        elif isinstance(value, str):
            self.put(self.string(value, many_lines))
        else:
            self.put(str(value).lower())

    def array(self, value: list[Any], path: Path, many_lines: bool) -> None:
        gap = self.draw(st.sampled_from(["\n  ", " # ]\n", " "])) if many_lines else " "
        self.put("[")
        for place, inner in enumerate(value):
            self.put(gap)
            self.note((*path, place))
            self.value(inner, (*path, place), many_lines)
            self.put(",")
        self.put(gap if many_lines or not value else " ")
        self.put("]")
        if not many_lines and value:
            self.text = self.text[: -len(", ]")] + " ]"

    def string(self, text: str, many_lines: bool) -> str:
        plain = text.isprintable() and "'" not in text
        if plain and self.draw(st.booleans()):
            return f"'{text}'"
        if many_lines and self.draw(st.booleans()):
            return '"""' + "\n" + escaped(text).replace("\\n", "\n") + '"""'
        return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    return "".join(
        {"\\": "\\\\", '"': '\\"', "\n": "\\n"}.get(one)
        or (one if one.isprintable() else f"\\U{ord(one):08x}")
        for one in text
    )


def quoted_key(key: str) -> str:
    return (
        key
        if key.replace("-", "").replace("_", "").isascii() and key.replace("-", "").replace("_", "").isalnum()
        else f'"{escaped(key)}"'
    )


def is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[Path, int]]:
    document = draw(tables)
    writer = Writer(draw)
    writer.table(document, (), ())
    return writer.text, document, writer.lines


@settings(deadline=None, max_examples=200)
@given(documents())
def test_every_key_and_element_is_found_in_its_line(
    written: tuple[str, dict[str, Any], dict[Path, int]],
) -> None:
    text, document, lines = written
    assert tomllib.loads(text) == document
    found = locate(text)
    assert {path: found.get(path) for path in lines} == lines


@given(st.text() | st.text("[]{}=\",.#ab1\n'\\ ", max_size=60))
def test_any_text_is_scanned_and_parsed_without_raising(text: str) -> None:
    found = locate(text)
    last = text.count("\n") + 1
    assert all(1 <= line <= last for line in found.values())
    document, readable, slips = parse(text)
    assert all(0 <= line <= last for line, _ in slips)
    assert readable.count("\n") in (0, text.count("\n"))
    if not slips:
        assert document == tomllib.loads(text)


def test_what_has_no_line_has_that_of_what_holds_it() -> None:
    lines = locate('[a]\nb = 1\n[[c]]\nd = "x"\n')
    assert line_of(lines, ("a", "missing")) == 1
    assert line_of(lines, ("c", 0, "missing")) == 3
    assert line_of(lines, ("c", 0, "d", "deeper")) == 4
    assert line_of(lines, ("nowhere",)) == 0
