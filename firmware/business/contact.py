"""A contact: who somebody is to the business, as it is kept and as it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct, field

from firmware.business import wordings as say
from firmware.business.numbers import KINDS, Number, is_number
from firmware.config.faults import Fault, Wording

LANGUAGES = ("", "zh", "en")
MOST_NUMBERS, MOST_TAGS, MOST_FIELDS = 20, 30, 50
LONGEST: Mapping[str, int] = MappingProxyType({"name": 200, "company": 200, "note": 4000})
LONGEST_TAG, LONGEST_FIELD = 60, 1000
MOST_VALUE = 100


class Draft(Struct, frozen=True):
    """What people say of a contact."""

    name: str = ""
    company: str = ""
    language: str = ""
    """`zh`, `en`, or empty: not known."""
    vip: bool = False
    value: int = 0
    """What the contact is worth to the business, 0 to 100."""
    tags: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    """The business's own: name to text."""
    note: str = ""
    numbers: tuple[Number, ...] = ()


class KeptNumber(Number, frozen=True):
    e164: str = ""


class Kept(Draft, frozen=True):
    """As it was given, with what its numbers are."""

    numbers: tuple[KeptNumber, ...] = ()

    def said(self) -> Draft:
        """What people said of it, and nothing the box made of that."""
        numbers = tuple(Number(one.entered, one.kind) for one in self.numbers)
        return Draft(**{name: getattr(self, name) for name in self.__struct_fields__} | {"numbers": numbers})


class Contact(Struct, frozen=True):
    """As it is kept. `version` counts its changes: who changes it says which one was read."""

    id: str
    version: int
    draft: Kept
    created_at: int
    created_by: str
    changed_at: int
    changed_by: str

    @property
    def etag(self) -> str:
        return f"{self.id}-{self.version}"

    @property
    def shown(self) -> str:
        """What to call it."""
        first = self.draft.numbers[0].entered if self.draft.numbers else self.id
        return self.draft.name or self.draft.company or first


def faults_of(draft: Draft, file: str = "", line: int = 0) -> Iterator[Fault]:
    """Everything that keeps it from being kept."""
    for key, wording, data in _findings(draft):
        yield Fault(file, line, key, wording, data)


Found = Iterator[tuple[str, Wording, dict[str, object]]]


def _findings(draft: Draft) -> Found:
    if not draft.name and not draft.company and not draft.numbers:
        yield "name", say.NOBODY, {}
    for key, most in LONGEST.items():
        yield from _text(key, getattr(draft, key), most)
    if draft.language not in LANGUAGES:
        yield "language", say.NO_LANGUAGE, {"value": draft.language[:40]}
    if not 0 <= draft.value <= MOST_VALUE:
        yield "value", say.NO_VALUE, {"value": draft.value, "most": MOST_VALUE}
    yield from _lists(draft)
    yield from _numbers(draft)


def _lists(draft: Draft) -> Found:
    if len(draft.tags) > MOST_TAGS:
        yield "tags", say.TOO_MANY, {"most": MOST_TAGS}
    for tag in draft.tags[:MOST_TAGS]:
        yield from _text("tags", tag, LONGEST_TAG)
        if not tag.strip() or {";", "；"} & set(tag):
            yield "tags", say.NO_TAG, {"value": tag}
    if len(draft.fields) > MOST_FIELDS:
        yield "fields", say.TOO_MANY, {"most": MOST_FIELDS}
    for name, text in list(draft.fields.items())[:MOST_FIELDS]:
        yield from _text("fields", name, LONGEST_TAG)
        yield from _text(name[:LONGEST_TAG], text, LONGEST_FIELD, lines=True)
        if not name.strip():
            yield "fields", say.NO_TAG, {"value": name}


def _numbers(draft: Draft) -> Found:
    if len(draft.numbers) > MOST_NUMBERS:
        yield "numbers", say.TOO_MANY, {"most": MOST_NUMBERS}
    for one in draft.numbers[:MOST_NUMBERS]:
        if one.kind not in KINDS:
            yield "numbers", say.NO_KIND, {"value": one.kind[:40], "known": ", ".join(KINDS)}
        if not is_number(one.entered):
            yield "numbers", say.NO_NUMBER, {"value": one.entered[:40]}


def _text(key: str, text: str, most: int, lines: bool = False) -> Found:
    if len(text) > most:
        yield key, say.TOO_LONG, {"most": most}
    allowed = "\n\r\t" if lines or key == "note" else ""
    if any(_is_control(letter) and letter not in allowed for letter in text):
        yield key, say.CONTROL, {"value": text[:40]}


def _is_control(letter: str) -> bool:
    """Also halves of characters, which no database takes, and line separators."""
    return (
        letter < " "
        or "\x7f" <= letter <= "\x9f"
        or "\ud800" <= letter <= "\udfff"
        or letter in "\u2028\u2029"
    )
