"""Digest authentication (RFC 7616, RFC 8760): MD5 and SHA-256, quality of protection `auth` and no other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from firmware.sip.addresses import quoted

_Hash = Callable[[bytes], str]


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


ALGORITHMS: Mapping[str, _Hash] = {"SHA-256": _sha256, "MD5": _md5}
"""Names as in a challenge (RFC 7616 6.1, RFC 8760 2.2)."""
_PAIR = re.compile(r'\s*([A-Za-z0-9*\-]+)\s*=\s*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s",]*)\s*(?:,|\Z)', re.DOTALL)
_NC = re.compile(r"[0-9A-Fa-f]{8}")
_WANTED = ("username", "realm", "nonce", "uri", "response", "cnonce")
LONGEST = 256
"""Characters of a directive; a longer one is nobody's."""


class Authorization(Struct, frozen=True):
    """What somebody says about himself. Any text."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: str
    cnonce: str
    nc: str

    @property
    def count(self) -> int:
        return int(self.nc, 16)


def realm_of(box: str) -> str:
    """Constant for a box: passwords are kept as hashes with it."""
    return f"tipring-{re.sub(r'[^A-Za-z0-9._-]', '_', box)}"


def ha1(algorithm: str, user: str, realm: str, password: str) -> str:
    """RFC 7616 3.4.2."""
    return ALGORITHMS[algorithm](f"{user}:{realm}:{password}".encode())


def response(said: Authorization, secret: str, method: str) -> str:
    """The right one, where `secret` is the HA1 (RFC 7616 3.4.1)."""
    hashed = ALGORITHMS[said.algorithm]
    ha2 = hashed(f"{method}:{said.uri}".encode("utf-8", "replace"))
    text = f"{secret}:{said.nonce}:{said.nc}:{said.cnonce}:auth:{ha2}"
    return hashed(text.encode("utf-8", "replace"))


def challenge(realm: str, nonce: str, algorithm: str, *, stale: bool) -> str:
    """A WWW-Authenticate (RFC 7616 3.3)."""
    again = ", stale=true" if stale else ""
    return f'Digest realm={quoted(realm)}, nonce={quoted(nonce)}, algorithm={algorithm}, qop="auth"{again}'


def parse(text: str) -> Authorization | None:
    """None for what is no whole Digest with `qop=auth` and an algorithm of ours, or says a thing twice."""
    scheme, _, rest = text.strip().partition(" ")
    said = _pairs(rest) if scheme.lower() == "digest" else None
    if said is None or said.get("qop", "").lower() != "auth" or not _NC.fullmatch(said.get("nc", "")):
        return None
    algorithm = said.get("algorithm", "MD5").upper()
    if algorithm not in ALGORITHMS or not all(said.get(name) for name in _WANTED):
        return None
    user, realm, nonce, uri, answer, cnonce = (said[name] for name in _WANTED)
    return Authorization(user, realm, nonce, uri, answer, algorithm, cnonce, said["nc"])


def _pairs(text: str) -> dict[str, str] | None:
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None or (name := found[1].lower()) in pairs or len(found[2]) > LONGEST + 2:
            return None
        pairs[name] = _plain(found[2])
        at = found.end()
    return pairs


def _plain(value: str) -> str:
    if not value.startswith('"'):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL)
