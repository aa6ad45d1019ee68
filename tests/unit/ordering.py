"""A house for tests of orders: the same things wanted at analog telephones and at SIP ones."""

from __future__ import annotations

from msgspec import structs

from firmware.config.expanded import expanded
from firmware.config.schema import Card, Config, Extension
from firmware.engine.process.order_desk import _refusal
from firmware.engine.state import Leg
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import inputs as i
from tests.unit.fake_box import PHONES, FakeBox
from tests.unit.floor_office import floor_office

SIP = {"201": 8, "202": 9, "203": 10}
PORTS = PHONES | SIP
KINDS = {"fxs": ("801", "802", "803"), "sip": ("201", "202", "203")}
"""Kind of telephone to three of them; the first two have agents 801 and 802."""


def house(kind: str, /, **queue: object) -> Config:
    plain = floor_office(**queue)
    seats = dict(zip(KINDS[kind], ("801", "802", ""), strict=True))
    sip = tuple(Extension(number=number, card="ip") for number in SIP)
    extensions = tuple(
        structs.replace(one, agent=seats.get(one.number, "900" if one.number == "804" else ""))
        for one in (*plain.extensions, *sip)
    )
    return expanded(
        structs.replace(plain, cards=(*plain.cards, Card(name="ip", kind="sip")), extensions=extensions)
    )


class House:
    """`a`, `b` and `c` are telephones of the kind; `L1` calls the queue."""

    def __init__(self, kind: str, /, config: Config | None = None, **queue: object) -> None:
        self.box = FakeBox(config or house(kind, **queue))
        self.a, self.b, self.c = KINDS[kind]
        self.kind = kind
        self._orders = 0
        self._calls = 0

    def order(self, do: str, extension: str = "", number: str = "", **more: object) -> str:
        """Why it was refused; empty when it was done."""
        self._orders += 1
        order = i.CallOrder(f"o-{self._orders}", "web:ann", do, extension, number, **more)  # type: ignore[arg-type]
        return self.give(order)

    def give(self, order: i.AnyInput) -> str:
        record = self.box.give(order)
        assert record is not None
        return str(_refusal(record))

    def agent(self, agent: str, do: str, **more: str) -> str:
        self._orders += 1
        return self.give(i.AgentOrder(f"o-{self._orders}", "web:chief", agent, do, **more))

    # -- people -------------------------------------------------------------------------------------

    def lift(self, extension: str) -> None:
        """Answers what rings, or hears dial tone."""
        if extension not in SIP:
            self.box.lift(extension)
            return
        port, leg = SIP[extension], self.leg(extension)
        self._calls += 1
        call = leg.dialog if leg is not None else self._calls
        self.box.event(e.TelephoneSeized(port=port, at_us=self.box.now_us, call=call))

    def put_down(self, extension: str) -> None:
        if extension not in SIP:
            self.box.hang_up(extension)
        else:
            self.box.event(e.TelephoneReleased(port=SIP[extension], at_us=self.box.now_us))

    def caller_talks(self) -> None:
        """A caller of the queue talks to whom `a` belongs to."""
        self.box.to_queue("L1")
        self.lift(self.a)
        assert self.talk("L1", self.a)

    def consulting(self) -> None:
        """`a` holds the caller and talks to `c`."""
        self.caller_talks()
        assert not self.order("consult", self.a, self.c)
        self.lift(self.c)
        assert self.talk(self.a, self.c)

    # -- looking ------------------------------------------------------------------------------------

    def leg(self, where: str) -> Leg | None:
        now = self.box.engine.state.ports.get(port(where))
        return self.box.engine.state.legs[now.leg] if now and now.leg else None

    def talk(self, one: str, other: str) -> bool:
        hears = self.box.hears
        return hears.get(port(one)) == port(other) and hears.get(port(other)) == port(one)

    def on_hold(self, where: str) -> bool:
        playing = self.box.playing.get(port(where))
        return playing is not None and isinstance(playing.items[0], c.Music)

    def rings(self, extension: str) -> bool:
        return port(extension) in self.box.ringing

    def let_go(self, extension: str) -> bool:
        """The telephone has no call with us any more; an analog one hears that."""
        if extension in SIP:
            return not self.box.engine.state.port(SIP[extension]).dialogs
        return self.leg(extension) is None


def port(where: str) -> int:
    return ({"L1": 0, "L2": 1, "L3": 2, "L4": 3} | PORTS)[where]
