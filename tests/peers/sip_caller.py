"""A SIP telephone made of one socket: plain requests, and a whole call, timed. Knows no more of SIP than it needs."""

from __future__ import annotations

import hashlib
import re
import socket
from itertools import count

from drivers.clock import MonotonicClock

PATIENCE_S = 5.0
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
_NUMBERS = count(1)


class NoAnswer(AssertionError):
    """Nothing came in time."""


def status_of(text: bytes) -> int:
    """Of a response; 0 of anything else."""
    found = re.match(rb"SIP/2\.0 (\d{3}) ", text)
    return int(found[1]) if found else 0


def header_of(text: bytes, name: str) -> str:
    found = re.search(rf"(?im)^(?:{name})\s*:\s*(.*?)\r?$", text.decode("utf-8", "replace"))
    return found[1] if found else ""


def authorization(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The header that answers a digest challenge with qop=auth (RFC 7616)."""
    told = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    algorithm = told.get("algorithm", "MD5")
    digest = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def hashed(text: str) -> str:
        return digest(text.encode()).hexdigest()

    secret = hashed(f"{user}:{told['realm']}:{password}")
    response = hashed(f"{secret}:{told['nonce']}:00000001:c0:auth:{hashed(f'{method}:{uri}')}")
    return (
        f'Authorization: Digest username="{user}",realm="{told["realm"]}",nonce="{told["nonce"]}",uri="{uri}",'
        f'response="{response}",algorithm={algorithm},qop=auth,nc=00000001,cnonce="c0"'
        + (f',opaque="{told["opaque"]}"' if "opaque" in told else "")
    )


class Caller:
    """`with`: its socket."""

    def __init__(self, address: tuple[str, int], *, stream: bool = False, source: str = "127.0.0.1") -> None:
        kind = socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.bind((source, 0))
        self.socket.settimeout(PATIENCE_S)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.here = "{}:{}".format(*self.socket.getsockname())
        self.transport = "TCP" if stream else "UDP"
        self.user = "caller"
        self._branch = ""
        self._stream = stream
        self._clock = MonotonicClock()
        self._rest = b""

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def request(
        self,
        method: str,
        uri: str,
        *headers: str,
        to: str = "",
        call_id: str = "",
        cseq: int = 1,
        body: str = "",
        branch: str = "",
    ) -> bytes:
        number = next(_NUMBERS)
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self.here};branch=z9hG4bK{branch or f'caller{number}'};rport",
            "Max-Forwards: 70",
            f"From: <sip:{self.user}@{self.here}>;tag=c",
            f"To: {to or f'<{uri}>'}",
            f"Call-ID: {call_id or f'{number}-{self.here}'}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{self.user}@{self.here}>",
            *headers,
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join([*lines, "", ""]) + body).encode()

    def send(self, text: bytes) -> None:
        self.socket.sendall(text)

    def receive(self) -> bytes:
        """One message. Raises NoAnswer."""
        try:
            return self._message() if self._stream else self.socket.recv(65_536)
        except TimeoutError:
            raise NoAnswer(f"silence at {self.here}") from None

    def final(self, call_id: str, cseq: int) -> bytes:
        """The final response to this request; what comes meanwhile for others is passed over. Raises NoAnswer."""
        until_us = self._clock.now_us() + int(PATIENCE_S * 1_000_000)
        while self._clock.now_us() < until_us:
            text = self.receive()
            of_this = header_of(text, "Call-ID") == call_id and header_of(text, "CSeq").startswith(f"{cseq} ")
            if of_this and status_of(text) >= 200:
                return text
        raise NoAnswer(f"no final answer at {self.here}")

    def ask(self, method: str, uri: str, *headers: str, body: str = "") -> int:
        """The status of the final response. Raises NoAnswer."""
        text = self.request(method, uri, *headers, body=body)
        self.send(text)
        return status_of(self.final(header_of(text, "Call-ID"), 1))

    def call(self, uri: str, *, log_in: tuple[str, str] | None = None) -> int:
        """Call, be answered, acknowledge, hang up. How long until the answer, us. Raises NoAnswer, AssertionError.

        `log_in`: user and password, where the called asks for them.
        """
        began_us = self._clock.now_us()
        if log_in:
            self.user = log_in[0]
        call_id, cseq = f"call-{next(_NUMBERS)}-{self.here}", 1
        answer = self._invite(uri, call_id, cseq)
        if log_in and status_of(answer) == 401:
            told = authorization(header_of(answer, "WWW-Authenticate"), "INVITE", uri, *log_in)
            self._acknowledge(uri, answer, call_id, cseq)
            cseq += 1
            answer = self._invite(uri, call_id, cseq, told)
        took_us = self._clock.now_us() - began_us
        assert status_of(answer) == 200, answer
        self._acknowledge(uri, answer, call_id, cseq)
        self.send(self.request("BYE", uri, to=header_of(answer, "To"), call_id=call_id, cseq=cseq + 1))
        assert status_of(self.final(call_id, cseq + 1)) == 200
        return took_us

    def register(self, uri: str, log_in: tuple[str, str]) -> None:
        """Raises NoAnswer, AssertionError."""
        self.user = log_in[0]
        call_id, to = f"register-{self.here}", f"<sip:{self.user}@{self.here}>"
        self.send(self.request("REGISTER", uri, "Expires: 3600", to=to, call_id=call_id))
        told = authorization(header_of(self.final(call_id, 1), "WWW-Authenticate"), "REGISTER", uri, *log_in)
        self.send(self.request("REGISTER", uri, "Expires: 3600", told, to=to, call_id=call_id, cseq=2))
        answer = self.final(call_id, 2)
        assert status_of(answer) == 200, answer

    def _invite(self, uri: str, call_id: str, cseq: int, *headers: str) -> bytes:
        kind, body = "Content-Type: application/sdp", SDP.format(port=9)
        self._branch = f"invite{next(_NUMBERS)}-{self.here.rpartition(':')[2]}"
        text = self.request(
            "INVITE", uri, kind, *headers, body=body, cseq=cseq, call_id=call_id, branch=self._branch
        )
        self.send(text)
        return self.final(call_id, cseq)

    def _acknowledge(self, uri: str, answer: bytes, call_id: str, cseq: int) -> None:
        """Of a refusal the ACK belongs to the INVITE's transaction (RFC 3261 17.1.1.3)."""
        branch = self._branch if status_of(answer) >= 300 else ""
        self.send(
            self.request("ACK", uri, to=header_of(answer, "To"), call_id=call_id, cseq=cseq, branch=branch)
        )

    def _message(self) -> bytes:
        while (end := self._rest.find(b"\r\n\r\n")) < 0:
            self._more()
        head = self._rest[: end + 4]
        length = int(header_of(head, "Content-Length") or 0)
        while len(self._rest) < len(head) + length:
            self._more()
        one, self._rest = self._rest[: len(head) + length], self._rest[len(head) + length :]
        return one.lstrip(b"\r\n")

    def _more(self) -> None:
        got = self.socket.recv(65_536)
        if not got:
            raise NoAnswer(f"the connection at {self.here} ended")
        self._rest += got
