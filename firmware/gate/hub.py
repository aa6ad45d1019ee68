"""What all connections share: how things stand, who may come in, and the orders that are under way."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from firmware.config.schema import Config
from firmware.gate.floor import Event, Floor, event
from firmware.gate.limits import Bucket, WrongSecrets
from firmware.gate.originates import Originates
from firmware.gate.packets import encode
from firmware.gate.queue_floor import QueueFloor
from firmware.gate.session import Session, event_head
from firmware.gate.status import GateStatus
from firmware.gate.tokens import Tokens
from firmware.protocol import facts as f
from firmware.protocol.inputs import AnyOrder, CallOrder
from firmware.protocol.journal import Record
from firmware.protocol.order_format import OrderAnswer, StateView

Told = Callable[[OrderAnswer], None]
Give = Callable[[AnyOrder, Told], None]
MINUTE_US = 60_000_000


class Counts(Struct):
    """What the gate did so far."""

    logins: int = 0
    wrong_secrets: int = 0
    refused_logins: int = 0
    last_refused_us: int = 0
    refused_connections: int = 0
    orders: int = 0
    dropped: int = 0


class Hub:
    """`give` hands an order to the engine and tells what it answered, now or later."""

    def __init__(self, config: Config, key: bytes, give: Give, wall_offset_us: int) -> None:
        self.floor = Floor()
        self.queues = QueueFloor(self.floor, config, wall_offset_us)
        self.originates = Originates()
        self.wrong = WrongSecrets()
        self.sessions: dict[int, Session] = {}
        self.counts = Counts()
        self.give = give
        self.booted = False
        """What the engine holds is known."""
        self.at_us = 0
        self._key = key
        self._paces: dict[str, Bucket] = {}
        self._newest = (0, -1)
        self.config = config
        self.use(config)

    def use(self, config: Config) -> None:
        """A configuration came into force: a token that is gone is let go, one that changed asks anew."""
        if config.gate.originate_per_minute != self.config.gate.originate_per_minute:
            self._paces.clear()
        self.config = config
        self.tokens = Tokens(config.gate.tokens, self._key)
        self.queues.use(config)
        for session in self.sessions.values():
            if session.token is not None and self.tokens.get(session.token.name) != session.token:
                session.closing = True

    def figures(self, now_us: int, *, listening: bool) -> GateStatus:
        counts = self.counts
        return GateStatus(
            now_us,
            listening,
            connections=len(self.sessions),
            clients=sum(one.token is not None for one in self.sessions.values()),
            logins=counts.logins,
            refused_logins=counts.refused_logins,
            last_refused_us=counts.last_refused_us,
            refused_connections=counts.refused_connections,
            gate_orders=counts.orders,
            dropped=counts.dropped,
        )

    def refused(self, now_us: int) -> None:
        """A login."""
        self.counts.refused_logins += 1
        self.counts.last_refused_us = now_us

    def may_order(self, token: str, now_us: int) -> bool:
        """Takes one of the token's calls of this minute."""
        most = self.config.gate.originate_per_minute
        if not most:
            return False
        return self._paces.setdefault(token, Bucket(most, MINUTE_US // most)).take(now_us)

    def begin(self, view: StateView) -> None:
        """How things stand, at the beginning and after something was missed."""
        self._newest, self.at_us = (view.epoch, view.number), view.at_us
        self.floor.begin(view)
        self.queues.begin(view)
        if not self.booted:
            self.booted = True
            self.tell(fully_booted())
        for missing in self.originates.lost(self.floor.channels):
            self._originated(missing)

    def take(self, record: Record) -> None:
        """One record of the journal; older ones than what is known are passed over."""
        if (record.epoch, record.number) <= self._newest or not self.booted:
            return
        self._newest, self.at_us = (record.epoch, record.number), record.at_us
        for fact in record.facts:
            for one in self._events(fact, record.at_us):
                self.tell(one)
        if isinstance(record.input, CallOrder):
            self.originates.placed(record.input.id, record.facts)
        for done in self.originates.ended(record.facts, self.floor.channels):
            self._originated(done)

    def _events(self, fact: f.Fact, at_us: int) -> list[Event]:
        """An agent's part is told as over before its channel goes."""
        leaves = isinstance(fact, f.LegReleased)
        first, second = (self.queues, self.floor) if leaves else (self.floor, self.queues)
        return [*first.take(fact, at_us), *second.take(fact, at_us)]

    def tell(self, one: Event) -> None:
        """To all who want events of its class."""
        text = b""
        for session in self.sessions.values():
            if session.wants(one):
                text = text or encode((*event_head(one), *one.fields))
                session.out += text

    def _originated(self, done: tuple[int, Callable[[Session], None]]) -> None:
        session = self.sessions.get(done[0])
        if session is not None:
            done[1](session)


def fully_booted() -> Event:
    rows = (("Status", "Fully Booted"), ("Uptime", 0), ("LastReload", 0))
    return event("FullyBooted", *rows, kind="system")
