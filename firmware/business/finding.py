"""Finding contacts by what somebody types: part of a Chinese name, the beginning of a word, digits of a number.

Up to `MOST_SORTED` found are sorted by name; of more, which nobody reads through, the order is that of adding.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Mapping

from msgspec import Struct

from firmware.business.contact import Contact
from firmware.business.contacts import Contacts
from firmware.business.numbers import NumberRules
from firmware.business.words import query

MOST_SORTED = 2000
MOST_A_PAGE = 200
LEAST_DIGITS = 3
LONGEST = 200
FARTHEST = 10_000_000
_NUMBER = re.compile(r"[+(]?[0-9 .()/+\-]*[0-9][0-9 .()/\-]*", re.ASCII)
_WORDS = "SELECT rowid AS row FROM contact_words WHERE contact_words MATCH :words ORDER BY rowid LIMIT :reach"
_DIGITS = (
    "SELECT rowid AS row FROM number_digits WHERE number_digits MATCH :digits ORDER BY rowid LIMIT :reach"
)
_FOUND: Mapping[tuple[bool, bool], str] = {
    (False, False): "SELECT row FROM contacts WHERE erased_at IS NULL ORDER BY row LIMIT :reach",
    (True, False): _WORDS,
    (False, True): _DIGITS,
    (True, True): f"SELECT row FROM ({_WORDS}) UNION SELECT row FROM ({_DIGITS})",  # noqa: S608 - constants
}
_COUNT, _AS_ADDED, _BY_NAME = (
    {asked: whole.format(found) for asked, found in _FOUND.items()}
    for whole in (
        "SELECT count(*) FROM ({})",
        "SELECT row FROM ({}) ORDER BY row LIMIT :most OFFSET :skip",
        "SELECT row FROM contacts WHERE row IN ({})"
        " ORDER BY name COLLATE NOCASE, company COLLATE NOCASE, row LIMIT :most OFFSET :skip",
    )
)
"""By whether words and digits are asked for."""


class Page(Struct, frozen=True):
    """`count` is how many there are in all; with `more` there are more than that."""

    contacts: tuple[Contact, ...]
    count: int
    more: bool = False


def find(db: sqlite3.Connection, rules: NumberRules, text: str, *, skip: int = 0, most: int = 50) -> Page:
    """All contacts for an empty text. Raises sqlite3.Error."""
    text = text[:LONGEST]
    words, digits = query(text), _digits(rules, text)
    if text.strip() and not words and not digits:
        return Page((), 0)
    asked, given = (bool(words), bool(digits)), {"words": words, "digits": digits}
    most, skip = min(max(most, 1), MOST_A_PAGE), min(max(skip, 0), FARTHEST)
    (count,) = db.execute(_COUNT[asked], given | {"reach": MOST_SORTED + 1}).fetchone()
    more = count > MOST_SORTED
    window = given | {"most": most, "skip": skip, "reach": max(skip + most, MOST_SORTED)}
    rows = db.execute((_AS_ADDED if more else _BY_NAME)[asked], window).fetchall()
    page = Contacts(db, rules).at_rows([row for (row,) in rows])
    return Page(tuple(page), min(count, MOST_SORTED), more)


def _digits(rules: NumberRules, text: str) -> str:
    """For FTS5: the digits as typed, or those of the number they are. Empty: this is no part of a number."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _NUMBER.fullmatch(plain):
        return ""
    typed = "".join(one for one in plain if one.isdecimal())
    abroad = typed.removeprefix(rules.dial_plan.international_prefix)
    forms = (rules.forms(plain).digits, typed, typed.lstrip("0"), abroad)
    return " OR ".join(f'"{one}"' for one in dict.fromkeys(forms) if len(one) >= LEAST_DIGITS)
