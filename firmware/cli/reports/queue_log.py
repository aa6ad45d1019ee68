"""The queue log other tools read: `time|call|queue|agent|event|data…`, from history.db. Seconds, but where told.

What the events and their fields mean is from Asterisk's public documentation of its queue log; nothing of it is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from firmware.cli.reports.queue_places import Place, places_of
from firmware.config.schema import Config
from firmware.gate.agents import is_pause
from firmware.gate.naming import bridge_id, call_id, interface, leg_id
from firmware.protocol.names import AgentState
from firmware.store import queries

NOBODY = "NONE"
_SECOND_US = 1_000_000
LEFT: Mapping[str, str] = {
    "abandoned": "ABANDON",
    "call-ended": "ABANDON",
    "overflow": "EXITWITHTIMEOUT",
    "voicemail": "EXITWITHTIMEOUT",
    "no-agents": "EXITEMPTY",
    "closed": "EXITEMPTY",
    "full": "EXITEMPTY",
    "exit-key": "EXITWITHKEY",
    "callback": "EXITWITHKEY",
}
"""How a caller left the queue; whoever was answered has CONNECT instead."""
MISSED: Mapping[str, str] = {"no-answer": "RINGNOANSWER", "declined": "RINGNOANSWER"}
"""Any other offer that came to nothing was called off."""
TRANSFERS: Mapping[str, str] = {
    "blind": "BLINDTRANSFER",
    "semi-attended": "BLINDTRANSFER",
    "attended": "ATTENDEDTRANSFER",
}
COMPLETE: Mapping[str, str] = {"called": "COMPLETEAGENT"}
"""By the side that let go first; any other is the caller's."""


class Row(Struct, frozen=True, order=True):
    """Ordered as things happened: box time first."""

    at_us: int
    step: int
    """What comes first of one instant."""
    wall_s: int
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...] = ()

    def line(self) -> str:
        cells = (str(self.wall_s), self.call, self.queue, self.agent, self.event, *self.data)
        return "|".join(_plain(cell) for cell in cells)


def rows_between(db: Database, after_us: int, until_us: int, config: Config) -> list[Row]:
    """Those of box time after the one and up to the other."""
    log = _Log(db, after_us, until_us, config)
    found = [*log.callers(), *log.offers(), *log.talks(), *log.agents()]
    return sorted(one for one in found if after_us < one.at_us <= until_us)


class _Log:
    """One look at history. Calls that began long before are not in it."""

    def __init__(self, db: Database, after_us: int, until_us: int, config: Config) -> None:
        self._db = db
        self._span = {"after": after_us - 86_400 * _SECOND_US, "until": until_us, "now": queries.now_us(db)}
        self._exit_keys = {one.id: one.exit_key for one in config.queues}
        self._lines = {one.name: one.number for one in config.lines}
        self._queues = {one.id: one.queues for one in config.agents}
        self._places = places_of(db.query(_VISITS, self._span))

    def callers(self) -> Iterator[Row]:
        for row in self._db.query(_VISITS, self._span):
            came, left = self._places[row["id"]]
            number = row["from_number"] or ""
            called = self._lines.get(row["to_number"]) or row["to_number"]
            yield self._row(row, row["from_us"], 0, event="DID", data=(called,))
            yield self._row(row, row["from_us"], 1, event="ENTERQUEUE", data=("", number, str(came.place)))
            if row["to_us"] is not None and row["why"] != "answered":
                yield self._left(row, came, left)

    def offers(self) -> Iterator[Row]:
        for row in self._db.query(_OFFERS, self._span):
            if row["to_us"] is None:
                continue
            rung_us = row["to_us"] - row["from_us"]
            if row["result"] == "connected":
                unique = leg_id(row["leg"], row["added_us"])
                data = (_s(row["to_us"] - row["entered_us"]), unique, _s(rung_us))
                yield self._row(row, row["to_us"], 3, agent=row["agent"], event="CONNECT", data=data)
            else:
                event = MISSED.get(row["result"], "RINGCANCELED")
                yield self._row(
                    row, row["to_us"], 2, agent=row["agent"], event=event, data=(str(rung_us // 1000),)
                )

    def talks(self) -> Iterator[Row]:
        """How each conversation of an agent with a caller of a queue ended."""
        for row in self._db.query(_TALKS, self._span):
            came = self._places[row["visit"]][0] if row["visit"] in self._places else Place()
            times = (
                _s(row["to_us"] - row["entered_us"]),
                _s(row["released_us"] - row["to_us"]),
                str(came.place),
            )
            event = TRANSFERS.get(row["kind"] or "")
            if event == "BLINDTRANSFER":
                data: tuple[str, ...] = (row["target"], "from-house", *times)
            elif event:
                data = ("BRIDGE", bridge_id(row["call"]), *times)
            else:
                event, data = COMPLETE.get(row["released_by"] or "", "COMPLETECALLER"), times
            yield self._row(row, row["released_us"], 4, agent=row["agent"], event=event, data=data)

    def agents(self) -> Iterator[Row]:
        last: dict[str, tuple[bool, bool]] = {}
        for row in self._db.query(_STATES, self._span):
            here = row["state"] != AgentState.SIGNED_OUT
            paused = is_pause(row["state"], row["reason"])
            was_here, was_paused = last.get(row["agent"], (False, False))
            last[row["agent"]] = here, paused
            if here != was_here:
                yield from self._member(row, "ADDMEMBER" if here else "REMOVEMEMBER")
            if here and paused != was_paused:
                event = "PAUSE" if paused else "UNPAUSE"
                data = (row["reason"],) if paused else ()
                yield from self._member(row, event, data)
                yield self._member_row(row, NOBODY, f"{event}ALL", data)

    def _member(self, row: dict[str, Any], event: str, data: tuple[str, ...] = ()) -> Iterator[Row]:
        for queue in self._queues.get(row["agent"], ()):
            yield self._member_row(row, queue, event, data)

    @staticmethod
    def _member_row(row: dict[str, Any], queue: str, event: str, data: tuple[str, ...]) -> Row:
        wall_s = row["from_at"] // _SECOND_US
        return Row(row["from_us"], 5, wall_s, NOBODY, queue, interface(row["agent"]), event, data)

    def _left(self, row: dict[str, Any], came: Place, left: Place) -> Row:
        event = LEFT.get(row["why"], "ABANDON")
        data = (str(left.place), str(came.place), _s(row["to_us"] - row["from_us"]))
        key = (self._exit_keys.get(row["queue"]) or "*",) if event == "EXITWITHKEY" else ()
        return self._row(row, row["to_us"], 2, event=event, data=(*key, *data))

    @staticmethod
    def _row(
        row: dict[str, Any], at_us: int, step: int, *, event: str, agent: str = "", data: tuple[str, ...] = ()
    ) -> Row:
        wall_s = (at_us + row["offered_at"] - row["offered_us"]) // _SECOND_US
        who = interface(agent) if agent else NOBODY
        return Row(
            at_us, step, wall_s, call_id(row["call"], row["offered_us"]), row["queue"], who, event, data
        )


_VISITS = """
SELECT v.id, v.call, v.queue, v.priority, v.from_us, v.to_us, v.why, c.from_number, c.to_number,
  c.offered_us, c.offered_at
FROM queue_visits v JOIN calls c ON c.id = v.call
WHERE c.offered_us >= :after AND c.offered_us <= :until ORDER BY v.id
"""
_OFFERS = """
SELECT o.id, o.call, o.queue, o.agent, o.leg, o.result, o.from_us, o.to_us, l.added_us, max(v.id) AS visit,
  coalesce(v.from_us, o.from_us) AS entered_us, c.offered_us, c.offered_at
FROM agent_offers o JOIN calls c ON c.id = o.call JOIN legs l ON l.id = o.leg
LEFT JOIN queue_visits v ON v.call = o.call AND v.queue = o.queue AND v.from_us <= o.from_us
WHERE c.offered_us >= :after AND c.offered_us <= :until GROUP BY o.id ORDER BY o.id
"""
_TALKS = """
SELECT o.id, o.call, o.queue, o.agent, o.to_us, l.released_us, l.released_by, max(v.id) AS visit,
  coalesce(v.from_us, o.from_us) AS entered_us, c.offered_us, c.offered_at,
  (SELECT t.kind FROM transfers t WHERE t.by_leg = o.leg ORDER BY t.id DESC LIMIT 1) AS kind,
  (SELECT t.target FROM transfers t WHERE t.by_leg = o.leg ORDER BY t.id DESC LIMIT 1) AS target
FROM agent_offers o JOIN calls c ON c.id = o.call JOIN legs l ON l.id = o.leg
LEFT JOIN queue_visits v ON v.call = o.call AND v.queue = o.queue AND v.from_us <= o.from_us
WHERE o.result = 'connected' AND l.released_us IS NOT NULL
  AND c.offered_us >= :after AND c.offered_us <= :until GROUP BY o.id ORDER BY o.id
"""
_STATES = (
    "SELECT agent, state, reason, from_us, from_at FROM agent_states WHERE from_us <= :until ORDER BY id"
)


def _s(us: int) -> str:
    return str(max(0, us) // _SECOND_US)


def _plain(cell: str) -> str:
    """Nothing in a cell can begin another one, or a line: callers choose their numbers themselves."""
    return re.sub(r"[|\x00-\x1f\x7f]", "_", cell)
