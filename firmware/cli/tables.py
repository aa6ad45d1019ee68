"""Tables for people and for spreadsheets. Cells may hold what a stranger sent: nothing in them acts."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from typing import Any

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a text that begins so for a formula."""


def text_table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns as wide as their widest cell; Chinese characters count two."""
    cells = [list(headings), *([_shown(value) for value in row] for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(headings))]
    lines = ["  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(line.rstrip() for line in lines)


def padded(text: str, columns: int) -> str:
    """Filled up to so many columns of a terminal; longer text stays whole."""
    return text + " " * max(0, columns - _width(text))


def csv_table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """RFC 4180 with a leading apostrophe on texts a spreadsheet would run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([_inert(value) for value in row] for row in rows)
    return out.getvalue()


def _inert(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_ACTIVE):
        return f"'{value}"
    return "" if value is None else value


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.1f}"
    return "".join(letter if letter.isprintable() else "?" for letter in str(value)) or "-"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
