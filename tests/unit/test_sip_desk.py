from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

import pytest

from drivers.cards.card_wire import CardEvent
from drivers.ports import PortFailed, PortRecovered
from drivers.signalling import (
    AlertCall,
    AnswerCall,
    CallCleared,
    CallConnected,
    CallOffered,
    ClearCall,
    PlaceCall,
    StandingCall,
)
from drivers.sip import events as sip
from drivers.sip.errors import NoSuchCall, SipError
from drivers.sip.message import Message
from firmware.config.schema import Trunk
from firmware.sip.carrier import TrunkCarrier
from firmware.sip.channel import Channel
from firmware.sip.desk import Desk
from firmware.sip.orders import Headers
from firmware.sip.phone import Contact, Phone
from firmware.sip.plan import TrunkPlan

CARRIER = "192.0.2.1:5060"
HOME = "10.0.0.9:5060"


class Endpoint:
    """Takes orders; what they are about may be over."""

    def __init__(self) -> None:
        self.orders: list[tuple[Any, ...]] = []
        self.gone: set[int] = set()
        self.is_broken = False
        self._numbers = count(1)

    def new_number(self) -> int:
        return next(self._numbers)

    def call(self, target: str, *, caller: str, headers: Headers, to: str, account: str, number: int) -> int:
        del caller, headers, to, account
        self._take("call", number, target)
        if self.is_broken:
            raise SipError("no transport")
        return number

    def answer(self, call: int, status: int, *, headers: Headers = ()) -> None:
        self._take("answer", call, status, *(name for name, _ in headers))

    def hang_up(self, call: int, cause: int, *, status: int = 0, headers: Headers = ()) -> None:
        del status, headers
        self._take("hang_up", call, cause)

    def join(self, call: int, leg: int) -> None:
        self._take("join", call, leg)

    def part(self, leg: int) -> None:
        self._take("part", leg)

    def take_refer(self, request: int, status: int) -> None:
        self._take("take_refer", request, status)

    def tell_transfer(self, call: int, status: int, reason: str, *, final: bool) -> None:
        self._take("tell_transfer", call, status, reason, final)

    def _take(self, *order: Any) -> None:
        self.orders.append(order)
        if order[1] in self.gone:
            raise NoSuchCall("over")


class Judge:
    """From's user is who it is; `stranger` is challenged."""

    def number_of(self, offer: sip.CallOffered, now_us: int) -> str | tuple[int, Headers]:
        del now_us
        number = offer.message.first("from")
        return (401, (("WWW-Authenticate", "Digest"),)) if number == "stranger" else number


class Bench:
    def __init__(self, hosts: tuple[str, ...] = ("192.0.2.1",)) -> None:
        self.endpoint = Endpoint()
        self.told: list[CardEvent] = []
        contact = {
            "201": [Contact("sip:201@10.0.0.9", "box", 5060)],
            "202": [Contact("sip:202@a", "box", 5060)],
        }
        new = self.endpoint.new_number
        trunk = Trunk(name="carrier", card="ip", hosts=hosts, channels=2)
        self.carrier = TrunkCarrier(TrunkPlan((2, 3), trunk), Random(1))
        self.desk = Desk(
            endpoint=self.endpoint,
            telephones=[
                Phone(port, number, new, lambda one: contact[one]) for port, number in enumerate(contact)
            ],
            carriers={"carrier": self.carrier},
            channels={"carrier": [Channel(port, new, self.carrier) for port in (2, 3)]},
            judge=Judge(),
            tell=self.told.append,
        )

    def invite(
        self, dialog: int, caller: str, source: str = HOME, *, called: str = "202", replaces: int = 0
    ) -> None:
        message = Message(f"INVITE sip:{called}@box SIP/2.0", (("from", caller),))
        self.hear(sip.CallOffered(dialog, message, source, replaces))

    def hear(self, *events: sip.AnyCallEvent) -> None:
        for event in events:
            self.desk.hear(event, 7)


def test_a_call_of_a_telephone_belongs_to_its_port() -> None:
    bench = Bench()
    bench.invite(900, "201")
    assert bench.told == [CallOffered(0, 7, 1, "202", calling="201")]
    bench.desk.command(0, AnswerCall(1), 7)
    assert bench.endpoint.orders == [("answer", 900, 200)]
    bench.hear(sip.MediaChanged(900, "PCMA/8000/1", receives=True, sends=True), sip.CallAnswered(900))
    assert bench.endpoint.orders[-1] == ("join", 900, 0)
    bench.hear(sip.CallEnded(900, 200, 16, ""))
    assert bench.told[-1] == CallCleared(0, 7, 1, 16)
    assert bench.desk.calls == 0


def test_numbers_of_calls_never_come_twice() -> None:
    bench = Bench()
    for dialog in (900, 901, 902):
        bench.invite(dialog, "201")
        bench.hear(sip.CallEnded(dialog, 487, 16, ""))
    assert [one.call for one in bench.told if isinstance(one, CallOffered)] == [1, 2, 3]


def test_strangers_are_challenged_and_nobody_is_told() -> None:
    bench = Bench()
    bench.invite(900, "stranger")
    assert bench.endpoint.orders == [("answer", 900, 401, "WWW-Authenticate")]
    assert (bench.told, bench.desk.refused) == ([], 1)
    bench.hear(sip.CallEnded(900, 401, 21, ""))


def test_who_logged_in_but_has_no_port_is_refused() -> None:
    bench = Bench()
    bench.invite(900, "299")
    assert bench.endpoint.orders == [("answer", 900, 403)]


def test_calls_of_a_carrier_take_channels_from_the_end_until_there_is_none() -> None:
    bench = Bench()
    for dialog in (900, 901, 902):
        bench.invite(dialog, "stranger", CARRIER)
    assert [one.port for one in bench.told if isinstance(one, CallOffered)] == [3, 2]
    assert bench.endpoint.orders == [("answer", 902, 503, "Retry-After", "Reason")]


def test_a_channel_rests_after_its_call_where_another_is_free() -> None:
    """The engine may not have let go of it yet. Where all rest, the one that does longest is taken; then as ever."""
    bench = Bench()
    offers = ((900, 0), (901, 1_000), (902, 2_000), (903, 3_000), (904, 2_900_000))
    for dialog, at_us in offers:
        message = Message("INVITE sip:202@box SIP/2.0", (("from", "139"),))
        bench.desk.hear(sip.CallOffered(dialog, message, CARRIER, 0), at_us)
        bench.desk.hear(sip.CallEnded(dialog, 200, 16, ""), at_us + 500)
    assert [one.port for one in bench.told if isinstance(one, CallOffered)] == [3, 2, 3, 2, 3]


def test_a_call_that_cannot_be_placed_is_cleared() -> None:
    bench = Bench()
    bench.endpoint.is_broken = True
    bench.desk.command(1, PlaceCall(-1), 7)
    assert bench.told == [CallCleared(1, 7, -1, 20)]
    bench.desk.command(2, PlaceCall(-2, "1"), 7)
    assert bench.told[1] == CallCleared(2, 7, -2, 38)
    assert bench.desk.errors == 2


def test_orders_for_what_is_over_are_counted_and_harmless() -> None:
    bench = Bench()
    bench.invite(900, "201")
    bench.endpoint.gone.add(900)
    bench.desk.command(0, AnswerCall(1), 7)
    bench.desk.command(0, ClearCall(1), 7)
    assert bench.told[-1] == CallCleared(0, 7, 1, 16)
    assert bench.desk.errors == 2


def test_a_200_that_crossed_our_cancel_is_hung_up() -> None:
    bench = Bench()
    bench.desk.command(0, PlaceCall(-1), 7)
    bench.desk.command(0, ClearCall(-1), 7)
    bench.hear(sip.CallAnswered(1))
    assert bench.endpoint.orders[-1] == ("hang_up", 1, 16)
    assert not any(isinstance(one, CallConnected) for one in bench.told)


def test_another_telephone_picks_up_what_rings_by_naming_it() -> None:
    bench = Bench()
    bench.desk.command(1, PlaceCall(-1), 7)
    bench.hear(sip.CallAlerting(1, 180))
    bench.invite(900, "201", replaces=1)
    assert bench.told[-1] == CallOffered(0, 7, 1, "202", calling="201", pickup=True)


@pytest.mark.parametrize("is_up", [True, False])
def test_a_call_of_another_telephone_that_talks_cannot_be_taken(is_up: bool) -> None:
    bench = Bench()
    bench.desk.command(1, PlaceCall(-1), 7)
    if is_up:
        bench.hear(sip.CallAnswered(1))
    bench.invite(900, "201", replaces=1 if is_up else 55)
    assert bench.endpoint.orders[-1][:2] == ("hang_up", 900)


def test_commands_for_no_port_are_counted() -> None:
    bench = Bench()
    bench.desk.command(99, AnswerCall(1), 7)
    bench.desk.command(0, AnswerCall(1), 7)
    assert bench.desk.misfits == 2


def test_what_stands_is_told_to_a_new_switch() -> None:
    bench = Bench()
    bench.invite(900, "201")
    bench.desk.command(1, PlaceCall(-1), 7)
    bench.hear(sip.CallAnswered(1))
    bench.desk.port_failed(2, "no answer", 7)
    stand = bench.desk.stand(9)
    assert stand.calls == (StandingCall(1, -1, connected=True, placed=True),)
    assert stand.failed == ((2, "no answer"),)


def test_what_no_switch_dealt_with_is_offered_again() -> None:
    bench = Bench()
    bench.invite(900, "201")
    assert bench.desk.offers(9) == [CallOffered(0, 9, 1, called="202", calling="201")]
    bench.desk.command(0, AlertCall(1), 10)
    assert bench.desk.offers(11) == []
    assert bench.desk.stand(11).calls == (StandingCall(0, 1, connected=False, placed=False, called="202"),)


def test_a_port_fails_once_and_recovers_once() -> None:
    bench = Bench()
    for _ in range(2):
        bench.desk.port_failed(2, "no answer", 7)
    for _ in range(2):
        bench.desk.port_recovered(2, 8)
    assert bench.told == [PortFailed(2, 7, "no answer"), PortRecovered(2, 8)]


def test_time_passes_for_ports_that_wait() -> None:
    bench = Bench(hosts=("192.0.2.1", "192.0.2.2"))
    bench.desk.command(2, PlaceCall(-1, "1"), 7)
    due_us = bench.desk.due_us
    assert due_us is not None
    bench.desk.due(due_us - 1)
    assert len(bench.endpoint.orders) == 1
    bench.desk.due(due_us)
    assert [order[0] for order in bench.endpoint.orders] == ["call", "hang_up", "call"]
    assert bench.desk.due_us is None
