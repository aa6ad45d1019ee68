"""Contacts as CSV that a spreadsheet opens (UTF-8 with a mark) and `csv_rows` reads back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from firmware.business.cells import inert
from firmware.business.columns import FIELD, HEADINGS, is_taken
from firmware.business.contact import Draft
from firmware.business.numbers import KINDS

MARK = "\ufeff"


def csv_text(drafts: Iterable[Draft], fields: Sequence[str], language: str = "en") -> Iterator[str]:
    """Piece by piece. `fields` are the names of all fields there are."""
    headings = [words[language == "zh"] for words in HEADINGS.values()]
    own = [f"{FIELD}{name}" if is_taken(name) else name for name in fields]
    yield MARK + _line([*headings, *own])
    for draft in drafts:
        yield _line(
            [_cell(draft, what, language) for what in HEADINGS]
            + [draft.fields.get(name, "") for name in fields]
        )


def _cell(draft: Draft, what: str, language: str) -> str:
    if what in KINDS:
        return "; ".join(one.entered for one in draft.numbers if one.kind == what)
    if what == "vip":
        return ("是" if language == "zh" else "yes") if draft.vip else ""
    if what == "value":
        return str(draft.value) if draft.value else ""
    return "; ".join(draft.tags) if what == "tags" else str(getattr(draft, what))


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([inert(cell) for cell in cells])
    return out.getvalue()
