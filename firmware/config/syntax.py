"""Parses TOML and, where a line is not TOML, says so and reads on: one slip does not hide other faults."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

from firmware.config.shape import BROKEN

MOST_SLIPS = 50
_PLACE = re.compile(r"\(at line (\d+), column \d+\)$")
_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]*)[^\]]*(\]*)")
_LONG = re.compile(r"[0-9_]{4300}")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\-\"']+?)\s*=")

Slip = tuple[int, str]
"""(line from 1 or 0 at the end, what the parser says)."""


def parse(text: str) -> tuple[dict[str, Any], str, list[Slip]]:
    """The document, the text it was read from in the end (same line numbers), and what was not TOML."""
    lines = text.split("\n")
    slips: list[Slip] = []
    for _ in range(MOST_SLIPS):
        try:
            return tomllib.loads("\n".join(lines)), "\n".join(lines), slips
        except tomllib.TOMLDecodeError as error:
            slip, opened = _place(str(error), lines)
        except RecursionError:
            return {}, "", [*slips, (0, "nested too deeply")]
        except ValueError as error:  # int() refuses more than 4,300 digits, and tomllib does not say where
            slip = next((n for n, one in enumerate(lines, 1) if _LONG.search(one)), 0), str(error)
            opened = slip[0]
        if slip[0] not in {line for line, _ in slips}:
            slips.append(slip)
        if not opened or not _mend(lines, opened - 1):
            break
    return {}, "", slips


def _place(message: str, lines: list[str]) -> tuple[Slip, int]:
    """The slip, and the line where the value that holds it was opened.

    What was never closed is told where it was opened, not where the parser gave up.
    """
    found = _PLACE.search(message)
    why = _PLACE.sub("", message).replace("(at end of document)", "").strip()
    line = int(found.group(1)) if found else len(lines)
    for words, left_open in _OPENINGS:
        if why.startswith(words):
            opened = next((n for n in range(line, 0, -1) if left_open(lines[n - 1])), line)
            within = found is not None and words == "Invalid value" and not _KEY.match(lines[line - 1])
            return (line if within else opened, why), opened
    return (line, why), line


def _opens_more(line: str) -> bool:
    return "=" in line and any(line.count(a) > line.count(b) for a, b in ("[]", "{}"))


_OPENINGS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("Unclosed", _opens_more),
    ("Unterminated", lambda line: '"""' in line or "'''" in line),
    ("Invalid value", _opens_more),
)


def _mend(lines: list[str], place: int) -> bool:
    """Takes the slip out of the text: first the value, then the line; a header with all that is under it."""
    line = lines[place]
    found = _KEY.match(line)
    header = _HEADER.match(line)
    mended = _header(header) if header else line
    if mended != line:
        lines[place] = mended
        return True
    if header:
        end = next((n for n in range(place + 1, len(lines)) if lines[n].startswith("[")), len(lines))
        lines[place:end] = [""] * (end - place)
        return True
    lines[place] = f'{found.group(1)} = "{BROKEN}"' if found and BROKEN not in line else ""
    if _opens_more(line):
        _drop_rest(lines, place + 1)
    return bool(line.strip())


def _header(found: re.Match[str]) -> str:
    """The header that was meant: two brackets on either side mean two on both."""
    many = found.group(1) == "[[" or found.group(3) == "]]"
    return f"[[{found.group(2)}]]" if many else f"[{found.group(2)}]"


def _drop_rest(lines: list[str], place: int) -> None:
    """The following lines of a value that was opened and is taken out."""
    for n in range(place, len(lines)):
        if _KEY.match(lines[n]) or lines[n].startswith("["):
            return
        lines[n] = ""
