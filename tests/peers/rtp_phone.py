"""A SIP telephone that speaks RTP packet by packet: what a far end's media may look like, good and bad."""

from __future__ import annotations

import re
import select
import socket
from itertools import count

from drivers.clock import MonotonicClock
from tests.peers.sip_caller import SDP, Caller, header_of, status_of

LOUD = b"\x2a" * 80 + b"\xaa" * 80
"""20 ms of A-law as loud as it goes."""
SSRC = b"loud"
_CALLS = count(1)


def report(ssrc: bytes = SSRC) -> bytes:
    """An RTCP sender report without blocks (RFC 3550 6.4.1)."""
    words = [b"\x80\xc8\x00\x06", ssrc, b"\xea\x00\x00\x01", b"\x80\x00\x00\x00", b"\x00" * 12]
    return b"".join(words)


class RtpPhone:
    """`with`: its sockets. One call at a time."""

    def __init__(self, box: str, *, source: str = "127.0.0.1") -> None:
        host, _, port = box.partition(":")
        self._caller = Caller((host, int(port)))
        self.rtp, self.rtcp = _pair(source)
        self._clock = MonotonicClock()
        self._sent = 0
        self.there = (host, 0)
        self._call_id, self._to, self._cseq = "", "", 0

    def __enter__(self) -> RtpPhone:
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.socket.close()
        self.rtp.close()
        self.rtcp.close()

    def call(self) -> None:
        self._call_id, self._to, self._cseq = f"rtp{next(_CALLS)}-{self._caller.here}", "", 0
        self.offer()

    def offer(self, more: str = "") -> None:
        """Places the call, or describes its media anew. Raises AssertionError."""
        self._cseq += 1
        body = SDP.format(port=self.rtp.getsockname()[1]).replace("o=- 1 1", f"o=- 1 {self._cseq}") + more
        answer = self._ask("INVITE", body)
        assert status_of(answer) == 200, answer
        self._to = header_of(answer, "To")
        found = re.search(rb"m=audio (\d+)", answer)
        assert found, answer
        self.there = (self.there[0], int(found[1]))
        self._caller.send(self._request("ACK"))

    def hang_up(self) -> None:
        self._cseq += 1
        assert status_of(self._ask("BYE")) == 200

    def packet(self, payload: bytes = LOUD) -> bytes:
        self._sent += 1
        numbers = self._sent.to_bytes(2, "big") + (160 * self._sent).to_bytes(4, "big")
        return b"\x80\x08" + numbers + SSRC + payload

    def speak(self, packets: int, *others: bytes, by: socket.socket | None = None) -> None:
        """One packet each 20 ms, and `others` with each."""
        for _ in range(packets):
            for text in (self.packet(), *others):
                (by or self.rtp).sendto(text, self.there)
            self._clock.wait_until(self._clock.now_us() + 20_000)

    def reports(self, *, until: int, within_s: float = 15.0) -> list[bytes]:
        """RTCP packets that came meanwhile; speaks on."""
        found: list[bytes] = []
        ends_us = self._clock.now_us() + int(within_s * 1_000_000)
        while len(found) < until and self._clock.now_us() < ends_us:
            self.speak(1)
            found += received(self.rtcp)
        return found

    def _ask(self, method: str, body: str = "") -> bytes:
        self._caller.send(self._request(method, body))
        return self._caller.final(self._call_id, self._cseq)

    def _request(self, method: str, body: str = "") -> bytes:
        kind = ["Content-Type: application/sdp"] if body else []
        uri = "sip:leg@127.0.0.1"
        return self._caller.request(
            method, uri, *kind, to=self._to, call_id=self._call_id, cseq=self._cseq, body=body
        )


def received(one: socket.socket) -> list[bytes]:
    found = []
    while select.select([one], [], [], 0)[0]:
        found.append(one.recv(4096))
    return found


def _pair(source: str) -> tuple[socket.socket, socket.socket]:
    """An even port and the one after it."""
    for port in range(27_000, 29_000, 2):
        rtp, rtcp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        try:
            rtp.bind((source, port))
            rtcp.bind((source, port + 1))
        except OSError:
            rtp.close()
            rtcp.close()
        else:
            return rtp, rtcp
    raise OSError("no pair of ports is free")
