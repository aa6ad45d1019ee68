"""The SIP process of a box with real telephones, a real carrier, and a switch that knows the card's contract alone."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.cards.card_wire import CardEvent, blocks_path, decode_event, encode_command, socket_path
from drivers.clock import MonotonicClock
from drivers.ports import TICK_SAMPLES, TICK_US, PortRecovered
from drivers.signalling import (
    AlertCall,
    AnswerCall,
    CallAlerting,
    CallCleared,
    CallConnected,
    CallDiverted,
    CallHeld,
    CallOffered,
    CallRetrieved,
    CallsStand,
    ClearCall,
    KeyReceived,
    PlaceCall,
    SignallingCommand,
    TellTransfer,
    TransferRequested,
)
from drivers.sip.blocks import Blocks, BoxSide
from firmware.protocol.places import Places
from firmware.sip.credentials import FOLDER, keep, make_secret
from firmware.sip.digest import realm_of
from tests.free_port import free_port
from tests.peers.spoken import Spoken

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 20
PASSWORD = "correct-horse-battery"  # of a box on the loopback
A, B, TRUNK = 0, 1, 3
"""Ports: two telephones, the channel of the trunk that calls from outside take first."""
LEGS = 4

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")


class Switch:
    """The card's other half: ticks, carries audio between ports, tells and hears the contract."""

    def __init__(self, places: Places, parties: list[Spoken]) -> None:
        self._places, self._parties = places, parties
        self._clock = MonotonicClock()
        self._due_us = self._clock.now_us()
        self._blocks = Blocks.make(blocks_path(places.run, LEGS), LEGS)
        self._box = BoxSide(self._blocks)
        self._heard: NDArray[np.int16] = np.zeros((LEGS, TICK_SAMPLES), np.int16)
        self.paths: dict[int, int] = {}
        """Who hears whom."""
        self.events: list[CardEvent] = []
        self.link: socket.socket | None = None

    def connect(self) -> None:
        assert self.until(self._is_there)

    def _is_there(self) -> bool:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        link.setblocking(False)
        try:
            link.connect(str(socket_path(self._places.run)))
        except OSError:
            link.close()
            return False
        self.link = link
        return True

    def tell(self, port: int, command: SignallingCommand) -> None:
        assert self.link is not None
        self.link.send(encode_command(port, command))

    def until(self, so: Callable[[], object], seconds: float = LIMIT_S) -> bool:
        end_us = self._clock.now_us() + round(seconds * 1e6)
        while not so():
            if self._clock.now_us() > end_us:
                return False
            self._tick()
        return True

    def ticks(self, number: int) -> None:
        for _ in range(number):
            self._tick()

    def find(self, kind: type[CardEvent], port: int) -> Any:
        return next(
            (one for one in self.events if isinstance(one, kind) and getattr(one, "port", -1) == port), None
        )

    def wait_for(self, kind: type[CardEvent], port: int) -> Any:
        assert self.until(lambda: self.find(kind, port)), (kind, port, self.events)
        found = self.find(kind, port)
        self.events.remove(found)
        return found

    def close(self) -> None:
        if self.link is not None:
            self.link.close()
            self.link = None

    def _tick(self) -> None:
        self._due_us += TICK_US
        self._clock.wait_until(self._due_us)
        said = np.zeros((LEGS, TICK_SAMPLES), np.int16)
        for hears, speaks in self.paths.items():
            said[hears] = self._heard[speaks]
        self._heard = self._box.exchange(said).copy()
        for party in self._parties:
            party.read()
        while self.link is not None and select.select([self.link], [], [], 0)[0]:
            packet = received(self.link)
            if not packet:
                self.close()
                break
            event = decode_event(packet)
            assert event is not None
            self.events.append(event)


class Office:
    """A box with telephones 201 and 202 and a carrier, all on the loopback."""

    def __init__(self, folder: Path, sip: str = "") -> None:
        self.port, self.carrier_port = free_port(), free_port()
        self.places = Places(folder / "data")
        self.places.make()
        realm = realm_of("box1")
        for number in ("201", "202"):
            keep(self.places.secrets / FOLDER, make_secret(number, realm, PASSWORD))
        self._folder = folder
        (folder / "box.toml").write_text(CONFIG.format(port=self.port, carrier=self.carrier_port, sip=sip))
        self.parties: list[Spoken] = []
        self.box = self.start_box()
        self.switch = Switch(self.places, self.parties)

    def start_box(self) -> Spoken:
        return Spoken("tests.peers.sip_box", str(self.places.root), str(self._folder / "box.toml"))

    def telephone(self, number: str, tone: float, rtp: int) -> Spoken:
        one = Spoken(
            "tests.peers.sip_phone",
            *("--box", f"127.0.0.1:{self.port}", "--number", number, "--password", PASSWORD),
            *("--tone", str(tone), "--rtp", str(rtp)),
        )
        self.parties.append(one)
        assert self.switch.until(lambda: one.last("registration")), one.told
        assert one.last("registration") == "TrunkUp", one.told
        return one

    def carrier(self, tone: float, *words: str) -> Spoken:
        one = Spoken(
            "tests.peers.sip_phone",
            *("--box", f"127.0.0.1:{self.port}", "--number", "021", "--port", str(self.carrier_port)),
            *("--tone", str(tone), "--rtp", "35200", *words),
        )
        self.parties.append(one)
        assert self.switch.until(lambda: one.last("up"))
        return one

    def close(self) -> None:
        self.switch.close()
        for one in (*self.parties, self.box):
            one.kill()


def received(link: socket.socket) -> bytes:
    """Empty: the other side is gone."""
    try:
        return link.recv(1 << 17)
    except ConnectionResetError:
        return b""


CONFIG = """
[site]
box = "box1"
[[card]]
name = "ip"
kind = "sip"
[sip]
address = "127.0.0.1"
udp_port = {port}
tcp_port = 0
rtp_from = 35600
rtp_ports = 1000
{sip}
[[extension]]
number = "201"
card = "ip"
[[extension]]
number = "202"
card = "ip"
[[trunk]]
name = "carrier"
card = "ip"
hosts = ["127.0.0.1:{carrier}"]
channels = 2
number = "02155550000"
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    try:
        made.switch.connect()
        yield made
    finally:
        made.close()


def connect(office: Office, first: Spoken, second: Spoken) -> tuple[int, int]:
    """201 calls 202 and both talk; the calls' numbers."""
    switch = office.switch
    first.do("call", number="202")
    offered = switch.wait_for(CallOffered, A)
    assert (offered.called, offered.calling) == ("202", "201")
    switch.tell(B, PlaceCall(-1, calling="201", name="Anna", alert="internal"))
    assert switch.until(lambda: second.last("offered"))
    second.do("answer", status=180)
    assert not switch.wait_for(CallAlerting, B).in_band
    second.do("answer", status=200)
    switch.wait_for(CallConnected, B)
    switch.tell(A, AnswerCall(offered.call))
    assert switch.until(lambda: first.last("answered"))
    switch.paths = {A: B, B: A}
    return offered.call, -1


def hears(switch: Switch, one: Spoken, wanted: list[float]) -> bool:
    """Whether it comes to hear these tones and no others."""

    def as_wanted() -> bool:
        one.forget()
        switch.ticks(25)
        one.do("hear")
        return switch.until(lambda: one.last("hears") is not None) and one.last("hears") == wanted

    return switch.until(as_wanted)


def test_a_telephone_calls_a_telephone(office: Office) -> None:
    first, second = office.telephone("201", 440.0, 34400), office.telephone("202", 660.0, 34800)
    switch = office.switch
    assert isinstance(switch.wait_for(CallsStand, -1), CallsStand)
    switch.wait_for(PortRecovered, A)
    switch.wait_for(PortRecovered, B)
    connect(office, first, second)
    assert hears(switch, first, [660.0])
    assert hears(switch, second, [440.0])
    first.do("hang_up")
    assert switch.wait_for(CallCleared, A).cause == 16
    switch.tell(B, ClearCall(-1))
    assert switch.wait_for(CallCleared, B).cause == 16
    assert switch.until(lambda: second.last("ended"))


def test_trunk_calls_come_in_and_go_out(office: Office) -> None:
    carrier = office.carrier(880.0)
    switch = office.switch
    carrier.do("call", number="02155550000", headers=[["P-Asserted-Identity", '"Li" <sip:13800000000@c>']])
    offered = switch.wait_for(CallOffered, TRUNK)
    assert (offered.called, offered.calling, offered.name) == ("02155550000", "13800000000", "Li")
    switch.tell(TRUNK, AlertCall(offered.call))
    switch.tell(TRUNK, AnswerCall(offered.call))
    assert switch.until(lambda: carrier.last("answered"))
    switch.paths = {TRUNK: TRUNK}
    assert hears(switch, carrier, [880.0])
    switch.tell(TRUNK, ClearCall(offered.call, 16))
    switch.wait_for(CallCleared, TRUNK)
    assert switch.until(lambda: carrier.last("ended"))
    switch.tell(TRUNK, PlaceCall(-5, called="010123456"))
    carrier.forget()
    assert switch.until(lambda: carrier.last("offered"))
    assert "+8610123456@" in carrier.last("uri")
    assert carrier.last("p-asserted-identity").startswith("<sip:02155550000@")
    carrier.do("answer", status=183)
    carrier.do("answer", status=200)
    switch.wait_for(CallConnected, TRUNK)
    assert hears(switch, carrier, [880.0])
    carrier.do("hang_up", cause=31)
    assert switch.wait_for(CallCleared, TRUNK).cause == 31


def test_a_held_call_is_silent_and_the_one_in_use_is_heard(office: Office) -> None:
    first, second = office.telephone("201", 440.0, 34400), office.telephone("202", 660.0, 34800)
    switch = office.switch
    call, _ = connect(office, first, second)
    old = first.last("placed")
    first.do("hold", call=old)
    assert switch.wait_for(CallHeld, A).call == call
    assert hears(switch, second, [])
    first.do("call", number="203")
    asked = switch.wait_for(CallOffered, A)
    switch.tell(A, AnswerCall(asked.call))
    assert switch.until(lambda: first.last("answered"))
    new = first.last("placed")
    assert hears(switch, second, [440.0]), "the port carries the other call"
    first.do("transfer_to", call=new, other=old)
    wanted = switch.wait_for(TransferRequested, A)
    assert (wanted.call, wanted.other, wanted.number) == (asked.call, call, "")
    switch.tell(A, TellTransfer(asked.call, 0))
    assert switch.until(lambda: first.last("transfer") == 200)
    first.do("hang_up", call=new)
    assert switch.wait_for(CallCleared, A).call == asked.call
    first.do("resume", call=old)
    assert switch.wait_for(CallRetrieved, A).call == call
    assert hears(switch, second, [440.0])


def test_keys_and_a_blind_transfer_are_told(office: Office) -> None:
    first, second = office.telephone("201", 440.0, 34400), office.telephone("202", 660.0, 34800)
    switch = office.switch
    call, _ = connect(office, first, second)
    for key, method in (("5", "rtp"), ("#", "info")):
        first.do("key", key=key, method=method)
        assert switch.wait_for(KeyReceived, A).key == key
    first.do("transfer", target=f"sip:203@127.0.0.1:{office.port}")
    wanted = switch.wait_for(TransferRequested, A)
    assert (wanted.call, wanted.number, wanted.other) == (call, "203", 0)
    switch.tell(A, TellTransfer(call, 17))
    assert switch.until(lambda: first.last("transfer") == 486)
    assert hears(switch, second, [440.0])


def test_two_telephones_of_one_extension_ring_and_the_first_has_the_call(office: Office) -> None:
    first, second = office.telephone("201", 440.0, 34400), office.telephone("201", 660.0, 34800)
    switch = office.switch
    switch.tell(A, PlaceCall(-1, calling="0123", name="Zhang San", alert="intercom"))
    assert switch.until(lambda: first.last("offered") and second.last("offered"))
    assert '"Zhang San" <sip:0123@127.0.0.1' in first.last("from")
    assert "answer-after=0" in first.last("call-info")
    second.do("answer", status=200)
    switch.wait_for(CallConnected, A)
    assert switch.until(lambda: first.last("ended"))
    assert first.last("status") == 487
    switch.paths = {A: A}
    assert hears(switch, second, [660.0])
    switch.tell(A, ClearCall(-1, 31))
    assert switch.until(lambda: second.last("cause") == 31)


def test_a_call_that_is_withdrawn_while_it_is_answered_is_over_for_both(office: Office) -> None:
    first = office.telephone("201", 440.0, 34400)
    switch = office.switch
    for number in range(-8, 0):
        first.forget()
        switch.tell(A, PlaceCall(number))
        assert switch.until(lambda: first.last("offered"))
        switch.tell(A, ClearCall(number))
        first.do("answer", status=200)
        assert switch.wait_for(CallCleared, A).call == number
        assert switch.until(lambda: first.last("ended")), "neither end may think that it talks"


def test_what_a_telephone_says_to_a_call_is_told(office: Office) -> None:
    first = office.telephone("201", 440.0, 34400)
    switch = office.switch
    elsewhere = ["Contact", "<sip:00881234567@192.0.2.66>"]
    for number, status, cause in ((-1, 486, 17), (-2, 603, 21), (-3, 480, 18), (-4, 302, 23)):
        first.forget()
        switch.tell(A, PlaceCall(number))
        assert switch.until(lambda: first.last("offered"))
        first.do("answer", status=status, headers=[elsewhere] if status == 302 else [])
        assert switch.wait_for(CallCleared, A).cause == cause
    assert switch.wait_for(CallDiverted, A).number == "00881234567"
    switch.tell(B, PlaceCall(-9))
    assert switch.wait_for(CallCleared, B).cause == 20, "nobody registered"


def test_who_has_no_password_does_not_call(office: Office) -> None:
    stranger = Spoken(
        "tests.peers.sip_phone", "--box", f"127.0.0.1:{office.port}", "--number", "201", "--rtp", "34000"
    )
    office.parties.append(stranger)
    switch = office.switch
    assert switch.until(lambda: stranger.last("up"))
    stranger.do("call", number="202")
    assert switch.until(lambda: stranger.last("ended"))
    assert stranger.last("status") == 401
    assert switch.find(CallOffered, A) is None


def test_calls_outlive_the_switch(office: Office) -> None:
    first, second = office.telephone("201", 440.0, 34400), office.telephone("202", 660.0, 34800)
    switch = office.switch
    call, placed = connect(office, first, second)
    switch.close()
    switch.ticks(10)
    switch.events.clear()
    switch.connect()
    stand = switch.wait_for(CallsStand, -1)
    assert {(one.port, one.call, one.connected, one.placed) for one in stand.calls} == {
        (A, call, True, False),
        (B, placed, True, True),
    }
    assert hears(switch, first, [660.0])
    assert hears(switch, second, [440.0])
    switch.tell(A, ClearCall(call))
    assert switch.until(lambda: first.last("ended"))


def test_telephones_are_called_again_after_the_process_was_killed(office: Office) -> None:
    first, second = office.telephone("201", 440.0, 34400), office.telephone("202", 660.0, 34800)
    switch = office.switch
    connect(office, first, second)
    office.box.process.send_signal(signal.SIGKILL)
    office.box.kill()
    assert switch.until(lambda: switch.link is None)
    switch.events.clear()
    office.box = office.start_box()
    switch.connect()
    stand = switch.wait_for(CallsStand, -1)
    assert stand.calls == ()
    second.forget()
    switch.tell(B, PlaceCall(-7, calling="201"))
    assert switch.until(lambda: second.last("offered"))


INVITE = """INVITE sip:02155550000@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-1;rport
Max-Forwards: 70
From: <sip:13800000000@127.0.0.1>;tag=a
To: <sip:02155550000@127.0.0.1>
Call-ID: 1@carrier
CSeq: 1 INVITE
Contact: <sip:127.0.0.1:{port}>
Content-Type: application/sdp
Content-Length: {length}

{sdp}"""
SDP = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 27500 RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""


def test_a_carrier_outside_is_told_the_public_address_both_ways(tmp_path: Path) -> None:
    made = Office(tmp_path, 'public_address = "203.0.113.9"\nlocal = ["10.0.0.0/8"]')
    told: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind(("127.0.0.1", made.carrier_port))
        carrier.setblocking(False)

        def heard(start: str) -> bool:
            while select.select([carrier], [], [], 0)[0]:
                told.append(carrier.recv(65_536).decode())
            return any(one.startswith(start) for one in told)

        try:
            made.switch.connect()
            made.switch.wait_for(CallsStand, -1)
            sdp = SDP.replace("\n", "\r\n")
            text = INVITE.format(port=made.carrier_port, length=len(sdp), sdp=SDP).replace("\n", "\r\n")
            carrier.sendto(text.encode(), ("127.0.0.1", made.port))
            offered = made.switch.wait_for(CallOffered, TRUNK)
            made.switch.tell(TRUNK, AnswerCall(offered.call))
            assert made.switch.until(lambda: heard("SIP/2.0 200"))
            made.switch.tell(TRUNK - 1, PlaceCall(-1, "010123456"))
            assert made.switch.until(lambda: heard("INVITE"))
        finally:
            made.close()
    for start in ("SIP/2.0 200", "INVITE"):
        one = next(one for one in told if one.startswith(start))
        assert "Contact: <sip:tipring@203.0.113.9" in one
        assert "c=IN IP4 203.0.113.9" in one
