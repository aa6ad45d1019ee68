"""What is read from a file of contacts: for each line (or card) a contact, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from firmware.business import cells
from firmware.business import wordings as say
from firmware.business.contact import Draft, faults_of
from firmware.business.numbers import KINDS, SEPARATORS, Number
from firmware.config.faults import Fault, Wording, usable

FIELD = "field:"


class Row(Struct, frozen=True):
    """`line` is from 1. Without a draft its faults say why; warnings come with one."""

    line: int
    draft: Draft | None
    faults: tuple[Fault, ...] = ()


Given = Iterable[tuple[str, str]]
"""Pairs of what a text is (`firmware.business.columns`) and the text."""


def fault(
    file: str, line: int, key: str, wording: Wording, data: Mapping[str, object] | None = None
) -> Fault:
    return Fault(file, line, key, wording, dict(data or {}))


def row_of(given: Given, file: str, line: int) -> Row:
    """Nothing raises, whatever the texts are."""
    texts: dict[str, list[str]] = {}
    for what, text in given:
        if text:
            texts.setdefault(what, []).append(text)
    vip, value = cells.yes_or_no(_first(texts, "vip")), cells.whole(_first(texts, "value"))
    draft = Draft(
        name=_first(texts, "name") or _whole_name(_first(texts, "family"), _first(texts, "given")),
        company=_first(texts, "company"),
        language=cells.language(_first(texts, "language")),
        vip=bool(vip),
        value=value or 0,
        tags=tuple(dict.fromkeys(tag for text in texts.get("tags", ()) for tag in _tags(text))),
        fields={
            what.removeprefix(FIELD): found[0] for what, found in texts.items() if what.startswith(FIELD)
        },
        note="\n".join(texts.get("note", ())),
        numbers=_numbers(texts),
    )
    faults = list(faults_of(draft, file, line))
    if vip is None:
        faults.append(fault(file, line, "vip", say.NO_VIP, {"value": _first(texts, "vip")[:40]}))
    if value is None:
        data = {"value": _first(texts, "value")[:40], "most": 100}
        faults.append(fault(file, line, "value", say.NO_VALUE, data))
    return Row(line, draft if usable(faults) else None, tuple(faults))


def _first(texts: Mapping[str, list[str]], what: str) -> str:
    return texts.get(what, [""])[0]


def _whole_name(family: str, given: str) -> str:
    """Chinese names begin with the family and have no space."""
    if family.isascii() and given.isascii():
        return f"{given} {family}".strip()
    return family + given


def _tags(text: str) -> list[str]:
    return [tag for part in text.replace("；", ";").split(";") if (tag := part.strip())]


def _numbers(texts: Mapping[str, list[str]]) -> tuple[Number, ...]:
    found = (
        Number(entered, kind)
        for kind in KINDS
        for text in texts.get(kind, ())
        for part in SEPARATORS.split(text)
        if (entered := cells.plain(part))
    )
    return tuple(dict.fromkeys(found))
