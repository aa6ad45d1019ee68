"""One POST to an endpoint: whatever the other side does ends as an outcome, in bounded time and memory.

Redirects are not followed: who was named is told, and nobody else. Of an answer only its status counts.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress

from firmware.config.schema import Jobs
from firmware.jobs.addresses import Resolve, checked, networks_of, resolved
from firmware.jobs.answers import Failed
from firmware.jobs.pinned import Pinned
from firmware.jobs.urls import Place, place_of
from firmware.jobs.webhooks.patience import Outcome

PATIENCE_S = 15.0
"""For one POST, from looking the name up to the answer's status."""
MOST_READ = 4096
"""Of an answer: a longer one costs its connection."""
SOON = (http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE)
DRIED_UP = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class Poster:
    """Keeps its connection between events that follow one another. Of one thread; `cut` may come from any."""

    def __init__(self, url: str, rules: Jobs, now_us: Callable[[], int], resolve: Resolve = resolved) -> None:
        self._url, self._rules, self._now_us, self._resolve = url, rules, now_us, resolve
        self._link: Pinned | None = None
        self._held: list[socket.socket] = []
        self._until_us = 0

    def post(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Raises nothing."""
        self._until_us = self._now_us() + round(PATIENCE_S * 1e6)
        try:
            return self._tried(body, headers)
        except Failed as failed:
            outcome = Outcome(failed.reason)
        except (http.client.HTTPException, UnicodeError):
            outcome = Outcome("no-http")
        except OSError as error:
            outcome = Outcome(_word(error))
        except Exception as error:  # noqa: BLE001 - hostile answers must not end the thread
            outcome = Outcome(f"fault-{type(error).__name__}")
        self.close()
        return Outcome("timed-out") if self._left_s() <= 0 else outcome

    @property
    def overdue(self) -> bool:
        """It hangs in spite of all: `cut` it."""
        return bool(self._held) and self._until_us > 0 and self._left_s() < -1.0

    def cut(self) -> None:
        """From any thread: reading and writing ends."""
        for one in list(self._held):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None
        self._held.clear()

    def _tried(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """A kept connection may have been closed by the other side meanwhile: then once more over a new one."""
        place = place_of(self._url, self._rules.schemes, self._rules.ports)
        if self._link is not None:
            try:
                return self._exchange(self._link, place, body, headers)
            except DRIED_UP:
                self.close()
        address = checked(place.host, place.port, networks_of(self._rules.networks), self._resolve)
        self._link = Pinned(place, address, self._rules, self._left_s, self._held.append)
        return self._exchange(self._link, place, body, headers)

    def _exchange(self, link: Pinned, place: Place, body: bytes, headers: Mapping[str, str]) -> Outcome:
        if link.sock is not None:
            link.sock.settimeout(max(0.1, self._left_s()))
        link.request("POST", place.path, body, dict(headers))
        response = link.getresponse()
        if len(response.read(MOST_READ + 1)) > MOST_READ or response.will_close:
            self.close()
        if self._left_s() <= 0:
            raise Failed("timed-out")
        return _outcome(response.status, response.headers.get("Retry-After", ""))

    def _left_s(self) -> float:
        return (self._until_us - self._now_us()) / 1e6


def _outcome(status: int, retry_after: str) -> Outcome:
    if 200 <= status < 300:
        return Outcome("", status)
    if 300 <= status < 400:
        return Outcome("redirect", status)
    wait_s = float(retry_after) if status in SOON and retry_after.isascii() and retry_after.isdigit() else 0.0
    return Outcome(f"status-{status}", status, min(wait_s, 86_400.0))


def _word(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "timed-out"
    return "refused" if isinstance(error, ConnectionRefusedError) else "network"
