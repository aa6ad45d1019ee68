"""History of facts in any order: never an error, outcomes add up, twice is once, the ledger is exact."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.archive.accounts import account_of_calls
from firmware.archive.archive import Archive
from firmware.archive.ledger import EDGE, Reason, Tape, balance, entries
from firmware.cli import report
from firmware.protocol import facts as f
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record, decode, encode
from firmware.store import queries
from firmware.store.disk import VirtualDisk

NUMBERS = st.integers(-1, 4)
TEXTS = st.sampled_from(
    ["", "a", "0011223344556677", "=cmd|'/c'!A1", "'); DROP TABLE calls;--", "呼\x00叫", "\x1b[2J"]
)


def any_fact() -> st.SearchStrategy[f.Fact]:
    """Facts of every kind that name few calls, legs and recordings, so that they meet."""
    return st.one_of([_of(kind) for kind in get_args(f.AnyFact)])


def _of(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{field.name: _values(field.type) for field in msgspec.structs.fields(kind)})


def _values(kind: Any) -> st.SearchStrategy[Any]:
    """Of a field's type, parts of parts included."""
    origin, of = get_origin(kind) or kind, get_args(kind)
    if origin in BY_TYPE:
        return BY_TYPE[origin]
    if origin is tuple and of[-1] is Ellipsis:
        return st.lists(_values(of[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(_values, of))
    if origin is dict:
        return st.dictionaries(_values(of[0]), _values(of[1]), max_size=3)
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        return _of(origin)
    return st.from_type(kind)


BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {int: NUMBERS, str: TEXTS, float: st.floats(0, 1e6)}


@st.composite
def journals(draw: st.DrawFn) -> list[Record]:
    told = draw(st.lists(st.lists(any_fact(), max_size=6), max_size=12))
    at_us, numbered = 0, []
    for number, some in enumerate(told, 1):
        at_us += draw(st.integers(0, 5_000_000))
        numbered.append(Record(1, number, at_us, TimeReached(), tuple(some), ()))  # type: ignore[arg-type]
    return numbered


def rows(archive: Archive) -> list[str]:
    return [line for line in archive.db.iterdump() if "_sqlite_migrations" not in line]


@settings(max_examples=60, deadline=None)
@given(told=journals())
def test_any_facts_make_a_history_that_adds_up_and_twice_is_once(told: list[Record]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        archive = Archive(Path(directory), disk=VirtualDisk(), durable=False)
        try:
            archive.follow(decode(encode(record)) for record in told)
            archive.finish()
            once = rows(archive)
            archive.follow(told)
            assert rows(archive) == once
            found = queries.calls(archive.db)
            totals = queries.totals(found)
            assert totals["in_progress"] >= 0
            named = sum(count for name, count in totals.items() if name not in ("offered", "in_progress"))
            ended = [
                call for call in found if call["direction"] == "inbound" and call["released_us"] is not None
            ]
            unnamed = sum(1 for call in ended if call["outcome"] is None)
            assert totals["offered"] == named + unnamed, "only a fact without an outcome can be missing"
            report.calls(archive.db, queries.ANY_TIME)
            report.agents(archive.db, queries.ANY_TIME)
            for _, account in account_of_calls(archive.db):
                assert all(one.to_us == two.from_us for one, two in itertools.pairwise(account))
        finally:
            archive.close()


@settings(max_examples=200, deadline=None)
@given(
    answered=st.tuples(st.integers(0, 50), st.integers(51, 100)),
    tapes=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=4),
    gaps=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=2),
    reasons=st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["", "menu", "queue"])), max_size=5),
)
def test_the_ledger_covers_every_microsecond_once(
    answered: tuple[int, int],
    tapes: list[tuple[int, int]],
    gaps: list[tuple[int, int]],
    reasons: list[tuple[int, str]],
) -> None:
    unit = 100_000
    holes = tuple(((begin * unit, end * unit), "gap") for begin, end in gaps)
    made = [
        Tape(str(number), 1, (min(span) * unit, max(span) * unit), holes) for number, span in enumerate(tapes)
    ]
    stated = [Reason(at * unit, 1, reason) for at, reason in sorted(reasons)]
    span = (answered[0] * unit, answered[1] * unit)
    found = entries(1, span, made, stated)
    assert found[0].from_us == span[0] and found[-1].to_us == span[1]
    assert all(one.to_us == two.from_us for one, two in itertools.pairwise(found))
    total = balance(found)
    parts = total.audio_s + sum(total.reasons_s.values()) + total.unexplained_s
    assert abs(parts - total.answered_s) < 1e-6
    assert all(entry.to_us - entry.from_us <= 120_000 for entry in found if entry.reason == EDGE)
