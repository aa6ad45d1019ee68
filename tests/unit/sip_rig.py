"""A registrar without a network, and telephones that reckon their digests by themselves."""

from __future__ import annotations

import hashlib
import itertools
import re
from pathlib import Path

from msgspec import structs

from drivers.sip.events import RequestReceived
from drivers.sip.message import Message
from firmware.config.schema import Sip
from firmware.sip.authenticator import Authenticator
from firmware.sip.bindings import Bindings
from firmware.sip.credentials import Credentials, keep, make_secret, stranger
from firmware.sip.digest import realm_of
from firmware.sip.guard import Guard
from firmware.sip.nonces import Nonces
from firmware.sip.outputs import Answer, Drop, Out
from firmware.sip.registrar import Registrar
from firmware.store.disk import VirtualDisk

METHODS = (
    "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "INFO", "PRACK", "SUBSCRIBE", "NOTIFY", "UPDATE",
    "MESSAGE", "REFER", "PUBLISH",
)  # fmt: skip
"""RFC 3261, 6086, 3262, 6665, 3311, 3428, 3515, 3903."""
SECOND = 1_000_000
REALM = realm_of("box-1")
KEY = b"k" * 32
PASSWORD = "correct-horse-9"
NUMBERS = ("201", "202", "203")
HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class SipRig:
    """Everything real but the clock and the wire."""

    def __init__(
        self,
        folder: Path,
        settings: Sip | None = None,
        *,
        digests: tuple[str, ...] = ("sha-256", "md5"),
        nonces: type[Nonces] = Nonces,
        authenticator: type[Authenticator] = Authenticator,
        guard: type[Guard] = Guard,
        trunks: frozenset[str] = frozenset(),
    ) -> None:
        settings = structs.replace(settings or Sip(), digests=digests)
        self.now_us = 1000 * SECOND
        self.folder = folder
        for number in NUMBERS:
            if not (folder / f"{number}.json").exists():
                keep(folder, make_secret(number, REALM, PASSWORD), VirtualDisk())
        self.bindings = Bindings(settings.contacts)
        self.guard = guard(
            settings,
            lambda source: source in trunks or self.bindings.speaks_from(source),
            self.bindings.is_at,
        )
        self.nonces = nonces(KEY, self.now_us)
        self.credentials = Credentials(folder, REALM)
        self.authenticator = authenticator(
            REALM, self.credentials, self.nonces, self.guard, stranger(KEY, REALM), settings.digests
        )
        self.sent = itertools.count(1)
        self.registrar = Registrar(
            settings, self.authenticator, self.bindings, lambda: next(self.sent), "<sip:box@192.168.1.1>"
        )
        self.registrar.use(NUMBERS, self.now_us)
        self.requests = itertools.count(1)

    def wait(self, seconds: float) -> list[Out]:
        self.now_us += int(seconds * SECOND)
        return self.registrar.due(self.now_us)

    def reach(self, number: str) -> list[str]:
        return [one.reach for one in self.registrar.contacts(number, self.now_us)]


class Telephone:
    """`log_in` answers a challenge, `send` does not."""

    def __init__(
        self,
        rig: SipRig,
        user: str = "201",
        password: str = PASSWORD,
        *,
        source: str = "192.168.1.50",
        port: int = 5060,
        transport: str = "UDP",
        algorithm: str = "SHA-256",
    ) -> None:
        self.rig, self.user, self.password = rig, user, password
        self.source, self.port, self.transport, self.algorithm = source, port, transport, algorithm
        self.cseq = 0
        self.call_id = f"{user}@{source}"
        self.nonce, self.count = "", 0
        self.contact = f"<sip:{user}@{source}:{port}>"

    def request(
        self, method: str, *headers: tuple[str, str], uri: str = "sip:192.168.1.1"
    ) -> RequestReceived:
        self.cseq += 1
        plain = {
            "from": f"<sip:{self.user}@192.168.1.1>;tag=1",
            "to": f"<sip:{self.user}@192.168.1.1>",
            "call-id": self.call_id,
            "cseq": f"{self.cseq} {method}",
            **dict(headers),
        }
        rest = [(name, value) for name, value in headers if value != plain[name]]
        told = tuple((name, value) for name, value in (*plain.items(), *rest) if value)
        message = Message(f"{method} {uri} SIP/2.0", told)
        return RequestReceived(next(self.rig.requests), message, self.transport, self.source, self.port)

    def send(self, method: str, *headers: tuple[str, str], uri: str = "sip:192.168.1.1") -> list[Out]:
        return self.rig.registrar.handle(self.request(method, *headers, uri=uri), self.rig.now_us)

    def log_in(self, method: str, *headers: tuple[str, str], uri: str = "sip:192.168.1.1") -> list[Out]:
        """With the nonce it has, and once more with the one it is told."""
        out = self.send(method, *headers, *self.authorization(method, uri), uri=uri)
        if answer(out).status == 401:
            self.take(answer(out))
            out = self.send(method, *headers, *self.authorization(method, uri), uri=uri)
        return out

    def register(self, *headers: tuple[str, str], contact: str | None = None) -> list[Out]:
        return self.log_in("REGISTER", ("contact", self.contact if contact is None else contact), *headers)

    def take(self, challenged: Answer) -> None:
        self.nonce = nonce_of(challenged, self.algorithm)
        self.count = 0

    def authorization(self, method: str, uri: str, count: int = 0) -> list[tuple[str, str]]:
        """RFC 7616 3.4.1, by the book."""
        if not self.nonce:
            return []
        self.count = count or self.count + 1
        hashed = HASHES[self.algorithm]
        ha1 = hashed(f"{self.user}:{REALM}:{self.password}".encode()).hexdigest()
        ha2 = hashed(f"{method}:{uri}".encode()).hexdigest()
        nc, cnonce = f"{self.count:08x}", "0a4f113b"
        response = hashed(f"{ha1}:{self.nonce}:{nc}:{cnonce}:auth:{ha2}".encode()).hexdigest()
        said = (
            f'Digest username="{self.user}", realm="{REALM}", nonce="{self.nonce}", uri="{uri}", qop=auth, nc={nc}, '
            f'cnonce="{cnonce}", response="{response}", algorithm={self.algorithm}'
        )
        return [("authorization", said)]


def answer(out: list[Out]) -> Answer:
    """The one answer among what was returned."""
    (one,) = [each for each in out if isinstance(each, Answer)]
    return one


def is_dropped(out: list[Out]) -> bool:
    return [type(one) for one in out] == [Drop]


def contacts_in(out: list[Out]) -> list[str]:
    return [value for name, value in answer(out).headers if name == "Contact"]


def nonce_of(challenged: Answer, algorithm: str = "SHA-256") -> str:
    for name, value in challenged.headers:
        found = re.search(r'nonce="([^"]*)"', value)
        if name == "WWW-Authenticate" and f"algorithm={algorithm}" in value and found:
            return found[1]
    return ""


def without_nonce(out: list[Out]) -> object:
    """What an onlooker sees of an answer, but for what is new each time."""
    one = answer(out)
    headers = [(name, re.sub(r'nonce="[^"]*"', 'nonce=""', value)) for name, value in one.headers]
    return (one.status, one.reason, headers, one.content_type, one.body, one.to_tag)
