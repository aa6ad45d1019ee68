"""Look-ups by HTTP: one connection to a checked address, a short answer, JSON. SAFETY.md W9."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from firmware.config.schema import Jobs, Lookup
from firmware.jobs.addresses import Resolve, checked, named, networks_of, resolved
from firmware.jobs.answers import Answer, Failed, taken
from firmware.jobs.urls import Place, filled, joined, place_of

MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
NOT_FOUND = (204, 404)
Hold = Callable[[socket.socket], None]
"""Told of each socket, so that somebody else can shut it when time is over."""


class Asked(Struct, frozen=True):
    """One look-up. `left_s` says how much time there is."""

    lookup: Lookup
    parameters: dict[str, str]
    rules: Jobs
    token: str
    left_s: Callable[[], float]
    hold: Hold
    resolve: Resolve = resolved


def look_up(asked: Asked) -> Answer:
    """Raises Failed, OSError."""
    url, others = filled(asked.lookup.url, asked.parameters)
    body = json.dumps(others).encode() if asked.lookup.method == "POST" else None
    first: Place | None = None
    for _ in range(MOST_REDIRECTS + 1):
        place = place_of(url, asked.rules.schemes, asked.rules.ports)
        if first is not None and first.scheme == "https" and place.scheme != "https":
            raise Failed("redirect-not-allowed")
        first = first or place
        status, location, data = _exchange(asked, place, body, place.origin == first.origin)
        if status not in REDIRECTS:
            return _answer(asked.lookup, status, data)
        if body is not None or not location:
            raise Failed("redirect-not-allowed")
        url = joined(url, location)
    raise Failed("too-many-redirects")


def _exchange(asked: Asked, place: Place, body: bytes | None, own: bool) -> tuple[int, str, bytes]:
    """Status, where a redirect leads, content. The token goes to the look-up's own origin alone."""
    address = checked(place.host, place.port, networks_of(asked.rules.networks), asked.resolve)
    connection = _Pinned(asked, place, address)
    headers = {"Accept": "application/json", "User-Agent": "tipring", "Connection": "close"}
    if asked.token and own:
        headers["Authorization"] = f"Bearer {asked.token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        connection.request("GET" if body is None else "POST", place.path, body, headers)
        response = connection.getresponse()
        if response.status in REDIRECTS:
            return response.status, response.headers.get("Location", ""), b""
        return response.status, "", _read(response, asked.rules.answer_kb * 1024)
    except (http.client.HTTPException, UnicodeError) as error:
        raise Failed("no-http") from error
    finally:
        connection.close()


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    data = response.read(most + 1)
    if len(data) > most:
        raise Failed("answer-too-long")
    return data


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked: no second look at the name."""

    def __init__(self, asked: Asked, place: Place, address: str) -> None:
        super().__init__(place.host, place.port)
        self._asked, self._place, self._address = asked, place, address

    def connect(self) -> None:
        """Raises Failed, OSError."""
        asked, place = self._asked, self._place
        left_s = asked.left_s()
        if left_s <= 0:
            raise Failed("timed-out")
        link = socket.create_connection((self._address, place.port), timeout=left_s)
        self.sock = link
        asked.hold(link)
        ours = link.getpeername()[0] == link.getsockname()[0]
        if ours and not named(self._address, networks_of(asked.rules.networks)):
            raise Failed("address-not-allowed")
        if place.scheme == "https":
            context = ssl.create_default_context(cafile=None)
            if asked.rules.certificates:
                context.load_verify_locations(asked.rules.certificates)
            self.sock = context.wrap_socket(link, server_hostname=place.host)
            asked.hold(self.sock)


def _answer(lookup: Lookup, status: int, data: bytes) -> Answer:
    if status in NOT_FOUND:
        return Answer("done", "not-found")
    if status != http.client.OK:
        raise Failed(f"status-{status}")
    return Answer("done", "", taken(_json(data), lookup.take))


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Failed("no-json") from error
