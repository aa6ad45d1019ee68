"""A made-up history.db of any size, always the same: people who call, agents, queues, waits. For measuring."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from firmware.protocol.names import Direction, Outcome
from firmware.store.history import open_history

FIRST_US = 1_700_000_000_000_000
"""Unix time of the first call."""
APART_US = 60_000_000
CALLS_OF_ONE = 4
"""Calls there are for each person, on average."""
AGENTS = 40
QUEUES = ("sales", "support", "billing", "returns")
LINES = tuple(f"line-{one}" for one in range(1, 9))
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华"
_OUTCOMES = (*[Outcome.ANSWERED] * 14, Outcome.ABANDONED_IN_QUEUE, Outcome.ABANDONED_IN_QUEUE, *Outcome)
_BATCH = 20_000
_CALL = (
    "INSERT INTO calls (id, box, direction, port, line, from_number, from_e164, from_name, to_number, offered_us,"
    " offered_at, clock_quality, queued_us, answered_us, released_us, outcome, cause, released_by, agent, queue,"
    " wait_s, talk_s, recorded, voicemail)"
    " VALUES (?, 'box-1', ?, 0, ?, ?, ?, ?, ?, ?, ?, 'ntp', ?, ?, ?, ?, 16, 'caller', ?, ?, ?, ?, ?, ?)"
)
Call = tuple[object, ...]


class Size(Struct, frozen=True):
    calls: int

    @property
    def people(self) -> int:
        return max(1, self.calls // CALLS_OF_ONE)

    @property
    def days(self) -> int:
        return self.calls * APART_US // 86_400_000_000 + 1


def number(person: int) -> str:
    """A mobile number; no two people share one."""
    mixed = (person * 2_654_435_761 + 12_345) % 10**9
    return f"1{3 + mixed % 7}{mixed:09d}"


def name(person: int) -> str:
    return (
        _SURNAMES[person % 20] + _GIVEN[person // 20 % 20] + _GIVEN[person // 400 % 20] + str(person // 8000)
    )


def agent(which: int) -> str:
    """Also the number of the agent's telephone."""
    return str(801 + which)


def size_of(db: Database) -> Size:
    return Size(db.execute("SELECT count(*) FROM calls").fetchone()[0])


def make(path: Path, calls: int, beat: Callable[[], None] = lambda: None) -> None:
    """Raises OSError, sqlite3.Error."""
    size, rng = Size(calls), random.Random(7)  # noqa: S311
    with closing(open_history(path, durable=False, beat=beat)) as db:
        db.conn.execute("INSERT INTO boxes (id, box, zone) VALUES (1, 'box-1', 'Asia/Shanghai')")
        db.conn.executemany("INSERT INTO parties (id, kind, text) VALUES (?, ?, ?)", _parties(size))
        made = (_call(one, size, rng) for one in range(1, calls + 1))
        while batch := list(islice(made, _BATCH)):
            db.conn.executemany(_CALL, [call for call, _ in batch])
            db.conn.executemany(
                "INSERT OR IGNORE INTO call_parties (call, party) VALUES (?, ?)",
                [(call[0], party) for call, parties in batch for party in parties],
            )
        db.conn.execute("UPDATE search_progress SET below = 0")
        db.conn.commit()
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _parties(size: Size) -> Iterator[tuple[int, str, str]]:
    """Of each person the number as received, as E.164, and the name; then the agents' telephones."""
    for person in range(size.people):
        first = 3 * person + 1
        yield first, "number", number(person)
        yield first + 1, "number", f"+86{number(person)}"
        yield first + 2, "name", name(person)
    for which in range(AGENTS):
        yield 3 * size.people + 1 + which, "number", agent(which)


def _call(call: int, size: Size, rng: random.Random) -> tuple[Call, tuple[int, ...]]:
    """A row of table calls, and who is in it."""
    person, which = rng.randrange(size.people), rng.randrange(AGENTS)
    outcome = _OUTCOMES[rng.randrange(len(_OUTCOMES))]
    inbound, answered = rng.random() < 0.8, outcome is Outcome.ANSWERED
    wait_s, talk_s = rng.expovariate(1 / 30), rng.expovariate(1 / 180) if answered else 0.0
    at_us = call * APART_US
    queue = QUEUES[rng.randrange(4)] if inbound else ""
    end_us = at_us + round((wait_s + talk_s) * 1e6)
    e164 = f"+86{number(person)}"
    row = (
        call,
        Direction.INBOUND if inbound else Direction.OUTBOUND,
        LINES[rng.randrange(8)] if inbound else agent(which),
        number(person) if inbound else agent(which),
        e164 if inbound else "",
        name(person) if inbound else "",
        "" if inbound else number(person),
        at_us,
        FIRST_US + at_us,
        at_us if inbound else None,
        at_us + round(wait_s * 1e6) if answered else None,
        end_us,
        outcome if inbound else None,
        agent(which) if answered else "",
        queue,
        wait_s,
        talk_s,
        int(answered and rng.random() < 0.99),
        int(outcome is Outcome.VOICEMAIL),
    )
    first = 3 * person + 1
    own = (3 * size.people + 1 + which,) if answered else ()
    return row, (first, first + 1, *((first + 2,) if inbound else ()), *own)
