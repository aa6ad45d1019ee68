"""Contacts from vCards (4.0, 3.0, and what telephones write as 2.1) and as vCards 3.0 or 4.0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from firmware.business import wordings as say
from firmware.business.contact import Draft
from firmware.business.numbers import KINDS
from firmware.business.rows import FIELD, Given, Row, fault, row_of
from firmware.business.text_file import NoText, lines_of
from firmware.business.vcard_lines import Property, escaped, folded, parts, properties, unescaped

VERSIONS = ("3.0", "4.0")
MOST_PROPERTIES = 500
VIP, VALUE, OWN = "X-TIPRING-VIP", "X-TIPRING-VALUE", "X-TIPRING-FIELD"
_KINDS: Mapping[str, str] = {
    "fax": "fax", "cell": "mobile", "mobile": "mobile", "main": "main", "x-main": "main", "work": "work",
    "home": "home",
}  # fmt: skip
"""Type of a number to kind; the first that is there counts."""
_TYPES = {"mobile": "cell", "work": "work", "home": "home", "fax": "fax", "other": "voice", "main": "x-main"}


def card_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    """Of a file that can be sought in; `name` is what faults call it. Raises OSError."""
    try:
        yield from _rows(file, name)
    except NoText:
        yield Row(0, None, (fault(name, 0, "", say.NO_TEXT),))


def _rows(file: BinaryIO, name: str) -> Iterator[Row]:
    begun, card, any_card = 0, list[Property](), False
    for one in properties(lines_of(file)):
        if isinstance(one, int):
            if begun:
                yield _broken(name, one, "no property")
            continue
        edge = (one.name, one.value.strip().upper())
        if edge == ("BEGIN", "VCARD"):
            if begun:
                yield _broken(name, begun, "END:VCARD is missing")
            begun, card, any_card = one.line, [], True
        elif edge == ("END", "VCARD") and begun:
            yield row_of(_given(card), name, begun)
            begun = 0
        elif begun and len(card) < MOST_PROPERTIES:
            card.append(one)
    if begun:
        yield _broken(name, begun, "END:VCARD is missing")
    if not any_card:
        yield Row(0, None, (fault(name, 0, "", say.NO_CARD),))


def _broken(name: str, line: int, detail: str) -> Row:
    return Row(line, None, (fault(name, line, "", say.CARD_BROKEN, {"detail": detail}),))


def _given(card: Iterable[Property]) -> Iterator[tuple[str, str]]:
    for one in card:
        read = _READ.get(one.name)
        if read is not None:
            yield from read(one)


def _name(one: Property) -> Given:
    family, given, *_ = (*parts(one.value, ";"), "", "")
    return ("family", family.strip()), ("given", given.strip())


def _own_field(one: Property) -> Given:
    field, _, text = one.value.partition("=")
    name = unescaped(field).replace("%3D", "=").replace("%25", "%")
    return ((f"{FIELD}{name}", unescaped(text)),)


_READ: Mapping[str, Callable[[Property], Given]] = {
    "FN": lambda one: (("name", unescaped(one.value).strip()),),
    "N": _name,
    "ORG": lambda one: (("company", parts(one.value, ";")[0].strip()),),
    "TEL": lambda one: ((_kind(one), _number(one.value)),),
    "NOTE": lambda one: (("note", unescaped(one.value)),),
    "CATEGORIES": lambda one: (("tags", ";".join(parts(one.value, ","))),),
    "LANG": lambda one: (("language", one.value.strip()),),
    VIP: lambda one: (("vip", one.value.strip()),),
    VALUE: lambda one: (("value", one.value.strip()),),
    OWN: _own_field,
}
"""What a property tells. The others are passed over."""


def _kind(number: Property) -> str:
    types = {one.strip().lower() for one in number.parameters.get("TYPE", "").split(",")}
    return next((kind for word, kind in _KINDS.items() if word in types), "other")


def _number(value: str) -> str:
    """A telephone number, also as `tel:` address (RFC 3966)."""
    text = unescaped(value).strip()
    if text[:4].lower() != "tel:":
        return text
    number, *parameters = text[4:].split(";")
    extension = next((one[4:] for one in parameters if one.lower().startswith("ext=")), "")
    return f"{number} x{extension}" if extension else number


def card_text(drafts: Iterable[Draft], version: str = "4.0") -> Iterator[str]:
    """One card after the other."""
    for draft in drafts:
        yield "".join(folded(line) for line in _lines(draft, version))


def _lines(draft: Draft, version: str) -> Iterator[str]:
    first = draft.numbers[0].entered if draft.numbers else ""
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    yield f"FN:{escaped(draft.name)}"
    yield f"N:{escaped(draft.name or draft.company or first)};;;;"
    if draft.company:
        yield f"ORG:{escaped(draft.company)}"
    for one in draft.numbers:
        yield f"TEL;TYPE={_TYPES[one.kind if one.kind in KINDS else 'other']}:{escaped(one.entered)}"
    if draft.language:
        yield f"LANG:{draft.language}"
    if draft.tags:
        yield f"CATEGORIES:{','.join(map(escaped, draft.tags))}"
    if draft.note:
        yield f"NOTE:{escaped(draft.note)}"
    yield from _own(draft)
    yield "END:VCARD"


def _own(draft: Draft) -> Iterator[str]:
    if draft.vip:
        yield f"{VIP}:yes"
    if draft.value:
        yield f"{VALUE}:{draft.value}"
    for name, text in draft.fields.items():
        yield f"{OWN}:{escaped(name.replace('%', '%25').replace('=', '%3D'))}={escaped(text)}"
