"""Addresses of look-ups: filled with parameters, taken apart, held against the rules (SAFETY.md W9)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from firmware.jobs.answers import Failed

LONGEST = 2000
PORTS: Mapping[str, int] = {"http": 80, "https": 443}
_PARAMETER = re.compile(r"\{(\w+)\}")
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")


class Place(Struct, frozen=True):
    """What a request is made of. `path` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host.lower(), self.port


def filled(template: str, parameters: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The address, and the parameters it did not name. A value is one piece of it, never a way. Raises Failed."""
    named = set(_PARAMETER.findall(template))
    if not named <= set(parameters) or "{" in _authority(template):
        raise Failed("bad-parameter")
    if any(parameters[one] in (".", "..") for one in named):
        raise Failed("bad-parameter")
    url = _PARAMETER.sub(lambda found: quote(parameters[found[1]], safe=""), template)
    return url, {name: value for name, value in parameters.items() if name not in named}


def _authority(template: str) -> str:
    """Scheme and host, up to the path."""
    scheme, _, rest = template.partition("://")
    return scheme + re.split(r"[/?#]", rest, maxsplit=1)[0]


def place_of(url: str, schemes: Collection[str], ports: Collection[int]) -> Place:
    """Raises Failed."""
    if len(url) > LONGEST or not _PLAIN.fullmatch(url) or "\\" in url:
        raise Failed("bad-address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Failed("bad-address") from error
    if parts.scheme not in schemes or parts.scheme not in PORTS:
        raise Failed("scheme-not-allowed")
    if parts.username is not None or parts.password is not None:
        raise Failed("address-with-password")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host):
        raise Failed("bad-address")
    port = PORTS[parts.scheme] if port is None else port
    if port not in ports:
        raise Failed("port-not-allowed")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, path)


def joined(url: str, location: str) -> str:
    """Where a redirect leads. Raises Failed."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Failed("bad-address") from error
