"""Search of calls by anything people remember of them: a page at a time, quick with a million of them.

One index has every column of a call that a search asks for: the worst search reads it once, most read a part. Who was
in a call is in tables of its own. Pages go on behind the last call of the one before: calls that come in between
neither repeat nor hide any.
"""

from __future__ import annotations

from heapq import nsmallest
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from firmware.store.calls.conditions import KEYS, SORTED, Clause, among, behind, conditions, json
from firmware.store.calls.numbers import numbering
from firmware.store.calls.parties import choices
from firmware.store.calls.wanted import After, Order, Wanted

Row = dict[str, Any]
MOST_COUNTED = 10_000
MOST_COUNTED_OF_MANY = 1_000
"""Where a number or name fits so many calls that each has to be asked who was in it."""
PAGE = 50


class Found(Struct, frozen=True):
    """A page of calls as rows of table `calls`, in order."""

    rows: list[Row]
    after: After | None
    """Give it to have the next page; None: this is the last one."""
    count: int | None
    """Of all pages; None on pages behind the first."""
    more: bool
    """There are more than `count`."""
    complete: bool
    """False while calls of former software are still being entered: older ones may be missing."""


class _Query(Struct, frozen=True):
    where: tuple[Clause, ...]
    most: int
    """So many are counted."""

    def run(
        self, db: Database, order: Order, after: After | None, most: int, by: Order | None = None
    ) -> list[After]:
        """The calls behind `after` in `order`, but listed `by` another one where that is given."""
        wheres = (*self.where, *behind(order, after))
        said = " AND ".join(text for text, _ in wheres) or "1"
        values = [value for _, some in wheres for value in some]
        statement = (
            f"SELECT c.id, {KEYS[order]} FROM calls c INDEXED BY calls_searched"  # noqa: S608
            f" WHERE {said} ORDER BY {SORTED[by or order]} LIMIT ?"
        )
        return [After(*row) for row in db.execute(statement, (*values, most)).fetchall()]


def search(db: Database, wanted: Wanted, after: After | None = None, rows: int = PAGE) -> Found:
    """The page behind `after`, or the first one with the count. Raises sqlite3.Error."""
    query = _query(db, wanted)
    if wanted.order not in (Order.NEWEST, Order.OLDEST):
        keys, count = _longest(db, query, wanted.order, after, rows + 1)
    else:
        keys = query.run(db, wanted.order, after, rows + 1 if after else query.most + 1)
        count = len(keys)
    return _page(db, keys, rows, None if after else count, query.most)


def _longest(
    db: Database, query: _Query, order: Order, after: After | None, most: int
) -> tuple[list[After], int]:
    """The first ones and how many there are. Whatever thousands come first set a mark below which none can be."""
    some = query.run(db, order, after, query.most + 1, by=Order.NEWEST)
    best = nsmallest(most, some, key=lambda one: (-one.seconds, -one.call))
    if len(some) <= query.most:
        return best, len(some)
    mark = (f"{KEYS[order]} >= ?", (best[-1].seconds,))
    return _Query((*query.where, mark), query.most).run(db, order, after, most), len(some)


def _query(db: Database, wanted: Wanted) -> _Query:
    who = choices(db, wanted, numbering(db))
    these = [] if wanted.calls is None else [among(sorted(wanted.calls))]
    where = (*these, *conditions(db, wanted), *(one.holds() for one in who))
    many = any(one.parties is None for one in who)
    return _Query(where, MOST_COUNTED_OF_MANY if many else MOST_COUNTED)


def _page(db: Database, keys: list[After], rows: int, count: int | None, most: int) -> Found:
    page = keys[:rows]
    after = page[-1] if len(keys) > rows and page else None
    more = count is not None and count > most
    return Found(_rows(db, page), after, most if more else count, more, _complete(db))


def _rows(db: Database, page: list[After]) -> list[Row]:
    found = {
        row["id"]: row
        for row in db.query(
            "SELECT c.* FROM json_each(?) s CROSS JOIN calls c ON c.id = s.value",
            [json([one.call for one in page])],
        )
    }
    return [found[one.call] for one in page if one.call in found]


def _complete(db: Database) -> bool:
    found = db.execute("SELECT below FROM search_progress").fetchone()
    return not found or not found[0]
