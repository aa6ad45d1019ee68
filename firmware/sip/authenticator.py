"""Who speaks: judges every request of telephones. The same answers and work for known and unknown users."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence

from msgspec import Struct

from drivers.sip.events import RequestReceived
from drivers.sip.message import Message
from firmware.sip import digest
from firmware.sip.addresses import parse_uri, user_in
from firmware.sip.credentials import Credentials, Secret
from firmware.sip.digest import Authorization
from firmware.sip.guard import Guard, address_of
from firmware.sip.nonces import Age, Nonces
from firmware.sip.outputs import Header

UNAUTHORISED, FORBIDDEN, BAD_REQUEST = 401, 403, 400
MOST_LOG_INS = 4
"""Authorization headers of a request that are looked at."""
ANONYMOUS = "anonymous"
LAST = "MD5"
DEFAULT_PORTS = (0, 5060, 5061)


class Allowed(Struct, frozen=True):
    """It is the telephone of this extension."""

    number: str


class Challenge(Struct, frozen=True):
    """Answer 401 with these headers."""

    headers: tuple[Header, ...]


class Denied(Struct, frozen=True):
    """Answer this."""

    status: int = FORBIDDEN


class Silent(Struct, frozen=True):
    """No answer at all: it is not local, sends too much, or guessed too often."""


Verdict = Allowed | Challenge | Denied | Silent


class Authenticator:
    """One for the process: registrar, calls and subscriptions ask it."""

    def __init__(  # noqa: PLR0917 - what it is composed of
        self,
        realm: str,
        credentials: Credentials,
        nonces: Nonces,
        guard: Guard,
        stranger: Secret,
        digests: Sequence[str] = (),
    ) -> None:
        """`stranger` is what log-ins of unknown users are held against (`credentials.stranger`).

        `digests` are the configuration's. MD5 alone where it names none: RFC 8760 would have SHA-256 offered beside
        it, but libre 1.1 (baresip of Debian 12) gives up at a challenge it does not know, in either order (tried
        2026-11-22).
        """
        self.guard = guard
        self.numbers: Collection[str] = frozenset()
        """Extensions that may log in; the configuration's."""
        self._realm, self._credentials, self._nonces = realm, credentials, nonces
        self._stranger, self._algorithms = stranger, tuple(name.upper() for name in digests) or (LAST,)

    def judge_request(self, request: RequestReceived, now_us: int) -> Verdict:
        """`judge`, and From must be who logged in (RFC 3261 22.1 leaves it open; forged callers begin so)."""
        message, source = request.message, (plain(request.source), request.port)
        log_ins = message.all("authorization")
        verdict = self.judge(message.method, message.uri, log_ins, *source, request.transport, now_us)
        if isinstance(verdict, Allowed) and not speaks_as(message, verdict.number):
            return Denied(FORBIDDEN)
        return verdict

    def judge(  # noqa: PLR0917 - as little as a request of any kind has
        self,
        method: str,
        uri: str,
        log_ins: Sequence[str],
        source: str,
        port: int,
        transport: str,  # noqa: ARG002 - all are trusted alike: a nonce proves the source over UDP too
        now_us: int,
    ) -> Verdict:
        """`uri` is the request's, `log_ins` its Authorization headers. Once for each request: it counts."""
        source = plain(source)
        if not self.guard.admits(source, now_us, port):
            return Silent()
        if not self.guard.is_local(source):
            return Denied(FORBIDDEN)
        said = self._log_in(log_ins)
        if said is None:
            return self._challenge(source, now_us)
        if not _same_place(said.uri, uri):
            return Denied(BAD_REQUEST)
        if self._nonces.age(said.nonce, source, now_us) is Age.STALE:
            return self._challenge(source, now_us, stale=True)
        return self._checked(said, method, source, port, now_us)

    def _checked(self, said: Authorization, method: str, source: str, port: int, now_us: int) -> Verdict:
        """The nonce is fresh: the log-in counts."""
        if not self.guard.checks(source, port, said.username, now_us):
            return self._challenge(source, now_us)
        if not self._is_right(said, method, now_us):
            self.guard.failed(source, port, said.username, now_us)
            return self._challenge(source, now_us)
        if not self._nonces.spend(said.nonce, said.count):
            return self._challenge(source, now_us, stale=True)
        return Allowed(said.username)

    def _is_right(self, said: Authorization, method: str, now_us: int) -> bool:
        known = self._credentials.get(said.username, now_us)
        secret = (known or self._stranger).ha1(said.algorithm)
        right = digest.response(said, secret, method)
        same = hmac.compare_digest(right.encode(), said.response.lower().encode("utf-8", "replace"))
        return same and known is not None and said.username in self.numbers

    def _log_in(self, log_ins: Sequence[str]) -> Authorization | None:
        """The first for this realm that we can check."""
        for text in log_ins[:MOST_LOG_INS]:
            said = digest.parse(text)
            if said is not None and said.realm == self._realm and said.algorithm in self._algorithms:
                return said
        return None

    def _challenge(self, source: str, now_us: int, *, stale: bool = False) -> Challenge:
        nonce = self._nonces.make(source, now_us)
        return Challenge(
            tuple(
                ("WWW-Authenticate", digest.challenge(self._realm, nonce, algorithm, stale=stale))
                for algorithm in self._algorithms
            )
        )


def speaks_as(message: Message, number: str) -> bool:
    """From names this number; a call may be made without a name (RFC 3323 4.1.1.3)."""
    user = user_in(message.first("from"))
    return user == number or (message.method == "INVITE" and user.lower() == ANONYMOUS)


def plain(source: str) -> str:
    """One way to write each address."""
    address = address_of(source)
    return source if address is None else str(address)


def _same_place(said: str, asked: str) -> bool:
    """Digest-uri against Request-URI (RFC 7616 3.4.6); telephones leave ports and parameters out of either."""
    if said == asked:
        return True
    one, other = parse_uri(said), parse_uri(asked)
    if one is None or other is None or (one.user, one.host) != (other.user, other.host):
        return False
    return one.port == other.port or {one.port, other.port} <= set(DEFAULT_PORTS)
