"""Two that have a number in common become one: what is known stays, what is empty is filled in, lists are joined."""

from __future__ import annotations

from firmware.business.contact import LONGEST, MOST_FIELDS, MOST_NUMBERS, MOST_TAGS, Draft
from firmware.business.numbers import Number, NumberRules


def merged(known: Draft, other: Draft, rules: NumberRules) -> Draft:
    """`known` itself where `other` tells nothing new."""
    joined = Draft(
        name=known.name or other.name,
        company=known.company or other.company,
        language=known.language or other.language,
        vip=known.vip or other.vip,
        value=known.value or other.value,
        tags=tuple(dict.fromkeys((*known.tags, *other.tags)))[:MOST_TAGS],
        fields=dict(list(({**other.fields, **known.fields}).items())[:MOST_FIELDS])
        if set(other.fields) - set(known.fields)
        else known.fields,
        note=_note(known.note, other.note),
        numbers=_numbers(known, other, rules),
    )
    return known if joined == known else joined


def keys_of(draft: Draft, rules: NumberRules) -> list[str]:
    """What says that two are one: the same number; of who has none, name and company."""
    found = [key(one, rules) for one in draft.numbers]
    return list(dict.fromkeys(found)) or [f"{draft.name}\0{draft.company}"]


def key(number: Number, rules: NumberRules) -> str:
    forms = rules.forms(number.entered)
    return forms.e164 or forms.digits


def _numbers(known: Draft, other: Draft, rules: NumberRules) -> tuple[Number, ...]:
    there = {key(one, rules) for one in known.numbers}
    new = [one for one in other.numbers if key(one, rules) not in there]
    return (*known.numbers, *new)[:MOST_NUMBERS]


def _note(known: str, other: str) -> str:
    if not other or other in known:
        return known
    both = f"{known}\n{other}" if known else other
    return both if len(both) <= LONGEST["note"] else known
