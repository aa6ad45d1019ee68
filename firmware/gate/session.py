"""One program's connection: greeting, login, actions, events. No I/O here: bytes in, bytes out, a deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from firmware.config.schema import GateToken
from firmware.gate.floor import Event
from firmware.gate.limits import SECOND_US, Bucket
from firmware.gate.packets import GREETING, Fields, Packet, Packets, encode
from firmware.gate.tokens import Tokens
from firmware.protocol.order_format import OrderAnswer, Verdict

LOGIN_WITHIN_US = 10 * SECOND_US
MOST_WRONG = 3
"""Wrong secrets of one connection: then it is closed."""
UNREAD_BYTES = 1 << 20
"""A program that leaves so much unread is let go: it must not hold up the others."""
ACTIONS, ACTION_EVERY_US = 100, SECOND_US // 50
"""So many actions at once, then one in so long; what comes faster waits."""
MOST_WAITING = 200
"""So many packets wait their turn; a program that sends more is let go."""
WAITING_BYTES, STRANGER_BYTES = 1 << 18, 1 << 12
"""So much waits its turn, after and before the login; what sends more is let go."""
STRANGER_UNREAD_BYTES = 1 << 16
"""As UNREAD_BYTES, before the login."""
LEAVES_WITHIN_US = 5 * SECOND_US
"""So long a connection that ends may take to read what was said."""
KINDS = frozenset(("call", "agent", "system"))
_WHY: Mapping[Verdict, str] = {
    Verdict.NO_ENGINE: "the box is not running",
    Verdict.UNKNOWN: "the engine did not answer; give it again with the same OrderID",
}

Serve = Callable[["Session", Packet, int], None]


class Session:
    """`serve` carries an action out that `token` may see; login and leaving are the session's own."""

    def __init__(self, number: int, serve: Serve, challenge: str, now_us: int) -> None:
        """`challenge` is random and of this connection alone."""
        self.number = number
        self.token: GateToken | None = None
        self.out = bytearray(GREETING)
        self.closing = False
        """Nothing more is read or told; it ends when what is said is sent, or after LEAVES_WITHIN_US."""
        self.late = False
        """It did not read in time what was said before its end."""
        self.mask = KINDS
        self.deadline_us: int | None = now_us + LOGIN_WITHIN_US
        self.challenge = challenge
        self.challenged = False
        self.wrong = 0
        self.orders = 0
        """Orders given so far: part of their ids."""
        self._serve = serve
        self._packets = Packets()
        self._waiting: list[Packet] = []
        self._leaves_us: int | None = None
        self._pace = Bucket(ACTIONS, ACTION_EVERY_US)

    @property
    def lost(self) -> bool:
        """It does not read what it is told."""
        most = STRANGER_UNREAD_BYTES if self.token is None else UNREAD_BYTES
        return self.late or len(self.out) > most

    def receive(self, data: bytes, now_us: int) -> None:
        self._waiting += self._packets.receive(data)
        if self._packets.broken or len(self._waiting) > MOST_WAITING:
            self._turn_away("This is no packet of the manager interface")
        self.proceed(now_us)
        if not self.closing and self._kept > (STRANGER_BYTES if self.token is None else WAITING_BYTES):
            self._turn_away("Too much at once")

    @property
    def _kept(self) -> int:
        return self._packets.held + sum(one.size for one in self._waiting)

    def _turn_away(self, why: str) -> None:
        self._waiting, self._packets = [], Packets()
        self.say((("Response", "Error"), ("Message", why)))
        self.closing = True

    def proceed(self, now_us: int) -> None:
        """What waits is carried out as fast as it may; a login that does not come ends it."""
        while self._waiting and not self.closing and self._pace.take(now_us):
            self._serve(self, self._waiting.pop(0), now_us)
        if self.token is None and self.deadline_us is not None and now_us >= self.deadline_us:
            self.closing = True
        if self.closing:
            self._leave_by(now_us)

    def _leave_by(self, now_us: int) -> None:
        if self._leaves_us is None:
            self._waiting = []
            self.deadline_us = self._leaves_us = now_us + LEAVES_WITHIN_US
        self.late = now_us >= self._leaves_us

    def wait_us(self, now_us: int) -> int | None:
        """When `proceed` has something to do; None: not by itself."""
        waits = [self._pace.wait_us(now_us)] if self._waiting else []
        if self.deadline_us is not None:
            waits.append(max(0, self.deadline_us - now_us))
        return min(waits, default=None)

    def let_in(self, token: GateToken, events: str) -> None:
        self.token, self.deadline_us = token, None
        self.watch(events)

    def watch(self, wanted: str) -> None:
        """`on`, `off`, or classes as `call,agent`."""
        words = {one.strip().lower() for one in wanted.split(",")} if wanted else {"on"}
        if words & {"on", "all", "yes", "true"}:
            self.mask = KINDS
        else:
            self.mask = KINDS & words

    def wants(self, event: Event) -> bool:
        token = self.token
        may = token is not None and not self.closing and "read" in token.rights
        return may and event.kind in self.mask

    # -- saying -------------------------------------------------------------------------------------

    def say(self, fields: Fields) -> None:
        self.out += encode(fields)

    def answer(self, packet: Packet, message: str, *rows: tuple[str, object], wrong: bool = False) -> None:
        response = ("Response", "Error" if wrong else "Success")
        self.say((response, *_action_id(packet), ("Message", message), *rows))

    def refuse(self, packet: Packet, message: str) -> None:
        self.answer(packet, message, wrong=True)

    def list(self, packet: Packet, message: str, events: Iterable[Event], complete: str) -> None:
        """Rows, each a packet of its own, and how many there were."""
        told = list(events)
        self.answer(packet, message, ("EventList", "start"))
        for one in told:
            self.say((("Event", one.name), *_action_id(packet), *one.fields))
        end = (("EventList", "Complete"), ("ListItems", len(told)))
        self.say((("Event", complete), *_action_id(packet), *end))

    def tell(self, event: Event, packet: Packet | None = None) -> None:
        """`packet`: whose answer this event is."""
        self.say((*event_head(event), *(_action_id(packet) if packet else ()), *event.fields))

    def when_answered(self, packet: Packet, message: str) -> Callable[[OrderAnswer], None]:
        """For an order whose answer is all there is to tell."""
        return partial(self._answered, packet, message)

    def _answered(self, packet: Packet, message: str, answer: OrderAnswer) -> None:
        if answer.done:
            self.answer(packet, message)
        else:
            self.refuse(packet, why_not(answer))


def why_not(answer: OrderAnswer) -> str:
    return _WHY.get(answer.verdict) or f"Refused: {answer.reason}"


def event_head(event: Event) -> tuple[tuple[str, object], ...]:
    return ("Event", event.name), ("Privilege", f"{event.kind},all")


def _action_id(packet: Packet) -> Sequence[tuple[str, object]]:
    given = packet.get("actionid")
    return (("ActionID", given),) if given else ()


def logged_in(tokens: Tokens, session: Session, packet: Packet) -> GateToken | None:
    """The token that this login is of; None where name or secret is wrong."""
    name = packet.get("username")
    if packet.get("authtype").upper() == "MD5":
        challenge = session.challenge if session.challenged else ""
        return tokens.knows_answer(name, challenge, packet.get("key"))
    return tokens.knows(name, packet.get("secret"))
