"""Lamps over the wire: a telephone of plain sockets watches another and its mailbox at a box's SIP process."""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

from drivers.ports import TICK_US
from drivers.signalling import ShowMessageCount, ShowUse
from drivers.sip.message import Message, parse
from firmware.sip.client_digest import ClientDigest, Login
from tests.peers.test_sip_box_process import PASSWORD, A, B, Office

PATIENCE_TICKS = 10_000_000 // TICK_US


class Watcher:
    """201, without a library: a socket, digest, and answers to whatever is notified."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._digest = ClientDigest(Login("201", PASSWORD), lambda: secrets.token_hex(8))
        self._cseq = 0
        self._box = f"127.0.0.1:{office.port}"
        self.notified: list[Message] = []
        self._answers: list[Message] = []

    def subscribe(
        self, number: str, event: str, expires: int = 600, *, to_tag: str = "", call_id: str = "c1"
    ) -> Message:
        """What it is answered at last."""
        uri = f"sip:{number}@{self._box}"
        attempt = self._digest.attempt("SUBSCRIBE", uri)
        credentials = attempt.headers()
        for _ in range(3):
            self._ask(uri, event, expires, to_tag, call_id, credentials)
            assert self._office.switch.until(self._heard), "no answer"
            answer = self._answers.pop()
            credentials = attempt.answer(answer) if answer.status == 401 else ()
            if not credentials:
                break
        return answer

    def next(self) -> Message:
        assert self._office.switch.until(lambda: self._heard() or self.notified), "nothing was notified"
        return self.notified.pop(0)

    def close(self) -> None:
        self._socket.close()

    def _ask(
        self,
        uri: str,
        event: str,
        expires: int,
        to_tag: str,
        call_id: str,
        credentials: tuple[tuple[str, str], ...],
    ) -> None:
        self._cseq += 1
        here = f"127.0.0.1:{self._socket.getsockname()[1]}"
        # The contact leads nowhere, as behind a router that translates: what is notified comes here all the same.
        lines = [
            f"SUBSCRIBE {uri} SIP/2.0", f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{secrets.token_hex(6)}",
            "Max-Forwards: 70", f"From: <sip:201@{self._box}>;tag=f1",
            f"To: <sip:202@{self._box}>{f';tag={to_tag}' if to_tag else ''}", f"Call-ID: {call_id}",
            f"CSeq: {self._cseq} SUBSCRIBE", "Contact: <sip:201@192.0.2.77:5060>", f"Event: {event}",
            f"Expires: {expires}", *(f"{name}: {value}" for name, value in credentials), "Content-Length: 0", "", "",
        ]  # fmt: skip
        self._socket.sendto("\r\n".join(lines).encode(), ("127.0.0.1", self._office.port))

    def _heard(self) -> bool:
        """Whether an answer waits; requests are answered."""
        try:
            data, source = self._socket.recvfrom(65_536)
        except BlockingIOError:
            return bool(self._answers)
        told = parse(data.decode())
        if told.status:
            self._answers.append(told)
        else:
            self._take(told, source)
        return bool(self._answers)

    def _take(self, notify: Message, source: tuple[str, int]) -> None:
        self.notified.append(notify)
        kept = [
            (name, value)
            for name, value in notify.headers
            if name in {"via", "from", "to", "call-id", "cseq"}
        ]
        lines = ["SIP/2.0 200 OK", *(f"{name}: {value}" for name, value in kept), "Content-Length: 0", "", ""]
        self._socket.sendto("\r\n".join(lines).encode(), source)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    try:
        made.switch.connect()
        yield made
    finally:
        made.close()


@pytest.fixture
def watcher(office: Office) -> Iterator[Watcher]:
    one = Watcher(office)
    yield one
    one.close()


def tag_of(answer: Message) -> str:
    found = re.search(r";tag=([^;]+)", answer.first("to"))
    return found[1] if found else ""


def test_a_telephone_watches_another(office: Office, watcher: Watcher) -> None:
    answer = watcher.subscribe("202", "dialog")
    assert (answer.status, answer.first("expires")) == (200, "600")
    assert tag_of(answer).startswith("tip-")
    first = watcher.next()
    assert (first.method, first.first("event")) == ("NOTIFY", "dialog")
    assert first.uri == "sip:201@192.0.2.77:5060"
    assert first.all("route") == (), "the way to the source is not written"
    assert "<dialog " not in first.body
    office.switch.tell(B, ShowUse("ringing", "13800138000"))
    ringing = watcher.next()
    assert "<state>early</state>" in ringing.body
    assert "sip:13800138000@" in ringing.body
    again = watcher.subscribe("202", "dialog", 300, to_tag=tag_of(answer))
    assert (again.status, again.first("expires")) == (200, "300")
    assert "<state>early</state>" in watcher.next().body
    over = watcher.subscribe("202", "dialog", 0, to_tag=tag_of(answer))
    assert over.status == 200
    assert watcher.next().first("subscription-state") == "terminated;reason=timeout"
    assert watcher.subscribe("202", "dialog", to_tag=tag_of(answer)).status == 481


def test_a_mailbox_is_its_owners_and_a_fetch_leaves_nothing(office: Office, watcher: Watcher) -> None:
    office.switch.tell(A, ShowMessageCount(3))
    for fetch in range(20):
        assert watcher.subscribe("201", "message-summary", 0, call_id=f"fetch{fetch}").status == 200
        told = watcher.next()
        assert told.first("subscription-state") == "terminated;reason=timeout"
    assert "Messages-Waiting: yes\r\n" in told.body
    assert "Voice-Message: 3/0 (0/0)" in told.body
    assert watcher.subscribe("202", "message-summary", call_id="others").status == 403
    assert watcher.subscribe("202", "presence", call_id="presence").status == 489
    assert watcher.subscribe("202", "dialog", 5, call_id="brief").first("min-expires") == "60"
