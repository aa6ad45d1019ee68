"""A carrier's registrar for accounts under test, written from RFC 3261 10.3 and RFC 7616, with moods."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable
from random import Random

from drivers.sip.events import RequestAnswered
from drivers.sip.message import Message, parse
from firmware.sip.client_digest import ClientDigest, Login
from firmware.sip.hosts import Hosts
from firmware.sip.outputs import Send
from firmware.sip.registering import TrunkDown, TrunkUp
from firmware.sip.registration import Account, Series
from firmware.sip.trunk_account import TrunkAccount

S = 1_000_000
USER, PASSWORD, REALM = "02112345678", "wag-tail", "carrier"
CONTACT = f"sip:{USER}@198.51.100.7:5060"
Mood = Callable[[Send], Message | None]


def said(status: int, *headers: str) -> Message:
    return parse(f"SIP/2.0 {status} X\r\n" + "".join(f"{one}\r\n" for one in headers) + "\r\n")


def header(send: Send, name: str) -> str:
    return next((value for one, value in send.headers if one.lower() == name.lower()), "")


class Registrar:
    """Challenges by digest with nonces that serve once; `moods` by address stand before that."""

    def __init__(self) -> None:
        self.moods: dict[str, Mood] = {}
        self.grants_s = 600
        self.extra: tuple[str, ...] = ()
        self.registered: dict[str, int] = {}
        """Contacts, with for how many seconds."""
        self.heard: list[Send] = []
        self._nonces = itertools.count()
        self._nonce = ""

    def hear(self, send: Send) -> Message | None:
        """None: no answer at all."""
        self.heard.append(send)
        place = re.search(r"sip:([^;]+):\d+;", header(send, "Route"))
        mood = self.moods.get(place[1] if place else "")
        return mood(send) if mood else self._serve(send)

    def _serve(self, send: Send) -> Message:
        told = header(send, "Authorization")
        if not self._nonce or f'nonce="{self._nonce}"' not in told:
            return self._challenge(", stale=true" if told else "")
        if not self._is_right(send, told):
            return self._challenge("")
        self._nonce = ""
        expires_s = min(int(header(send, "Expires")), self.grants_s)
        contact = send.contact.partition(">")[0].strip("<")
        self.registered[contact] = expires_s
        if not expires_s:
            del self.registered[contact]
            return said(200)
        return said(200, f"Contact: <{contact}>;expires={expires_s}", *self.extra)

    def _challenge(self, more: str) -> Message:
        self._nonce = f"nonce{next(self._nonces)}"
        return said(
            401,
            f'WWW-Authenticate: Digest realm="{REALM}", nonce="{self._nonce}", qop="auth", algorithm=SHA-256{more}',
        )

    def _is_right(self, send: Send, told: str) -> bool:
        fields: dict[str, str] = dict(re.findall(r'(\w+)="?([^",]+)"?', told))

        def digest(text: str) -> str:
            return hashlib.sha256(text.encode()).hexdigest()

        own, asked = digest(f"{USER}:{REALM}:{PASSWORD}"), digest(f"{send.method}:{send.uri}")
        wanted = digest(f"{own}:{self._nonce}:{fields['nc']}:{fields['cnonce']}:auth:{asked}")
        return fields["uri"] == send.uri and fields["response"] == wanted


class Line:
    """An account and its registrar, with the time between them."""

    def __init__(self, *hosts: str, password: str = PASSWORD, seed: int = 1) -> None:
        self.registrar = Registrar()
        self.now_us = 0
        self.news: list[TrunkUp | TrunkDown] = []
        draw = Random(seed)
        numbers, words = itertools.count(1), itertools.count()
        self.hosts = Hosts(hosts or ("192.0.2.1", "192.0.2.2"), "udp", draw)
        self.account = TrunkAccount(
            Account(USER, CONTACT),
            self.hosts,
            ClientDigest(Login(USER, password), lambda: f"c{next(words)}"),
            Series("call@198.51.100.7", "tag"),
            lambda: next(numbers),
            draw=draw,
        )

    @property
    def heard(self) -> list[Send]:
        return self.registrar.heard

    def start(self) -> None:
        self.take(self.account.start(self.now_us))

    def stop(self) -> None:
        self.take(self.account.stop(self.now_us))

    def take(self, out: list[Send | TrunkUp | TrunkDown]) -> None:
        """What is sent is answered at once, until nothing more is."""
        for one in out:
            if not isinstance(one, Send):
                self.news.append(one)
            elif (answer := self.registrar.hear(one)) is not None:
                self.take(
                    self.account.answered(RequestAnswered(one.request, answer.status, answer), self.now_us)
                )

    def go_on(self, until_us: int) -> None:
        """From deadline to deadline."""
        while (due := self.account.deadline_us) is not None and due <= until_us:
            self.now_us = max(due, self.now_us)
            self.take(self.account.advance(self.now_us))
        self.now_us = until_us

    def sends(self) -> list[tuple[str, str]]:
        """Address and Expires of all that was heard."""
        return [(header(one, "Route").split(":")[1], header(one, "Expires")) for one in self.heard]
