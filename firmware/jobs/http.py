"""Look-ups by HTTP: one connection to a checked address, a short answer, JSON. SAFETY.md W9."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from firmware.config.schema import Jobs, Lookup
from firmware.jobs.addresses import Resolve, checked, networks_of, resolved
from firmware.jobs.answers import Answer, Failed, taken
from firmware.jobs.pinned import Hold, Pinned
from firmware.jobs.urls import Place, filled, joined, place_of

MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
NOT_FOUND = (204, 404)


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
    connection = Pinned(place, address, asked.rules, asked.left_s, asked.hold)
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
