"""Records of the journal as events for programs. Pure.

An event's id is the journal's epoch and number, and its place among the record's facts: ids grow, and tell where to
go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from firmware.protocol import facts as f
from firmware.protocol.journal import Record
from firmware.stream.vocabulary import KINDS, VERSION, Kind

Position = tuple[int, int, int]
_ID = re.compile(r"(\d{1,15})-(\d{1,15})(?:-(\d{1,4}))?", re.ASCII)
_JSON = msgspec.json.Encoder()
MOST_CALLS = 4_000


class Happening(NamedTuple):
    position: Position
    kind: Kind
    agents: frozenset[str]
    """Who has part in it, as far as was known."""
    has_call: bool
    body: bytes
    """JSON."""

    @property
    def id(self) -> str:
        return "-".join(map(str, self.position))

    def message(self) -> bytes:
        """As a stream has it."""
        return b"id: %s\nevent: %s\ndata: %s\n\n" % (self.id.encode(), self.kind.name.encode(), self.body)


def position_of(text: str) -> Position | None:
    """`epoch-number`: behind all of that record; `epoch-number-place`: behind that event."""
    found = _ID.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3] or 9999)) if found else None


class Teller:
    """Remembers which agents were rung for which call, so that events of a call find who may know of them."""

    def __init__(self) -> None:
        self._agents: dict[int, set[str]] = {}
        self._calls: dict[int, int] = {}
        """Leg to call."""

    def tell(self, record: Record, offset_us: int) -> Iterator[Happening]:
        """`offset_us`: Unix time minus box time."""
        for place, fact in enumerate(record.facts):
            self._remember(fact)
            kind = KINDS.get(type(fact))
            if kind is None:
                continue
            position = (record.epoch, record.number, place)
            yield self._one(fact, kind, position, (record.at_us + offset_us) // 1000)
            if isinstance(fact, f.CallEnded):
                self._agents.pop(fact.call, None)

    def _one(self, fact: f.Fact, kind: Kind, position: Position, at_ms: int) -> Happening:
        values: dict[str, Any] = {name: getattr(fact, name) for name in kind.fields}
        call = values.get("call") or self._calls.get(values.get("leg", 0), 0)
        if call:
            values["call"] = call
        own = values.get("agent", "")
        agents = frozenset({*self._agents.get(call, ()), *([own] if own else ())})
        head = {"v": VERSION, "id": "-".join(map(str, position)), "event": kind.name, "at": at_ms}
        return Happening(position, kind, agents, bool(call), _JSON.encode(head | values))

    def _remember(self, fact: f.Fact) -> None:
        if isinstance(fact, f.LegAdded | f.LegMoved):
            self._calls[fact.leg] = fact.call
        agent, call = getattr(fact, "agent", ""), getattr(fact, "call", 0)
        if agent and call and isinstance(fact, f.LegAdded | f.AgentOffered | f.AgentConnected):
            self._agents.setdefault(call, set()).add(agent)
        for kept in (self._agents, self._calls):
            while len(kept) > MOST_CALLS:
                kept.pop(next(iter(kept)))
