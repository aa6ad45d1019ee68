"""Answers to the digest challenges of a carrier: RFC 7616 with MD5 and SHA-256 (RFC 8760), `auth` or none. Sans-IO."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

from drivers.sip.message import Message

Headers = tuple[tuple[str, str], ...]

MOST_CHALLENGES = 8
MOST_CHARACTERS = 4096
"""Of one challenge."""
MOST_ANSWERS = 3
"""To one request: that of a nonce kept from before, one stale, one good."""
ANSWERS: Mapping[str, str] = {
    "www-authenticate": "Authorization",
    "proxy-authenticate": "Proxy-Authorization",
}
DIGESTS: Mapping[str, Callable[[bytes], str]] = {
    "MD5": lambda text: hashlib.md5(text, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda text: hashlib.sha256(text).hexdigest(),
}
# What is quoted stays as it was written, backslashes too: it is hashed and sent back so (RFC 7616 3.4).
_PARAMETER = re.compile(r"""\s*([\w.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)""", re.ASCII)
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]*")


class Login(Struct, frozen=True):
    """Name and password at a far end."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


class Challenge(Struct, frozen=True):
    """One that can be answered. Texts are as they stood between the quotes."""

    answer: str
    """Name of the header that answers it."""
    realm: str
    nonce: str
    opaque: str | None = None
    algorithm: str = ""
    """As it was written; empty: not said, which means MD5."""
    has_qop: bool = False
    is_stale: bool = False


class ClientDigest:
    """What is known of one far end's challenges; shared by all requests to it."""

    def __init__(self, login: Login, make_cnonce: Callable[[], str]) -> None:
        self.login = login
        self._make_cnonce = make_cnonce
        self._known: dict[tuple[str, str], Challenge] = {}
        self._used: dict[str, int] = {}

    def attempt(self, method: str, uri: str) -> Attempt:
        """One request, however often it must be sent; `uri` is that of its first line."""
        return Attempt(self, method, uri)

    def known(self) -> tuple[Challenge, ...]:
        return tuple(self._known.values())

    def keep(self, challenges: tuple[Challenge, ...]) -> None:
        """Instead of what was known: nonces that are not asked for any more are forgotten."""
        self._known = {(one.answer, one.realm): one for one in challenges}
        self._used = {one.nonce: self._used.get(one.nonce, 0) for one in challenges}

    def header(self, challenge: Challenge, method: str, uri: str) -> tuple[str, str]:
        self._used[challenge.nonce] = count = self._used.get(challenge.nonce, 0) + 1
        cnonce = self._make_cnonce() if challenge.has_qop else ""
        return challenge.answer, credentials(challenge, self.login, method, uri, cnonce=cnonce, count=count)


class Attempt:
    def __init__(self, digest: ClientDigest, method: str, uri: str) -> None:
        self._digest = digest
        self._method = method
        self._uri = uri
        self._answered: set[tuple[str, str]] = set()
        self._answers = 0

    def headers(self) -> Headers:
        """For the first sending: answers to challenges of earlier requests, where there were any."""
        return self._headers(self._digest.known())

    def answer(self, response: Message) -> Headers:
        """For sending it again after 401 or 407; empty: not understood, or name and password are refused."""
        found = challenges(response)
        refused = any((one.answer, one.realm) in self._answered and not one.is_stale for one in found)
        if not found or refused or self._answers == MOST_ANSWERS:
            return ()
        self._answers += 1
        now = {(one.answer, one.realm) for one in found}
        self._answered |= now
        others = [one for one in self._digest.known() if (one.answer, one.realm) not in now]
        self._digest.keep((*found, *others[: MOST_CHALLENGES - len(found)]))
        return self._headers(self._digest.known())

    def _headers(self, asked: tuple[Challenge, ...]) -> Headers:
        return tuple(self._digest.header(one, self._method, self._uri) for one in asked)


def credentials(challenge: Challenge, login: Login, method: str, uri: str, *, cnonce: str, count: int) -> str:
    """The value of the answering header (RFC 7616 3.4). Raises KeyError for an algorithm that is not ours."""
    digest = DIGESTS[challenge.algorithm.upper() or "MD5"]
    own = digest(f"{login.user}:{challenge.realm}:{login.password}".encode())
    asked = digest(f"{method}:{uri}".encode())
    fresh = f"{count:08x}:{cnonce}:auth:" if challenge.has_qop else ""
    response = digest(f"{own}:{challenge.nonce}:{fresh}{asked}".encode())
    quoted = {
        "username": re.sub(r'(["\\])', r"\\\1", login.user),
        "realm": challenge.realm,
        "nonce": challenge.nonce,
        "uri": uri,
        "response": response,
    }
    if challenge.opaque is not None:
        quoted["opaque"] = challenge.opaque
    if challenge.has_qop:
        quoted["cnonce"] = cnonce
    plain = {"algorithm": challenge.algorithm} if challenge.algorithm else {}
    if challenge.has_qop:
        plain |= {"qop": "auth", "nc": f"{count:08x}"}
    parts = [f'{name}="{value}"' for name, value in quoted.items()]
    return "Digest " + ", ".join(parts + [f"{name}={value}" for name, value in plain.items()])


def challenges(response: Message) -> tuple[Challenge, ...]:
    """One for each realm: the topmost that we can answer (RFC 8760 2.4). Takes any text."""
    found: dict[tuple[str, str], Challenge] = {}
    for name, value in response.headers:
        if name in ANSWERS and len(found) < MOST_CHALLENGES:
            with suppress(ValueError):
                one = _challenge(ANSWERS[name], value)
                found.setdefault((one.answer, one.realm), one)
    return tuple(found.values())


def _challenge(answer: str, value: str) -> Challenge:
    """Raises ValueError for what cannot be answered."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest" or len(value) > MOST_CHARACTERS or not _PRINTABLE.fullmatch(value):
        raise ValueError("no digest")
    said = dict(_parameters(rest))
    offered = {one.strip().lower() for one in said.get("qop", "").split(",")}
    algorithm = said.get("algorithm", "")
    if not said.get("nonce") or "realm" not in said or (algorithm.upper() or "MD5") not in DIGESTS:
        raise ValueError("not ours")
    if said.get("qop") and "auth" not in offered:
        raise ValueError("wants its body protected")
    stale = said.get("stale", "").lower() == "true"
    nonce, opaque = said["nonce"], said.get("opaque")
    return Challenge(answer, said["realm"], nonce, opaque, algorithm, bool(said.get("qop")), stale)


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    """Raises ValueError where something is no parameter."""
    place = 0
    while place < len(text.rstrip()):
        found = _PARAMETER.match(text, place)
        if found is None:
            raise ValueError("no parameters")
        yield found[1].lower(), found[2] if found[2] is not None else found[3]
        place = found.end()
