"""A contact between its form in a browser and its draft."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug.datastructures import MultiDict

from firmware.business.contact import Draft
from firmware.business.numbers import Number
from firmware.config.faults import Fault

SPARE = 3
"""Empty lines for numbers and fields that are not there yet."""
LONGEST = 5000


def draft_of(form: MultiDict[str, str]) -> Draft:
    """Whatever was typed; `Contacts.add` and `change` say what is wrong with it."""
    value = form.get("value", "").strip()
    return Draft(
        name=_line(form, "name"),
        company=_line(form, "company"),
        language=_line(form, "language"),
        vip="vip" in form,
        value=int(value[:9]) if value.isdecimal() and value.isascii() else 0,
        tags=tuple(one.strip() for one in _line(form, "tags").replace("；", ";").split(";") if one.strip()),
        fields={name.strip(): text for name, text in _pairs(form, "field", "text") if name.strip()},
        note=form.get("note", "")[:LONGEST].replace("\r\n", "\n").strip(),
        numbers=tuple(
            Number(entered.strip(), kind)
            for entered, kind in _pairs(form, "number", "kind")
            if entered.strip()
        ),
    )


def _line(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "")[:LONGEST].strip()


def _pairs(form: MultiDict[str, str], one: str, other: str) -> Iterator[tuple[str, str]]:
    for first, second in zip(form.getlist(one), form.getlist(other), strict=False):
        yield first[:LONGEST], second[:LONGEST]


def told(faults: tuple[Fault, ...], language: str) -> list[str]:
    return [" ".join(part for part in fault.said(language) if part) for fault in faults]
