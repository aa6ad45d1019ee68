"""Who was in a call: numbers and names of the search, and how many calls each choice leads to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from sqlite_utils import Database

from firmware.store.calls.conditions import Clause, json
from firmware.store.calls.numbers import (
    AFTER,
    Numbering,
    NumberMatch,
    beginnings,
    folded,
    plain,
    whole_forms,
)
from firmware.store.calls.wanted import Wanted

FEW_PARTIES = 50_000
FEW_CALLS = 100_000
"""Up to so many it is quicker to list them than to ask each call who was in it."""
_NO_PARTY = "p.kind = 'number' AND p.text IS NULL"


class Condition(Struct, frozen=True):
    """On party `p`. `listing` is the same as a query of ids, where an index answers it."""

    test: Clause
    listing: Clause | None = None


class Choice(Struct, frozen=True):
    """Calls that have one of the parties a condition fits."""

    condition: Condition
    parties: tuple[int, ...] | None
    """None: they are too many, or their calls are."""

    def holds(self) -> Clause:
        """As a condition on call `c`. Where the parties are listed, SQLite goes through their calls alone."""
        if self.parties is not None:
            return (
                "c.id IN (SELECT call FROM call_parties WHERE party IN (SELECT value FROM json_each(?)))",
                (json(self.parties),),
            )
        text, values = self.condition.test
        return (
            "EXISTS (SELECT 1 FROM call_parties l CROSS JOIN parties p ON p.id = l.party"  # noqa: S608
            f" WHERE l.call = c.id AND {text})",
            values,
        )


def choices(db: Database, wanted: Wanted, site: Numbering) -> list[Choice]:
    return [_choice(db, one) for one in _conditions(wanted, site)]


def _conditions(wanted: Wanted, site: Numbering) -> Iterator[Condition]:
    if wanted.number:
        yield _number(wanted.number, wanted.number_as, site)
    if wanted.numbers:
        yield _whole({form for one in wanted.numbers for form in whole_forms(one, site)})
    if wanted.extension:
        yield _whole({plain(wanted.extension)} - {""})
    if wanted.name:
        yield Condition(("p.kind = 'name' AND instr(p.text, ?) > 0", (folded(wanted.name),)))


def _number(typed: str, how: NumberMatch, site: Numbering) -> Condition:
    """`plain` leaves no character that LIKE would take for another."""
    number = plain(typed)
    if not number:
        return Condition((_NO_PARTY, ()))
    if how is NumberMatch.WHOLE:
        return _whole(set(whole_forms(typed, site)))
    if how is NumberMatch.PREFIX:
        return _beginning(sorted(beginnings(typed, site)))
    pattern = f"%{number}" if how is NumberMatch.SUFFIX else f"%{number}%"
    return Condition(("p.kind = 'number' AND p.text LIKE ?", (pattern,)))


def _whole(forms: set[str]) -> Condition:
    return Condition(
        ("p.kind = 'number' AND p.text IN (SELECT value FROM json_each(?))", (json(sorted(forms)),))
    )


def _beginning(starts: list[str]) -> Condition:
    """None of the ranges lies in another: no party is listed twice."""
    apart = [one for one in starts if not one.startswith(tuple(other for other in starts if other != one))]
    values = tuple(bound for one in apart for bound in (one, one + AFTER))
    test = " OR ".join(["p.text >= ? AND p.text < ?"] * len(apart))
    listing = " UNION ALL ".join([_RANGE] * len(apart))
    return Condition((f"p.kind = 'number' AND ({test})", values), (listing, values))


_RANGE = "SELECT id FROM parties WHERE kind = 'number' AND text >= ? AND text < ?"


def _choice(db: Database, condition: Condition) -> Choice:
    statement, values = condition.listing or _scan(condition.test)
    rows = db.execute(f"{statement} LIMIT ?", (*values, FEW_PARTIES + 1)).fetchall()
    parties = tuple(row[0] for row in rows)
    few = len(rows) <= FEW_PARTIES and _calls_of(db, parties) <= FEW_CALLS
    return Choice(condition, parties if few else None)


def _calls_of(db: Database, parties: tuple[int, ...]) -> int:
    """Counted up to one more than a few."""
    (calls,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM call_parties WHERE party IN (SELECT value FROM json_each(?)) LIMIT ?)",
        (json(parties), FEW_CALLS + 1),
    ).fetchone()
    return int(calls)


def _scan(test: Clause) -> Clause:
    return f"SELECT p.id FROM parties p WHERE {test[0]}", test[1]  # noqa: S608
