"""What the agents did that day besides taking queue calls: when they were signed in where, and when busy otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from firmware.cli.reports.periods import Period
from firmware.engine.floor.agents import BY_THE_BOX
from firmware.engine.floor.missing import REASON as MISSED
from firmware.protocol.names import AgentState
from hwsim.world.remembered import Reaction

Row = dict[str, Any]
ELSEWHERE = "elsewhere"
"""Not-ready reason in the model for time that went into calls no queue gave."""
LEAST_S = 1.0
"""Shorter spells are not played again."""


class Deed(Struct, frozen=True):
    """`at_us` is Unix time. `do` is `sign-in`, `sign-out` or `away`, which lasts `for_s`."""

    at_us: int
    agent: str
    do: str
    extension: str = ""
    reason: str = ""
    for_s: float = 0.0


_STATES = """
SELECT agent, state, reason, extension, call, from_at AS at, coalesce(to_us - from_us + from_at, :end) AS until,
  (SELECT c.direction FROM calls c WHERE c.id = s.call) AS direction,
  (SELECT c.agent NOT IN ('', s.agent) FROM calls c WHERE c.id = s.call) AS passed_on
FROM agent_states s WHERE from_at < :end AND coalesce(to_us - from_us + from_at, :end) > :begin ORDER BY agent, id
"""
_OFFERS = """
SELECT l.party AS extension, (o.to_us - o.from_us) / 1e6 AS seconds, o.result = 'connected' AS lifted
FROM agent_offers o JOIN legs l ON l.id = o.leg JOIN calls c ON c.id = o.call
WHERE c.offered_at >= ? AND c.offered_at < ? AND o.result IN ('connected', 'no-answer', 'declined') ORDER BY o.id
"""
_CALLED = """
SELECT l.party AS extension, (coalesce(l.answered_us, l.released_us) - l.added_us) / 1e6 AS seconds,
  l.answered_us IS NOT NULL AS lifted
FROM legs l JOIN calls c ON c.id = l.call WHERE l.role = 'called' AND l.released_us IS NOT NULL
  AND c.offered_at >= ? AND c.offered_at < ? ORDER BY l.id
"""


def deeds(db: Database, day: Period) -> list[Deed]:
    """In order of time; agents who are signed in when the day begins sign in then."""
    rows = list(db.query(_STATES, {"begin": day.from_us, "end": day.to_us}))
    found = [
        deed
        for _, spells in groupby(rows, key=lambda row: str(row["agent"]))
        for deed in _of_agent(list(spells), day)
    ]
    return sorted(found, key=lambda one: (one.at_us, one.agent))


def _of_agent(spells: list[Row], day: Period) -> Iterator[Deed]:
    yield from _seats(spells, day)
    for kind, stretch in groupby(spells, key=_kind):
        rows = list(stretch)
        begin, end = max(day.from_us, rows[0]["at"]), rows[-1]["until"]
        for_s = (end - begin) / 1e6
        if kind and for_s >= LEAST_S:
            yield Deed(begin, rows[0]["agent"], "away", reason=kind, for_s=for_s)


def _seats(spells: list[Row], day: Period) -> Iterator[Deed]:
    out = {"state": AgentState.SIGNED_OUT, "extension": ""}
    for before, row in pairwise([out, *spells]):
        at_us, seat = max(day.from_us, row["at"]), row["extension"]
        if row["state"] == AgentState.SIGNED_OUT:
            if before["state"] != AgentState.SIGNED_OUT:
                yield Deed(at_us, row["agent"], "sign-out")
        elif seat != before["extension"] or before["state"] == AgentState.SIGNED_OUT:
            yield Deed(at_us, row["agent"], "sign-in", extension=seat)


def _kind(row: Row) -> str:
    """The reason to be away for; empty for time that the model makes by itself.

    Who was put not-ready for missed calls was not there: so it is again, whoever is rung in the model.
    """
    if row["state"] == AgentState.NOT_READY:
        return ELSEWHERE if row["reason"] in BY_THE_BOX or not row["reason"] else str(row["reason"])
    if row["state"] == AgentState.TALKING and row["passed_on"]:
        return ELSEWHERE  # the model's callers talk with the first agent only
    own = row["state"] in (AgentState.TALKING, AgentState.RINGING) and row["direction"] not in (
        "inbound",
        None,
    )
    return ELSEWHERE if own else ""


def back_after_s(db: Database, day: Period) -> float:
    """How long agents were not-ready for missed calls before they came back; a minute where nobody was."""
    lasted = sorted(
        (row["until"] - row["at"]) / 1e6
        for row in db.query(_STATES, {"begin": day.from_us, "end": day.to_us})
        if row["reason"] == MISSED and row["until"] < day.to_us
    )
    return lasted[len(lasted) // 2] if lasted else 60.0


def reactions(db: Database, day: Period) -> dict[str, list[Reaction]]:
    """How each telephone's ringings ended, by its number."""
    found: dict[str, list[Reaction]] = {}
    for select in (_OFFERS, _CALLED):
        for row in db.query(select, (day.from_us, day.to_us)):
            one = Reaction(max(0.0, row["seconds"]), bool(row["lifted"]))
            found.setdefault(row["extension"], []).append(one)
    return found


def of_anybody(known: Iterable[Sequence[Reaction]]) -> list[Reaction]:
    """For telephones that did not ring that day."""
    return [one for several in known for one in several] or [Reaction(2.0), Reaction(3.0)]
