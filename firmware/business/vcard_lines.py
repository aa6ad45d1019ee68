"""The lines of vCards (RFC 6350, RFC 2426, and quoted-printable as telephones with vCard 2.1 write it)."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

MOST_VALUE = 20_000
"""Of a property; a picture is cut off, and nobody reads it."""
FOLD_BYTES = 75
_HEAD = re.compile(r'(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:"[^"]*"|[^":;])*)*):', re.ASCII)
_PARAMETER = re.compile(r';(?P<name>[\w-]+)(?:=(?P<value>(?:"[^"]*"|[^";])*))?')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = {"n": "\n", "N": "\n"}


class Property(Struct, frozen=True):
    """`line` is from 1; names are in capitals, values of a parameter behind one another with commas."""

    line: int
    name: str
    parameters: Mapping[str, str]
    value: str
    """As it stands: `unescaped` and `parts` read it."""


def properties(lines: Iterable[str]) -> Iterator[Property | int]:
    """In order; of what is none its line."""
    for line, text in _unfolded(lines):
        head = _HEAD.match(text)
        if head is None:
            if text.strip():
                yield line
            continue
        parameters: dict[str, str] = {}
        for one in _PARAMETER.finditer(head["parameters"]):
            name, value = (one["name"], one["value"]) if one["value"] is not None else ("TYPE", one["name"])
            known = parameters.get(name.upper())
            value = value.replace('"', "")
            parameters[name.upper()] = f"{known},{value}" if known else value
        yield Property(line, head["name"].upper(), parameters, _decoded(parameters, text[head.end() :]))


def _unfolded(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    begun, text, soft = 0, "", False
    for number, line in enumerate(lines, 1):
        bare = line.rstrip("\r\n")
        if soft or (begun and bare[:1] in (" ", "\t")):
            if len(text) <= MOST_VALUE:
                text += bare if soft else bare[1:]
        else:
            if begun:
                yield begun, text
            begun, text = number, bare[: 2 * MOST_VALUE]
        soft = _is_quoted_printable(text) and bare.endswith("=")
        text = text.removesuffix("=") if soft else text
    if begun:
        yield begun, text


def _is_quoted_printable(text: str) -> bool:
    return "QUOTED-PRINTABLE" in text.partition(":")[0].upper()


def _decoded(parameters: Mapping[str, str], value: str) -> str:
    if "QUOTED-PRINTABLE" not in ",".join(parameters.values()).upper():
        return value
    data = quopri.decodestring(value.encode("utf-8", "replace"))
    for charset in (parameters.get("CHARSET", "utf-8"), "utf-8", "gb18030"):
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda found: _PLAIN.get(found[1], found[1]), value)


def parts(value: str, separator: str) -> list[str]:
    """At separators that no backslash stands before; each unescaped."""
    found = [""]
    place = 0
    while place < len(value):
        step = 2 if value[place] == "\\" else 1
        if value[place] == separator:
            found.append("")
        else:
            found[-1] += value[place : place + step]
        place += step
    return [unescaped(one) for one in found]


def escaped(text: str) -> str:
    for letter in ("\\", ",", ";"):
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """At most 75 octets a line, never within a character."""
    out, used = [], 0
    for letter in line:
        size = len(letter.encode("utf-8"))
        if used + size > FOLD_BYTES:
            out.append("\r\n ")
            used = 1
        out.append(letter)
        used += size
    return "".join(out) + "\r\n"
