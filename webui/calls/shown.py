"""Calls as people read them: times of the site's zone, lengths, names instead of numbers of agents and queues."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from firmware.cli.period import local
from firmware.cli.words import said
from firmware.config.schema import Config

Row = Mapping[str, Any]
GOOD, BAD = frozenset({"answered", "self_served", "voicemail"}), frozenset({"refused", "failed"})


class CallLine(Struct, frozen=True):
    """A call in a list."""

    id: int
    at: str
    direction: str
    direction_said: str
    number: str
    name: str
    forgotten: bool
    """Its numbers and names are deleted."""
    queue: str
    agent: str
    line: str
    wait: str
    talk: str
    outcome: str
    tone: str
    """`good`, `warn`, `bad`, or none: it goes on."""
    recorded: bool
    voicemail: bool


def far_number(row: Row) -> str:
    """Of whoever is not of the house, where there is one."""
    return str(row["from_number" if row["direction"] == "inbound" else "to_number"] or "")


def length(seconds: float | None) -> str:
    """`m:ss`, with hours where there are some; empty: it never was."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def offset(ms: int) -> str:
    """Since a call began; before it: a minus."""
    sign, tenths = "-" if ms < 0 else "", abs(ms) // 100
    return f"{sign}{length(tenths // 10)}.{tenths % 10}"


def moment(unix_us: int, zone: str) -> str:
    """By the clock of the site, to the second."""
    return local(unix_us, zone)


class Shown:
    """How one reader is told. `names`: of contacts, by the number in the record of a call."""

    def __init__(
        self, config: Config, zone: str, language: str, names: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._zone, self._language, self._names = zone, language, names
        self._agents = {one.id: one.name or one.id for one in config.agents}
        self._queues = {one.id: one.name or one.id for one in config.queues}

    def at(self, unix_us: int) -> str:
        return moment(unix_us, self._zone)

    def said(self, word: str) -> str:
        return said(word, self._language)

    def agent(self, agent: str) -> str:
        return self._agents.get(agent, agent)

    def queue(self, queue: str) -> str:
        return self._queues.get(queue, queue)

    def line(self, row: Row) -> CallLine:
        goes_out = row["direction"] != "inbound"
        number = far_number(row)
        outcome = row["outcome"] or ("in_progress" if row["released_us"] is None else _ended(row))
        return CallLine(
            row["id"], self.at(row["offered_at"]), row["direction"], self.said(row["direction"]),
            number, self._names.get(number) or ("" if goes_out else row["from_name"]),
            bool(row["forgotten"]), self.queue(row["queue"]), self.agent(row["agent"]), row["line"],
            length(row["wait_s"]), length(row["talk_s"]), self.said(outcome), _tone(outcome),
            bool(row["recorded"]), bool(row["voicemail"]),
        )  # fmt: skip


def _ended(row: Row) -> str:
    return "answered" if row["answered_us"] is not None else "not-reached"


def _tone(outcome: str) -> str:
    if outcome == "in_progress":
        return ""
    return "good" if outcome in GOOD else "bad" if outcome in BAD else "warn"
