"""Contacts from CSV: comma, semicolon or tab, names of columns in the first line, every fault with its line.

Reads a little at a time. A fault of the file as a whole (no text, no columns) is one row without a draft.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from firmware.business import wordings as say
from firmware.business.cells import plain
from firmware.business.columns import FIELD, meaning
from firmware.business.rows import Row, fault, row_of
from firmware.business.text_file import NoText, lines_of
from firmware.config.faults import Fault

SEPARATORS = (",", ";", "\t")
MOST_COLUMNS = 200


def csv_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    """Of a file that can be sought in; `name` is what faults call it. Raises OSError."""
    try:
        yield from _rows(file, name)
    except NoText:
        yield Row(0, None, (fault(name, 0, "", say.NO_TEXT),))


def _rows(file: BinaryIO, name: str) -> Iterator[Row]:
    lines = lines_of(file)
    first = next(lines, "")
    while first and not first.strip():
        first = next(lines, "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(_chain(first, lines), delimiter=separator, strict=True)
    columns: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Row(line, None, (fault(name, line, "", say.BROKEN, {"detail": error}),))
            continue
        if columns is None:
            columns, wrong = _columns(cells, name, line)
            if wrong:
                yield Row(line, None, wrong)
                return
        elif any(cell.strip() for cell in cells):
            yield _row(cells, columns, name, line)
    if columns is None:
        yield Row(0, None, (fault(name, 0, "", say.NO_HEADER),))


def _chain(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _columns(cells: Sequence[str], name: str, line: int) -> tuple[list[str], tuple[Fault, ...]]:
    columns = [meaning(plain(cell)) for cell in cells[:MOST_COLUMNS]]
    if all(one.startswith(FIELD) or not one for one in columns):
        return columns, (fault(name, line, "", say.NO_HEADER),)
    once = [one for one in columns if one and (one.startswith(FIELD) or one in ("name", "company"))]
    twice = [one for one in dict.fromkeys(once) if once.count(one) > 1]
    told = (fault(name, line, "", say.COLUMN_TWICE, {"value": one.removeprefix(FIELD)[:40]}) for one in twice)
    return columns, tuple(told)


def _row(cells: Sequence[str], columns: Sequence[str], name: str, line: int) -> Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        data = {"found": len(cells), "most": len(columns)}
        return Row(line, None, (fault(name, line, "", say.LINE_LENGTH, data),))
    given = ((what, plain(cell)) for what, cell in zip(columns, cells, strict=False) if what)
    return row_of(given, name, line)
