"""Who a caller is: from a number as an exchange sent it to contacts, the likeliest first.

The rules, in order; the first that finds somebody is the last that is asked:

1. `e164`: the number's E.164 form is that of a contact's number.
2. `digits`: one of the two has no E.164 form, and the digits are the same but for zeros in front
   (short numbers, numbers of the house).
3. `end`: one of the two has no E.164 form, and the shorter, with at least 7 digits, is whole the end of the longer (an
   exchange that leaves the area out, a number written down without it). More digits in common come first.

Several contacts of one rule are all told: VIPs first, then by value, then whoever was changed last.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from msgspec import Struct

from firmware.business.contact import Contact
from firmware.business.contacts import Contacts
from firmware.business.numbers import Forms, NumberRules, same_end

MOST = 20
"""So many contacts of one number are told."""
MOST_LOOKED_AT = 500
"""Of numbers that end alike."""
_FOUND = (
    "SELECT c.row, n.e164, n.digits, n.tail FROM numbers n JOIN contacts c ON c.row = n.contact WHERE {}"
    " ORDER BY c.vip DESC, c.value DESC, c.changed_at DESC, c.id LIMIT ?"
)
_BY_E164, _BY_DIGITS, _BY_TAIL = (
    _FOUND.format(one)
    for one in ("n.e164 = ? AND n.e164 <> ''", "n.digits = ?", "n.tail = ? AND n.tail <> ''")
)


class Match(Struct, frozen=True):
    """`how` is the rule; `shared` digits are the same."""

    contact: Contact
    how: str
    shared: int


def look_up(db: sqlite3.Connection, rules: NumberRules, *numbers: str) -> list[Match]:
    """Of one caller, in several forms where there are; empty for nobody. Raises sqlite3.Error."""
    wanted = [forms for one in dict.fromkeys(numbers) if one and (forms := rules.forms(one)).digits]
    for how, rule in (("e164", _same), ("digits", _alike), ("end", _ends)):
        rows: dict[int, int] = {}
        for forms in wanted:
            for row, shared in rule(db, forms):
                rows[row] = max(shared, rows.get(row, 0))
        if rows:
            best = sorted(rows, key=lambda row: -rows[row])[:MOST]
            there = [(row, one) for row in best for one in Contacts(db, rules).at_rows([row])]
            return [Match(contact, how, rows[row]) for row, contact in there]
    return []


def _same(db: sqlite3.Connection, forms: Forms) -> list[tuple[int, int]]:
    if not forms.e164:
        return []
    return [(row[0], len(forms.digits)) for row in db.execute(_BY_E164, (forms.e164, MOST))]


def _alike(db: sqlite3.Connection, forms: Forms) -> list[tuple[int, int]]:
    found = db.execute(_BY_DIGITS, (forms.digits, MOST))
    return [(row[0], len(forms.digits)) for row in found if _one_unknown(forms, row)]


def _ends(db: sqlite3.Connection, forms: Forms) -> list[tuple[int, int]]:
    if not forms.tail:
        return []
    found = db.execute(_BY_TAIL, (forms.tail, MOST_LOOKED_AT))
    return [(row[0], shared) for row in found if (shared := same_end(forms, Forms(*row[1:])))]


def _one_unknown(forms: Forms, row: tuple[Any, ...]) -> bool:
    return not (forms.e164 and row[1])
