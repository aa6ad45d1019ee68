"""Erasures for programs: what would go with a number, the order, and how those that were ordered stand.

The number is told once, in a body: what is kept knows it by keyed marks, as the page's orders do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from msgspec import Meta, Struct

from firmware.cli.main import CommandError
from firmware.protocol.inputs import ErasureOrder
from firmware.store.history import StoreError
from webui import erasing
from webui.api.keys import once
from webui.api.operations import Answer, Given, Operation
from webui.api.orders import give
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.erasing import LONGEST_NUMBER, LONGEST_WHY, Row, WouldGo

Number = Annotated[str, Meta(max_length=LONGEST_NUMBER)]
Why = Annotated[
    str, Meta(max_length=LONGEST_WHY, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
]


class ToLookAt(Struct, frozen=True, forbid_unknown_fields=True):
    number: Number
    """As people write it."""


class ToErase(Struct, frozen=True, forbid_unknown_fields=True):
    number: Number
    """As people write it."""
    why: Why
    """It goes into the audit: do not name the person, or the number."""
    at_once: bool = False
    """Drop covered journal segments at once, not after seven days."""


class ErasuresAsked(Struct, frozen=True):
    skip: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    most: Annotated[int, Meta(ge=1, le=200)] = 50


class RemainTold(Struct, frozen=True):
    """Something on the disk that may still hold the number. `until` is about when it goes, Unix microseconds; 0: when
    the next one begins.
    """

    place: Literal["journal", "snapshots", "reels"]
    name: str
    until: int


class ErasureTold(Struct, frozen=True):
    """One erasure. Times are Unix microseconds, 0: not yet: at `erased_at` it was gone from the records, at
    `complete_at` from journal, snapshots and reels, too. So many `calls` and `recordings` were erased so far; calls
    that are `held` back by a legal hold go when it is released, `living` ones when they are over; `still` tells what
    it is `waiting` for.
    """

    id: str
    author: str
    why: str
    at_once: bool
    ordered_at: int
    erased_at: int
    complete_at: int
    state: Literal["ordered", "working", "held-back", "waiting", "complete"]
    calls: int
    recordings: int
    held: list[int]
    living: int
    still: list[RemainTold]


class Erasures(Struct, frozen=True):
    """Newest first. One that was ordered just now may be missing for a second."""

    erasures: list[ErasureTold]
    more: bool


class ErasureOrdered(Struct, frozen=True):
    """What becomes of it stands in `GET /erasures`."""

    id: str
    repeated: bool
    """This key was used before; it was ordered then."""
    contacts_erased: int
    """By this request."""
    contacts_kept: int
    """They lost the number and have others."""


def find(given: Given) -> Answer:
    asked: ErasuresAsked = given.query
    with _told_as_problems():
        rows, offset_us = erasing.so_far(asked.most + 1, asked.skip)
    told = [_told(row, offset_us) for row in rows[: asked.most]]
    return Answer(Erasures(told, len(rows) > asked.most))


def look(given: Given) -> Answer:
    marks = _marks(given.body.number)
    with _told_as_problems():
        return Answer(erasing.would_go(marks))


def order(given: Given) -> Answer:
    """Its id is kept with the key before it is ordered: asked again, what was left undone is done."""
    asked: ToErase = given.body
    marks, author = _marks(asked.number), given.token.author
    wanted = ["erasure", sorted(marks), asked.why, asked.at_once]
    name = once(given, wanted, erasing.new_id())
    answer = give(ErasureOrder(name, author, asked.why.strip(), tuple(sorted(marks)), asked.at_once))
    with _told_as_problems():
        done = erasing.forget(marks, author)
    return Answer(ErasureOrdered(name, answer.repeated, len(done.erased), len(done.kept)), 202)


def _marks(number: str) -> frozenset[str]:
    """Raises Refused."""
    try:
        return erasing.marks_for(number)
    except CommandError as error:
        raise Refused(400, "faults", faults=[Fault("$.number", str(error))]) from None
    except ValueError:  # the box's key of marks is damaged
        raise Refused(503, "busy") from None


@contextmanager
def _told_as_problems() -> Iterator[None]:
    """Raises Refused."""
    try:
        yield
    except (StoreError, sqlite3.Error, OSError):
        raise Refused(503, "busy", headers=[("Retry-After", "5")]) from None


def _told(row: Row, offset_us: int) -> ErasureTold:
    """`offset_us`: wall time minus box time, in which all but the order are kept."""

    def wall(at_us: int | None) -> int:
        return 0 if at_us is None else at_us + offset_us

    return ErasureTold(
        row["id"], row["author"], row["why"], bool(row["at_once"]), row["ordered_at"], wall(row["erased_us"]),
        wall(row["complete_us"]), row["state"], row["calls"], row["recordings"], row["held"], row["living"],
        [RemainTold(one["place"], one["name"], wall(one["until_us"])) for one in row["still"]],
    )  # fmt: skip


OPERATIONS = (
    Operation(
        name="erasures", method="GET", path="/erasures", scope=Scope.ADMINISTER, view=find, query=ErasuresAsked,
        answer=Erasures, says="Erasures ordered so far, and how each stands.", problems=(503,),
    ),
    Operation(
        name="erasure_look", method="POST", path="/erasures/look", scope=Scope.ADMINISTER, view=look, body=ToLookAt,
        answer=WouldGo, says="What would go with a number. Nothing is changed.", problems=(503,),
    ),
    Operation(
        name="erasure_order", method="POST", path="/erasures", scope=Scope.ADMINISTER, view=order, body=ToErase,
        answer=ErasureOrdered, status=202, wants_key=True, problems=(409, 422, 503),
        says="All that is known of a number goes: calls, recordings, messages, contacts.",
    ),
)  # fmt: skip
