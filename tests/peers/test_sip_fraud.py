"""Acceptance line 5 over real SIP: what the carrier is sent while strangers, telephones, REFERs and 302s dial abroad.

One box for all; the carrier is a socket that writes down whom it was to call and says busy. What it was asked is read
by `far_exchange`, as the property tests of all sources do (`test_toll_fraud`).
"""

from __future__ import annotations

import re
import select
import socket
import threading
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pytest

from tests.peers.sip_caller import SDP, Caller, NoAnswer, authorization, header_of, status_of
from tests.peers.sip_office import BENCH, PASSWORD, Office
from tests.peers.spoken import Spoken
from tests.property.dial_strings import strings
from tests.property.far_exchange import ABROAD, PREMIUM, china
from tests.property.fraud_house import user_of

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

TAKEN_S = 0.12
"""From the box's first answer till an INVITE of its own is out: a tick of the switch, turns of engine and SIP."""
PLAIN = frozenset(chr(one) for one in range(33, 127)) - frozenset('<>"')
SAMPLE = 9
"""Each so many-eth string of the property test."""
HARMLESS = "sip:962345678@box"
HOSTILE = (
    "9001212555{}",
    "90044207946000{}",
    "+1212555123{}",
    "916812345{}",
    "9%30%30121255{}",
    "900860012125{}",
)


class Carrier:
    """Says 486 to whom it shall call."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.asked: list[str] = []
        """Users of request URI and To of each INVITE."""
        self._is_over = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._is_over = True
        self._thread.join()
        self.socket.close()

    def _serve(self) -> None:
        while not self._is_over:
            if select.select([self.socket], [], [], 0.1)[0]:
                text, source = self.socket.recvfrom(65_536)
                self._hear(text, source)

    def _hear(self, text: bytes, source: tuple[str, int]) -> None:
        method, _, rest = text.decode("utf-8", "replace").partition(" ")
        kept = re.findall(rb"(?im)^(?:via|from|to|call-id|cseq)\s*:.*?\r\n", text)
        if (
            method.startswith("SIP/")
            and status_of(text) >= 300
            and header_of(text, "CSeq").endswith("INVITE")
        ):
            ack = b"".join(kept).replace(b" INVITE\r\n", b" ACK\r\n")
            self.socket.sendto(b"ACK sip:box SIP/2.0\r\n" + ack + b"Content-Length: 0\r\n\r\n", source)
        if method.startswith("SIP/") or method == "ACK":
            return
        if method == "INVITE":
            to = re.search(r"(?i)sips?:[^>;\s]*", header_of(text, "To"))
            self.asked += [user_of(rest.split(" ")[0]), user_of(to[0] if to else "")]
        said = b"SIP/2.0 486 Busy Here\r\n" if method == "INVITE" else b"SIP/2.0 200 OK\r\n"
        tagged = (re.sub(rb"(?i)^(to\s*:.*?)\r\n", rb"\1;tag=k\r\n", one) for one in kept)
        self.socket.sendto(said + b"".join(tagged) + b"Content-Length: 0\r\n\r\n", source)


class Dialler(Caller):
    """A telephone that dials, waits a moment and gives up; with a password or as a stranger."""

    def __init__(self, box: tuple[str, int], number: str, password: str = "") -> None:
        super().__init__(box)
        self.user, self._password = number, password
        self._made = 0

    def __enter__(self) -> Dialler:
        return self

    def begin(self, uri: str, *headers: str) -> int:
        """The first answer that is no 100 and no challenge."""
        self._made += 1
        self._id, self._uri, self._cseq = f"f{self._made}-{self.here}", uri, 1
        answer = self._said(*headers)
        if status_of(answer) == 401 and self._password:
            told = authorization(
                header_of(answer, "WWW-Authenticate"), "INVITE", uri, self.user, self._password
            )
            self._cseq = 2
            answer = self._said(told, *headers)
        self._status = status_of(answer)
        return self._status

    def give_up(self) -> None:
        if self._status < 200:
            self.send(
                self.request("CANCEL", self._uri, call_id=self._id, cseq=self._cseq, branch=self._branch)
            )
            self.hear_out()

    def hear_out(self) -> None:
        """Till the box says how it ended."""
        while status_of(answer := self._next("INVITE")) < 200:
            pass
        self._acknowledge(self._uri, answer, self._id, self._cseq)

    def _said(self, *headers: str) -> bytes:
        self._branch = f"f{self._made}-{self._cseq}-{self.here.rpartition(':')[2]}"
        self.send(
            self.request(
                "INVITE", self._uri, "Content-Type: application/sdp", *headers,
                body=SDP.format(port=9), cseq=self._cseq, call_id=self._id, branch=self._branch,
            )
        )  # fmt: skip
        while (status := status_of(answer := self._next("INVITE"))) <= 100:
            pass
        if status >= 200:
            self._acknowledge(self._uri, answer, self._id, self._cseq)
        return answer

    def _next(self, method: str) -> bytes:
        """The next answer to this call's newest request of this method."""
        while True:
            text = self.receive()
            mine = header_of(text, "Call-ID") == self._id
            if mine and status_of(text) and header_of(text, "CSeq") == f"{self._cseq} {method}":
                return text


class Scene:
    def __init__(self, office: Office, carrier: Carrier) -> None:
        self.office, self.carrier = office, carrier
        host, _, port = office.box.partition(":")
        self.box = (host, int(port))

    def quiet(self) -> None:
        assert self.office.until(lambda: self.office.status("sip")["calls"] == 0), self.office.log()

    def serves(self) -> bool:
        """The box takes calls: all its processes have found one another."""
        with Dialler(self.box, "201", PASSWORD) as one:
            one.socket.settimeout(1.0)
            try:
                return bool(self.dial(["sip:202@box"], one))
            except (NoAnswer, OSError):
                return False

    def wrong(self) -> list[str]:
        return [f"{one} ({china(one)})" for one in self.carrier.asked if china(one) in (ABROAD, PREMIUM)]

    def dial(self, uris: Sequence[str], *diallers: Dialler) -> list[int]:
        """Each of these dials in turn; the first answers."""
        found = []
        for start in range(0, len(uris), len(diallers)):
            pairs = list(zip(diallers, uris[start : start + len(diallers)], strict=False))
            found += [one.begin(uri) for one, uri in pairs]
            self.office.until(lambda: False, TAKEN_S)
            for one, _ in pairs:
                one.give_up()
        return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The office whose trunk answers nothing but its own number, which rings at 203."""
    root = tmp_path_factory.mktemp("fraud")
    bench = root / "bench.toml"
    text = BENCH.read_text("utf-8")
    trunk = text.index("[[box.trunk]]")
    told = '[[box.did]]\nnumber = "62349001"\ntarget = "extension:203"\n\n'
    bench.write_text(text[:trunk] + told + text[trunk:].replace('flow = "main"\n', "", 1), "utf-8")
    office = Office(root / "data", bench)
    carrier = Carrier(office.carrier_port)
    try:
        with office:
            assert office.ready(), office.log()
            there = Scene(office, carrier)
            assert office.until(there.serves), office.log()
            yield there
    finally:
        carrier.close()


@pytest.fixture
def phones(scene: Scene) -> Iterator[list[Dialler]]:
    """Not 203: whoever called for help lately has no forwards, and 110 is among the strings."""
    found = [Dialler(scene.box, number, PASSWORD) for number in ("201", "202")]
    scene.carrier.asked.clear()
    yield found
    for one in found:
        one.socket.close()


def _wire(text: str) -> str:
    """The string as a request URI that parses as one line; everything else of it stays hostile."""
    uri = text if re.match(r"(?i)sips?:|tel:", text) else f"sip:{text}@box"
    return "".join(one if one in PLAIN else quote(one, errors="replace", safe="") for one in uri)


def test_registered_telephones_reach_the_country_and_nothing_else(
    scene: Scene, phones: list[Dialler]
) -> None:
    uris = [HARMLESS, *(_wire(one) for one in strings()[::SAMPLE])]
    answers = scene.dial(uris, *phones)
    assert scene.carrier.asked.count("+861062345678") >= 2, "what is allowed goes out"
    assert len(scene.carrier.asked) > 20
    assert not scene.wrong()
    assert len(answers) == len(uris) > 100
    scene.quiet()


def test_strangers_reach_nobody(scene: Scene) -> None:
    scene.carrier.asked.clear()
    box = scene.box
    with Dialler(box, "201") as unknown, Dialler(box, "201", "no") as guessed, Dialler(box, "x") as nobody:
        uris = [HARMLESS, "sip:201@box", *(_wire(one) for one in strings()[:: SAMPLE * 5])]
        answers = scene.dial(uris, unknown, nobody)
        assert guessed.begin(HARMLESS) in (401, 403)
    assert set(answers) <= {400, 401, 403, 404, 416}
    assert not scene.carrier.asked


def test_the_carrier_reaches_its_own_number_and_nothing_through_the_box(scene: Scene) -> None:
    scene.carrier.asked.clear()
    other = scene.carrier.socket
    for place, uri in enumerate(
        ("sip:0012125551234@box", "sip:+12125551234@box", "sip:962345678@box", "sip:9@box")
    ):
        lines = (
            f"INVITE {uri} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{scene.carrier.port};branch=z9hG4bKc{place};rport",
            "Max-Forwards: 70", "From: <sip:02162345678@x>;tag=c", f"To: <{uri}>", f"Call-ID: c{place}",
            "CSeq: 1 INVITE", f"Contact: <sip:x@127.0.0.1:{scene.carrier.port}>",
            f"Diversion: <{uri}>;reason=unconditional",
            "Content-Type: application/sdp", f"Content-Length: {len(SDP.format(port=9))}", "", SDP.format(port=9),
        )  # fmt: skip
        other.sendto("\r\n".join(lines).encode(), scene.box)
    scene.office.until(lambda: False, 1.5)
    assert not scene.carrier.asked
    scene.quiet()


@pytest.fixture(scope="module")
def talkers(scene: Scene) -> tuple[Spoken, Spoken]:
    return scene.office.phone("202"), scene.office.phone("203")


def test_refer_reaches_no_further(scene: Scene, talkers: tuple[Spoken, Spoken]) -> None:
    office, (ben, cid) = scene.office, talkers
    scene.carrier.asked.clear()
    ben.do("call", number="203")
    assert office.until(lambda: cid.last("offered"))
    cid.do("answer", call=cid.last("offered"))
    assert office.until(lambda: ben.last("answered"))
    for place, text in enumerate(HOSTILE):
        ben.forget()
        ben.do("transfer", target=f"<sip:{text.format(place)}@{scene.office.box}>")
        assert office.until(lambda: ben.last("final") or ben.last("ended")), (text, ben.told)
        assert ben.last("transfer") is None or ben.last("transfer") >= 400
        assert not ben.last("ended")
    assert not scene.carrier.asked
    ben.do("transfer", target=f"<sip:962345678@{scene.office.box}>")
    assert office.until(lambda: scene.carrier.asked), "what is allowed goes out"
    assert not scene.wrong()
    for one in talkers:
        one.do("hang_up_all")
    scene.quiet()


def test_a_telephone_that_answers_302_reaches_no_further(
    scene: Scene, phones: list[Dialler], talkers: tuple[Spoken, Spoken]
) -> None:
    _, cid = talkers
    for place, text in enumerate((*HOSTILE, "962345678")):
        cid.forget()
        assert phones[0].begin("sip:203@box") < 200
        assert scene.office.until(lambda: cid.last("offered")), (cid.told, scene.office.log()[-4000:])
        contact = ["Contact", f"<sip:{text.format(place)}@{scene.office.box}>"]
        cid.do("answer", call=cid.last("offered"), status=302, headers=[contact])
        phones[0].hear_out()
        assert place == len(HOSTILE) or not scene.carrier.asked, text
    assert scene.carrier.asked == ["+861062345678"] * 2
    scene.quiet()
