"""Calls that programs ordered, from the order to the telephone that was lifted, or was not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct

from firmware.gate.channels import Channel
from firmware.gate.floor import event
from firmware.gate.packets import Packet
from firmware.gate.session import Session
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

NO_SUCH, TIMED_OUT, ANSWERED, BUSY, FAILED = 0, 3, 4, 5, 8
"""Reason codes of OriginateResponse, as programs know them."""
_REASONS: Mapping[int, int] = {
    Cause.UNALLOCATED_NUMBER: NO_SUCH,
    Cause.USER_BUSY: BUSY,
    Cause.NO_ANSWER: TIMED_OUT,
    Cause.NO_USER_RESPONDING: TIMED_OUT,
}
SYNC_MESSAGE = "Originate successfully queued"
Done = tuple[int, Callable[[Session], None]]
"""Number of the session, and what it is told."""


class Originate(Struct):
    session: int
    packet: Packet
    extension: str
    number: str
    leg: int = 0
    channel: str = ""
    unique: str = ""

    @property
    def waits(self) -> bool:
        """The program wants its answer when the telephone was lifted, not before."""
        return self.packet.get("async").lower() not in ("true", "yes", "1", "on")


class Originates:
    def __init__(self) -> None:
        self._open: dict[str, Originate] = {}
        """By the order's id."""

    def add(self, order: str, one: Originate) -> None:
        self._open[order] = one

    def drop(self, order: str) -> None:
        self._open.pop(order, None)

    def forget(self, session: int) -> None:
        """Its program is gone; its calls go on."""
        self._open = {order: one for order, one in self._open.items() if one.session != session}

    def placed(self, order: str, facts: Iterable[f.Fact]) -> None:
        """The order was carried out: which telephone rings for it?"""
        one = self._open.get(order)
        added = next((fact for fact in facts if isinstance(fact, f.LegAdded)), None)
        if one is not None and added is not None:
            one.leg = added.leg

    def ended(self, facts: Iterable[f.Fact], channels: Mapping[int, Channel]) -> Iterator[Done]:
        for one in self._open.values():
            channel = channels.get(one.leg)
            if channel is not None:
                one.channel, one.unique = channel.name, channel.unique
        for fact in facts:
            if isinstance(fact, f.LegAnswered):
                yield from self._end(fact.leg, ANSWERED)
            elif isinstance(fact, f.LegReleased):
                yield from self._end(fact.leg, _REASONS.get(fact.cause, FAILED))

    def lost(self, channels: Mapping[int, Channel]) -> list[Done]:
        """Their telephones are not there any more, and nobody saw what became of them."""
        gone = [one.leg for one in self._open.values() if one.leg and one.leg not in channels]
        return [done for leg in gone for done in self._end(leg, FAILED)]

    def _end(self, leg: int, reason: int) -> Iterator[Done]:
        for order in [order for order, one in self._open.items() if one.leg == leg]:
            one = self._open.pop(order)
            yield one.session, partial(_tell, one, reason)


def _tell(one: Originate, reason: int, session: Session) -> None:
    well = reason == ANSWERED
    if one.waits:
        session.answer(one.packet, SYNC_MESSAGE if well else "Originate failed", wrong=not well)
        return
    rows = (
        ("Response", "Success" if well else "Failure"),
        ("Channel", one.channel),
        ("Context", one.packet.get("context")),
        ("Exten", one.number),
        ("Reason", reason),
        ("Uniqueid", one.unique or "<null>"),
        ("CallerIDNum", one.extension),
        ("CallerIDName", "<unknown>"),
    )
    session.tell(event("OriginateResponse", *rows), one.packet)
