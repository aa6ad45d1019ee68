"""Text that is not what it seems: signs nobody sees, names that look like other names, and more than any box has.

Two names that look alike on paper and are not the same would let one stand for the other in a report, or a call go
where nobody meant it. Look-alikes are those of Unicode TR 39 that matter here: Cyrillic and Greek letters that are
drawn like Latin ones, full-width forms, and digits that are drawn like letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.lines import Path
from firmware.config.references import notes
from firmware.config.schema import Config
from firmware.config.shape import BROKEN

_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝ" "АВЕКМНОРСТУХЅІЈ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" "αονικρυ" "01",
    "aeopcyxijshdqw" "ABEKMHOPCTYXSIJ" "ABEZHIKMNOPTYX" "aovikpu" "ol",
)  # fmt: skip
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Alphabets whose letters are drawn alike; a name keeps to one of them."""
_VISIBLE_ANYWAY = "\n\t"
MOST_CHARACTERS = 200
LONG_TEXTS: Mapping[str, int] = {"zh": 2000, "en": 2000, "value": 1000, "expression": 1000, "statement": 4000}
"""Keys that hold more than a name; a whole URL is among the others."""
MOST_PARTS: Mapping[str, int] = {
    "card": 16,
    "line": 512,
    "extension": 4096,
    "agent": 4096,
    "mailbox": 4096,
    "prompt": 4096,
    "account": 10_000,
    "did": 10_000,
    "node": 1000,
    "numbers": 10_000,
}
MOST_OTHERS = 1000


def check_lookalikes(config: Config) -> Iterator[Finding]:
    document = msgspec.to_builtins(config)
    yield from _crowds(document, ())
    for path, text in _texts(document, ()):
        yield from _text(path, text)
    yield from _names(document)


def _crowds(document: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    for key, parts in document.items():
        if not isinstance(parts, list | tuple):
            continue
        most = MOST_PARTS.get(key, MOST_OTHERS)
        if len(parts) > most:
            data = {"what": key, "count": f"{len(parts):,}", "most": f"{most:,}"}
            yield Finding(
                (*path, key, most) if isinstance(parts[0], dict) else (*path, key), say.TOO_MANY, data
            )
        for place, part in enumerate(parts[:most]):
            if isinstance(part, dict):
                yield from _crowds(part, (*path, key, place))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of the document, keys of tables included."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), key
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _texts(inner, (*path, place))


def _text(path: Path, text: str) -> Iterator[Finding]:
    if BROKEN in text:
        return
    most = LONG_TEXTS.get(str(path[-1]), MOST_CHARACTERS)
    if len(text) > most:
        yield Finding(path, say.BAD_LENGTH, {"value": f"{len(text):,}", "least": 0, "most": most})
        return
    hidden = _hidden(text)
    if hidden:
        data = {"sign": f"U+{ord(hidden):04X}", "name": unicodedata.name(hidden, "control")}
        yield Finding(path, say.INVISIBLE, data)


def unseen_signs(document: Any) -> Iterator[tuple[Path, str]]:
    """Each text of any document that has a sign in it nobody sees, with the first of them."""
    for path, text in _texts(document, ()):
        if BROKEN not in text and (sign := _hidden(text)):
            yield path, sign


def _hidden(text: str) -> str:
    return "" if text.isprintable() else next((one for one in text if _unseen(one)), "")


def _unseen(one: str) -> bool:
    """Format and control characters: zero width, direction of writing, line separators, the byte order mark."""
    return (
        unicodedata.category(one) in ("Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp") and one not in _VISIBLE_ANYWAY
    )


# -- names ------------------------------------------------------------------------------------------


def _names(document: Mapping[str, Any]) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for path, role, what, name in notes(document, _kind()):
        if role != "defines" or name in ("", BROKEN):
            continue
        scripts = {script for one in name if (script := _script(one))}
        if len(scripts) > 1:
            yield Finding(path, say.MIXED_SCRIPTS, {"name": name, "scripts": ", ".join(sorted(scripts))})
        first = seen.setdefault((what, skeleton(name)), name)
        if first != name:
            yield Finding(path, say.LOOKS_LIKE, {"what": what, "name": name, "other": first})


@cache
def _kind() -> inspect.Type:
    return inspect.type_info(Config)


def _script(one: str) -> str:
    if one.isascii():
        return "LATIN" if one.isalpha() else ""
    name = unicodedata.name(one, "").split(" ")[0]
    return name if name in _SCRIPTS else ""


def skeleton(name: str) -> str:
    """What a name looks like, roughly: equal for names that could be taken for one another.

    Digits count as the letters they are drawn like only where letters stand beside them: 801 and 8OL are two things.
    """
    plain = unicodedata.normalize("NFKC", name)
    if plain.isdigit():
        return plain
    return unicodedata.normalize("NFKC", plain.translate(_ALIKE).casefold())
