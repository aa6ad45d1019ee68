"""Tables for spreadsheets: UTF-8 with a mark Excel knows, and no cell that acts, whatever a caller sent."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from flask import Response

from firmware.business.cells import inert

MARK = "\ufeff"


def sheet(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (headings, *rows):
        writer.writerow([_cell(value) for value in row])
    return MARK + out.getvalue()


def as_file(name: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Response:
    """`name` is one of ours."""
    answer = Response(sheet(headings, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    return "" if value is None else inert(value) if isinstance(value, str) else value
