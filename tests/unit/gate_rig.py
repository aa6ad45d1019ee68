"""A gate without sockets: an engine fed with events, its records in the hub, programs as strings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec import structs

from firmware.config.schema import Config, Gate, GateToken
from firmware.engine.process.order_desk import OrderDesk
from firmware.engine.view import state_view
from firmware.gate.actions import serve
from firmware.gate.hub import Hub
from firmware.gate.packets import GREETING
from firmware.gate.session import Session
from firmware.gate.tokens import kept, secret_of
from firmware.protocol.inputs import AnyInput, AnyOrder
from firmware.protocol.journal import Record
from firmware.protocol.order_format import GiveOrder, OrderAnswer
from firmware.protocol.ring import Ring
from tests.unit.fake_box import FakeBox, office

KEY = b"k" * 32
SALT = "00112233aabbccdd"
RIGHTS = ("read", "originate", "queue")
Row = dict[str, str]


def token(name: str, *rights: str) -> GateToken:
    return GateToken(name=name, secret=kept(name, SALT, secret(name)), rights=rights)


def secret(name: str) -> str:
    return secret_of(KEY, name, SALT)


def gated(config: Config | None = None, **gate: object) -> Config:
    """The office with a gate: `all` may do everything, `wall` may look."""
    tokens = (token("all", *RIGHTS), token("wall", "read"), token("deaf"))
    kept_gate = structs.replace(Gate(enabled=True, tokens=tokens), **gate)
    return structs.replace(config or office(announce_every_s=0.0), gate=kept_gate)


class GateRig:
    def __init__(self, config: Config | None = None) -> None:
        self.config = config or gated()
        self.box = FakeBox(self.config)
        self.hub = Hub(self.config, KEY, self.give, wall_offset_us=1_700_000_000_000_000)
        self.desk = OrderDesk(self._order, self.box.engine, Ring.in_memory(1 << 16))
        self.orders: list[AnyOrder] = []
        self.silent = False
        """The engine does not answer."""
        self.unanswered: list[Callable[[OrderAnswer], None]] = []
        self._given = 0
        self._sessions = 0
        self.look_again()

    def look_again(self) -> None:
        """As after something was missed."""
        self._given = len(self.box.records)
        self.hub.begin(
            state_view(self.box.engine, 1, now_us=self.box.now_us, link_up=True, gap_us=0, alarms=())
        )

    def give(self, order: AnyOrder, told: Callable[[OrderAnswer], None]) -> None:
        self.orders.append(order)
        if self.silent:
            self.unanswered.append(told)
        else:
            self.desk.take(GiveOrder(1, order), self.box.now_us, told)

    def _order(self, given: AnyInput, at_us: int) -> Record | None:
        return self.box.give(given)

    def catch_up(self) -> None:
        """The hub takes the records that came since."""
        while self._given < len(self.box.records):
            self.hub.take(self.box.records[self._given])
            self._given += 1

    def connect(self) -> Program:
        self._sessions += 1
        session = Session(
            self._sessions, partial(serve, self.hub), f"challenge{self._sessions}", self.box.now_us
        )
        self.hub.sessions[session.number] = session
        return Program(self, session)

    def program(self, name: str = "all") -> Program:
        """One that is logged in."""
        program = self.connect()
        (answer, *_) = program.does("Login", Username=name, Secret=secret(name))
        assert answer["Response"] == "Success"
        return program


class Program:
    """A client: `does` says something and gives what is answered; events are in the same list."""

    def __init__(self, rig: GateRig, session: Session) -> None:
        self._rig, self.session = rig, session

    def sends(self, data: bytes) -> list[Row]:
        self.session.receive(data, self._rig.box.now_us)
        return self.hears()

    def does(self, action: str, **fields: str) -> list[Row]:
        rows = {"Action": action, **fields}
        return self.sends("".join(f"{key}: {value}\r\n" for key, value in rows.items()).encode() + b"\r\n")

    def hears(self) -> list[Row]:
        self._rig.catch_up()
        text = bytes(self.session.out).removeprefix(GREETING).decode()
        self.session.out.clear()
        return [_row(packet) for packet in text.split("\r\n\r\n") if packet]

    def names(self) -> list[str]:
        return [row["Event"] for row in self.hears() if "Event" in row]


def _row(packet: str) -> Row:
    return dict(line.split(": ", 1) for line in packet.split("\r\n"))
