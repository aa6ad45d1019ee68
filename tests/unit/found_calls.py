"""Calls of every sort as facts, hostile texts among them, and the search done again the slow way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlite_utils import Database

from firmware.config.schema import DialPlan
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, LegRole, Outcome, Presentation, ReleasedBy
from firmware.store.calls.numbers import Numbering, fits, folded, plain, whole_forms
from firmware.store.calls.wanted import Order, Span, Wanted
from tests.unit.journal_bench import SECOND_US, recording_id
from tests.unit.kept_bench import config

HOSTILE = (
    "'; DROP TABLE calls; --",
    '" OR 1=1 --',
    "%_%",
    "Robert');--",
    "\u202ereversed",
    "nul\x00byte",
    "a\nb|c",
    "=cmd()",
)
NUMBERS = (
    "13800138000",
    "+8613800138000",
    "01062345678",
    "62345678",
    "+4930123456",
    "*31#",
    "801",
    "",
    *HOSTILE,
)
NAMES = ("Wang Xiaoming", "王小明", "ＷＡＮＧ", "Straße", "", *HOSTILE)
AGENTS, QUEUES, LINES = ("801", "802", "ann"), ("sales", "support"), ("line-1", "line-2")
SITE = Numbering(DialPlan(), "10")

Moments = list[tuple[int, tuple[f.Fact, ...]]]


def office(calls: int, seed: int = 1) -> Moments:
    """The configuration, a clock that is put right in between, then calls one after the other."""
    rng = random.Random(seed)
    text = msgspec.json.encode(config()).decode()
    told: Moments = [(0, (f.ConfigTaken(1, "test", text), f.ClockTaken(10**15, "manual", "boot")))]
    for call in range(1, calls + 1):
        told += _call(call, call * 200, rng)
    told.append((calls * 100 * SECOND_US, (f.ClockTaken(10**15 - 50_000 * SECOND_US, "ntp", "other"),)))
    return sorted(told, key=lambda moment: moment[0])


def _call(call: int, at_s: int, rng: random.Random) -> Iterator[tuple[int, tuple[f.Fact, ...]]]:
    direction = rng.choice(list(Direction))
    number, e164 = rng.choice(NUMBERS), rng.choice(("", "+8613800138000", "+861062345678"))
    line = rng.choice(LINES) if direction is Direction.INBOUND else rng.choice(AGENTS[:2])
    begin, leg = at_s * SECOND_US, call * 10
    yield begin, (f.CallBegan(call, direction, 0, line), f.LegAdded(leg, call, 0, LegRole.CALLER, line))
    if direction is Direction.INBOUND:
        known = f.CallerKnown(call, number, e164, NAMES[call % len(NAMES)], Presentation.ALLOWED, "fsk")
        yield begin + SECOND_US, (known, *_queued(call, rng))
    else:
        chosen = f.LineChosen(call, leg + 1, rng.choice(LINES), "", "", 0.0, "", line)
        yield begin + SECOND_US, (f.NumberDialled(call, number, e164, direction), chosen)
    yield from _served(call, leg, begin, rng)


def _queued(call: int, rng: random.Random) -> tuple[f.Fact, ...]:
    if rng.random() < 0.3:
        return ()
    first, then = rng.choice(QUEUES), rng.choice(QUEUES)
    return f.Enqueued(call, first), f.Dequeued(call, first, "overflow"), f.Enqueued(call, then)


def _served(call: int, leg: int, begin: int, rng: random.Random) -> Iterator[tuple[int, tuple[f.Fact, ...]]]:
    talk, end = begin + rng.randrange(2, 60) * SECOND_US, begin + rng.randrange(60, 180) * SECOND_US
    if rng.random() < 0.6:
        for which, agent in enumerate(rng.sample(AGENTS, rng.choice((1, 2))), 1):
            party = rng.choice(("801", "802", "13911122233"))
            added = f.LegAdded(leg + which, call, 4, LegRole.AGENT, party, agent)
            connected = f.AgentConnected(call, "sales", agent, leg + which)
            yield talk + which * SECOND_US, (added, connected, f.TalkBegan(call, (leg, leg + which)))
    if rng.random() < 0.3:
        yield talk, (f.VoicemailLeft("box", call, recording_id(call), 3.0),)
    if rng.random() < 0.9:
        yield end, (f.CallEnded(call, rng.choice([*Outcome, None]), 16, ReleasedBy.CALLER),)


def slowly(db: Database, wanted: Wanted) -> list[int]:
    """Call by call, from the tables of facts alone."""
    found = [row for row in db.query("SELECT * FROM calls") if _fits(db, row, wanted)]
    keys = {
        Order.NEWEST: lambda row: -row["id"],
        Order.OLDEST: lambda row: row["id"],
        Order.LONGEST_WAIT: lambda row: (-(row["wait_s"] or 0), -row["id"]),
        Order.LONGEST_TALK: lambda row: (-(row["talk_s"] or 0), -row["id"]),
    }
    return [row["id"] for row in sorted(found, key=keys[wanted.order])]


def _fits(db: Database, row: dict[str, Any], wanted: Wanted) -> bool:
    return _fits_row(row, wanted) and _fits_people(db, row, wanted) and _fits_audio(db, row, wanted)


def _fits_row(row: dict[str, Any], wanted: Wanted) -> bool:
    at = row["offered_at"]
    return (
        (wanted.from_at is None or at >= wanted.from_at)
        and (wanted.to_at is None or at < wanted.to_at)
        and wanted.direction in (None, row["direction"])
        and (not wanted.outcomes or row["outcome"] in wanted.outcomes)
        and _within(row["wait_s"], wanted.wait)
        and _within(row["talk_s"], wanted.talk)
        and (wanted.calls is None or row["id"] in wanted.calls)
    )


def _within(seconds: float | None, span: Span) -> bool:
    value = seconds or 0
    return (span.least is None or value >= span.least) and (span.most is None or value <= span.most)


def _fits_audio(db: Database, row: dict[str, Any], wanted: Wanted) -> bool:
    heard = _some(db, "SELECT 1 FROM recordings WHERE path <> '' AND call = ?", row)
    left = _some(db, "SELECT 1 FROM voicemails WHERE call = ?", row)
    return wanted.recorded in (None, heard) and wanted.voicemail in (None, left)


def _some(db: Database, statement: str, row: dict[str, Any]) -> bool:
    return db.execute(statement, [row["id"]]).fetchone() is not None


_NUMBERS = (
    "SELECT from_number FROM calls WHERE id = ?1 UNION SELECT from_e164 FROM calls WHERE id = ?1"
    " UNION SELECT to_number FROM calls WHERE id = ?1 UNION SELECT to_e164 FROM calls WHERE id = ?1"
    " UNION SELECT party FROM legs WHERE call = ?1"
)


def _fits_people(db: Database, row: dict[str, Any], wanted: Wanted) -> bool:
    agents = {row["agent"]} | _late(db, "SELECT agent FROM talks WHERE call = ?", row)
    queues = {row["queue"]} | _late(db, "SELECT queue FROM queue_visits WHERE call = ?", row)
    lines = {row["line"]} | _late(db, "SELECT line FROM line_choices WHERE call = ?", row)
    numbers = {plain(one) for one in _late(db, _NUMBERS, row)}
    name = folded("".join(_late(db, "SELECT from_name FROM calls WHERE id = ?", row)))
    forms = {form for one in wanted.numbers for form in whole_forms(one, SITE)}
    return (
        (not wanted.agent or wanted.agent in agents)
        and (not wanted.queue or wanted.queue in queues)
        and (not wanted.line or wanted.line in lines)
        and (not wanted.number or any(fits(one, wanted.number, wanted.number_as, SITE) for one in numbers))
        and (not wanted.numbers or bool(forms & numbers))
        and (not wanted.extension or wanted.extension in numbers)
        and (not wanted.name or (name != "" and folded(wanted.name) in name))
    )


def _late(db: Database, statement: str, row: dict[str, Any]) -> set[str]:
    """Who was in the call is known when it is over."""
    return (
        set()
        if row["released_us"] is None
        else {one[0] for one in db.execute(statement, [row["id"]]).fetchall()}
    )
