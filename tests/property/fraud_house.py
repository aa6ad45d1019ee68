"""A box of copper and SIP whose every call outside is kept: digits on a line, request URI and To of an INVITE.

All between the SIP messages and the engine is the box's own: desk, ports, machines, numbers for the carrier.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from msgspec import convert, structs

from drivers.cards.card_wire import CardEvent
from drivers.ports import LineEvent, PortKind
from drivers.signalling import SignallingCommand
from drivers.sip import events as sip
from drivers.sip.message import Message
from firmware.config.schema import (
    Agent,
    Card,
    Class,
    Config,
    DialPlan,
    Did,
    Extension,
    Mailbox,
    Queue,
    Room,
    Site,
    Trunk,
)
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.names import Tone
from firmware.sip.addresses import parse_uri
from firmware.sip.carrier import TrunkCarrier
from firmware.sip.channel import Channel
from firmware.sip.desk import Desk
from firmware.sip.office import InviteJudge
from firmware.sip.orders import Headers
from firmware.sip.phone import Contact, Phone
from firmware.sip.plan import plan_of
from firmware.switch.lines.exchanged import Given, Out
from firmware.switch.lines.signalled_line import SignalledLine
from firmware.switch.lines.signalled_telephone import SignalledTelephone
from firmware.switch.plan import SwitchPlan
from tests.property.far_exchange import ABROAD, NATIONAL, PREMIUM, america, china
from tests.unit.fake_box import LINES, PHONES, FakeBox, office
from tests.unit.sip_rig import SipRig

COPPER_PORTS = 8
SHORT = 9
CARRIER, STRANGER = "192.0.2.1:5060", "203.0.113.9:5060"
SIP_PHONES = ("811", "812")
DTMF = sip.DigitMethod.RTP
TOWN = "town"
"""The class of 804 and 812; the others may call the whole country."""
BY_MACHINE = (c.Ring, c.StopRing, c.Release, c.Connect, c.Disconnect, c.TellTransfer, c.Seize, c.Dial)
READERS = {"CN": china, "US": america}


def house(country: str = "CN", sends: str = "e164-plus", *, copper: bool = False) -> Config:
    config = office()
    lines = tuple(LINES) if copper else ("carrier", *LINES)
    plan = DialPlan(outgoing_order=lines)
    if country == "US":
        plan = structs.replace(
            plan, country_code="1", trunk_prefix="1", international_prefix="011", emergency=("911",)
        )
    area = {"CN": "10", "US": "212"}[country]
    queue = {
        "id": "sales",
        "number": "600",
        "callback_key": "2",
        "callback_other_number": True,
        "max_wait_s": 0.0,
    }
    telephones = tuple(Extension(number=number, card="ip", voicemail="") for number in SIP_PHONES)
    return structs.replace(
        config,
        site=Site(country=country, area=area, language="en"),
        cards=(*config.cards, Card(name="ip", kind="sip")),
        extensions=tuple(_classed(one) for one in (*config.extensions, *telephones)),
        classes=(Class(id=TOWN, may_call=("local", "service")),),
        agents=(*config.agents, Agent(id="700", queues=("sales",))),
        trunks=(
            Trunk(
                name="carrier", card="ip", hosts=("192.0.2.1",), channels=4, number="62349000", sends=sends
            ),
        ),
        dids=(Did(number="62349001", target="extension:811"), Did(number="62349002", target="flow:main")),
        queues=(convert(queue, Queue),),
        rooms=(Room(id="room", number="650"),),
        mailboxes=(Mailbox(id="box"), Mailbox(id="801")),
        dial_plan=plan,
    )


def _classed(one: Extension) -> Extension:
    level = "internal" if one.number == "803" else "national"
    return structs.replace(one, of_class=TOWN if one.number in ("804", "812") else "", may_call=level)


class Wire:
    """The endpoint of SIP as the desk sees it: keeps what is sent."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.placed: list[tuple[int, str, str]] = []
        """Dialog, request URI, To of each INVITE of the box."""
        self.answered: list[tuple[int, int]] = []
        self.refers: list[int] = []

    def new_number(self) -> int:
        return next(self.numbers)

    def call(self, target: str, *, caller: str, headers: Headers, to: str, account: str, number: int) -> int:
        del caller, headers, account
        self.placed.append((number, target, to))
        return number

    def answer(self, call: int, status: int, *, headers: Headers = ()) -> None:
        del headers
        self.answered.append((call, status))

    def hang_up(self, call: int, cause: int, *, status: int = 0, headers: Headers = ()) -> None:
        del cause, headers
        self.answered.append((call, status))

    def join(self, call: int, leg: int) -> None: ...

    def part(self, leg: int) -> None: ...

    def take_refer(self, request: int, status: int) -> None:
        del request
        self.refers.append(status)

    def tell_transfer(self, call: int, status: int, reason: str, *, final: bool) -> None:
        del call, reason, final
        self.refers.append(status)


class Judge:
    """Telephones speak from addresses of their own and have logged in; everybody else is judged as he is."""

    def __init__(self, strangers: InviteJudge) -> None:
        self._strangers = strangers

    def number_of(self, offer: sip.CallOffered, now_us: int) -> str | tuple[int, Headers]:
        if offer.source.startswith("10.0.0."):
            return offer.source.partition(":")[2]
        return self._strangers.number_of(offer, now_us)


@lru_cache(maxsize=1)
def _stranger_judge() -> InviteJudge:
    return InviteJudge(SipRig(Path(mkdtemp(prefix="fraud-"))).authenticator)


class House(FakeBox):
    def __init__(self, config: Config) -> None:
        self.plan = plan_of(config, Path())
        self.sends = config.trunks[0].sends
        ports = SwitchPlan.from_config(config).ports
        kinds: dict[PortKind, Callable[..., SignalledTelephone | SignalledLine]] = {
            PortKind.SIP: SignalledTelephone,
            PortKind.SIP_TRUNK: SignalledLine,
        }
        self.machines = {one.port: kinds[one.kind](one) for one in ports if one.kind in kinds}
        self.wire = Wire()
        self.left: list[str] = []
        """What went outside, as digits or with `+`; calls for help are not in it."""
        self._open: dict[int, int] = {}
        """Lines whose exchange still takes digits, and where in `left` they go."""
        self._urgent: set[int] = set()
        self._waiting: deque[Callable[[], None]] = deque()
        self._busy = False
        self._dialogs = count(100_000)
        self.of_phone: dict[str, int] = {}
        """The newest dialog of a SIP telephone."""
        self.desk = self._desk()
        super().__init__(config)

    def _desk(self) -> Desk:
        new = self.wire.new_number
        carriers = {one.trunk.name: TrunkCarrier(one, Random(1)) for one in self.plan.trunks}
        return Desk(
            endpoint=self.wire,
            telephones=[
                Phone(
                    one.port, one.number, new, lambda number: [Contact(f"sip:{number}@10.0.0.1", "box", 5060)]
                )
                for one in self.plan.telephones
            ],
            carriers=carriers,
            channels={
                name: [Channel(port, new, carrier) for port in carrier.ports]
                for name, carrier in carriers.items()
            },
            judge=Judge(_stranger_judge()),
            tell=self._told,
        )

    # -- between the parts --------------------------------------------------------------------------------

    def _told(self, event: CardEvent) -> None:
        if isinstance(event, LineEvent):
            port = COPPER_PORTS + event.port
            self._waiting.append(lambda: self._taken(port, self.machines[port].handle(event, self.now_us)))

    def _taken(self, port: int, said: list[Out]) -> None:
        for one in said:
            if isinstance(one, e.SwitchEvent):
                self.event(one)
            elif isinstance(one, SignallingCommand):
                self._waiting.append(partial(self._ordered, port, one))

    def _ordered(self, port: int, one: SignallingCommand) -> None:
        before = len(self.wire.placed)
        self.desk.command(port - COPPER_PORTS, one, self.now_us)
        if isinstance(self.machines[port], SignalledLine) and port not in self._urgent:
            for _, target, to in self.wire.placed[before:]:
                self.left += [self._read(user_of(target)), self._read(user_of(to))]

    def _read(self, user: str) -> str:
        """A carrier that wants E.164 without `+` reads what is no short code so."""
        return f"+{user}" if self.sends == "e164" and len(user) > SHORT else user

    def pump(self) -> None:
        if self._busy:
            return
        self._busy = True
        while self._waiting:
            self._waiting.popleft()()
        self._busy = False

    def _follow(self, command: c.AnySwitchCommand) -> None:
        super()._follow(command)
        port = command.port
        machine = self.machines.get(port)
        if machine is not None and isinstance(command, BY_MACHINE):
            given: Given = command
            (self._urgent.add if isinstance(command, c.Dial) and command.urgent else self._urgent.discard)(
                port
            )
            self._waiting.append(lambda: self._taken(port, machine.handle(given, self.now_us)))
        elif isinstance(command, c.Dial) and not command.urgent:
            self._open[port] = len(self.left)
            self.left.append(command.digits)
        elif isinstance(command, c.Release):
            self._open.pop(port, None)

    def event(self, event: e.AnySwitchEvent) -> None:
        super().event(event)
        self.pump()

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.pump()

    # -- people -------------------------------------------------------------------------------------------

    def key(self, where: str, digits: str) -> None:
        """An exchange that can hear the telephone takes its tones for more of the number."""
        for digit in digits:
            if where in SIP_PHONES:
                self.hear(sip.DigitReceived(self.of_phone[where], digit, DTMF, 100))
                continue
            for line, place in self._open.items():
                if self.hears.get(line) == PHONES.get(where, -2):
                    self.left[place] += digit
            super().key(where, digit)

    def rings_there(self, line: str) -> None:
        """Ringback: the exchange takes no more digits."""
        self._open.pop(LINES[line], None)
        self.event(e.ToneHeard(port=LINES[line], at_us=self.now_us, tone=Tone.RINGBACK))

    def hear(self, *events: sip.AnyCallEvent) -> None:
        for one in events:
            self.desk.hear(one, self.now_us)
            self.pump()

    def invite(self, who: str, uri: str, *headers: tuple[str, str]) -> int:
        """`who`: a telephone's number, or where a carrier or a stranger speaks from."""
        dialog = next(self._dialogs)
        source = f"10.0.0.1:{who}" if who in {one.number for one in self.plan.telephones} else who
        message = Message(f"INVITE {uri} SIP/2.0", (("from", '"x" <sip:x@y>;tag=1'), *headers))
        self.of_phone[who] = dialog
        self.hear(sip.CallOffered(dialog, message, source))
        return dialog

    def refer(self, dialog: int, to: str, replaces: int = 0) -> None:
        message = Message("REFER sip:box SIP/2.0", (("refer-to", to),))
        self.hear(sip.TransferAsked(dialog, 1, to, message, replaces))

    def answer_all(self) -> None:
        """Whoever is called by an INVITE answers."""
        for dialog, _, _ in list(self.wire.placed):
            self.hear(sip.CallAnswered(dialog))

    def over(self) -> None:
        """Everybody hangs up; what was placed is forgotten."""
        for number in PHONES:
            if PHONES[number] in self.off_hook:
                self.hang_up(number)
        for dialog in (*(one for one, _, _ in self.wire.placed), *self.of_phone.values()):
            self.hear(sip.CallEnded(dialog, 200, 16, ""))
        for line in LINES:
            if self.leg(line) is not None:
                self.leave(line)
        self.wait(3)
        for line in LINES:
            if self.leg(line) is not None:
                self.leave(line)
        self.of_phone.clear()
        self.wire.placed.clear()
        self._open.clear()


def user_of(uri: str) -> str:
    """As a carrier reads it: without escapes and what stands after the number."""
    found = parse_uri(uri)
    return found.user if found else uri


def forbidden(left: list[str], country: str, reach: str) -> list[str]:
    """What must not have left for somebody of this reach (`town`, `country`, `house`)."""
    never = {"house": None, TOWN: {ABROAD, PREMIUM, NATIONAL}, "country": {ABROAD, PREMIUM}}[reach]
    read = READERS[country]
    return [f"{one} ({read(one)})" for one in left if never is None or read(one) in never]
