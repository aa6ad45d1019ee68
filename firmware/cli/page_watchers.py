"""Readers of the live pages, as many browsers would be: the first administrator, and event streams with his session.

One thread reads all of them. How old a change is when it comes is told by the moments in it: an agent's `since` is the
Unix time of the change, and both ends read one clock.
"""

from __future__ import annotations

import json
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlencode

from drivers.clock import MonotonicClock
from firmware.cli.main import CommandError

PASSWORD = "watched by the bench"  # noqa: S105 - nobody else reaches this box
_TURN_S = 0.2
_MOST_READ = 1 << 18
_SMALL = 4096


def first_session(port: int) -> str:
    """The cookies of the box's first administrator, made as a browser does. Raises CommandError, OSError."""
    asking = HTTPSConnection("127.0.0.1", port, timeout=20, context=_trusting())
    asking.request("GET", "/first-run")
    page = asking.getresponse()
    page.read()
    if page.status != HTTPStatus.OK:
        raise CommandError("the box has an administrator already")
    form = {"name": "bench", "password": PASSWORD, "again": PASSWORD}
    head = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://127.0.0.1:{port}"}
    asking.request("POST", "/first-run", urlencode(form), head)
    made = asking.getresponse()
    made.read()
    asking.close()
    if made.status not in (302, 303):
        raise CommandError(f"the first administrator was refused: {made.status}")
    return _cookies(made.headers.get_all("Set-Cookie") or ())


def _trusting() -> ssl.SSLContext:
    """The box is our own child on the loopback: whose certificate it has need not be asked."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _cookies(lines: Iterable[str]) -> str:
    return "; ".join(line.split(";", 1)[0] for line in lines)


class Watchers:
    """`with` opens so many streams; `slow` of them take nothing they are sent after the first answer."""

    def __init__(self, port: int, cookies: str, count: int, slow: int = 0) -> None:
        self._port, self._cookies = port, cookies
        self._count, self._slow = count, slow
        self._sockets: list[ssl.SSLSocket] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._last: dict[str, int] = {}
        self.lateness_ms: list[float] = []
        """Of each change of an agent, as the first reader saw it."""
        self.bytes = 0

    def __enter__(self) -> Watchers:
        for number in range(self._count + self._slow):
            self._sockets.append(self._open(is_slow=number >= self._count))
        self._thread.start()
        return self

    def __exit__(self, *of: object) -> None:
        self._over.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    def open_streams(self) -> int:
        """Those the box has not ended."""
        return sum(not _has_ended(one) for one in self._sockets)

    def _open(self, *, is_slow: bool) -> ssl.SSLSocket:
        """Raises CommandError where it is refused."""
        plain = socket.socket()
        if is_slow:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
        plain.settimeout(20)
        plain.connect(("127.0.0.1", self._port))
        one = _trusting().wrap_socket(plain)
        head = f"GET /events/live HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {self._cookies}\r\n\r\n"
        one.sendall(head.encode())
        if not one.recv(32).startswith(b"HTTP/1.1 200"):
            raise CommandError("the box refused an event stream")
        one.setblocking(False)
        return one

    def _read(self) -> None:
        with selectors.DefaultSelector() as ready:
            for number, one in enumerate(self._sockets[: self._count]):
                ready.register(one, selectors.EVENT_READ, _Reader(self._seen if number == 0 else None))
            while not self._over.is_set():
                for key, _ in ready.select(_TURN_S):
                    assert isinstance(key.fileobj, ssl.SSLSocket)
                    if not self._take(key.fileobj, key.data):
                        ready.unregister(key.fileobj)

    def _take(self, one: ssl.SSLSocket, reader: _Reader) -> bool:
        """All that is there; whether there may come more."""
        try:
            while data := one.recv(_MOST_READ):
                self.bytes += len(data)
                reader.take(data)
        except ssl.SSLWantReadError:
            return True
        except OSError:  # cut off: told by `open_streams`
            pass
        return False

    def _seen(self, things: list[dict[str, Any]]) -> None:
        now_ms = MonotonicClock.wall_us() / 1000
        for one in things:
            if one["kind"] != "agent" or not one["since"]:
                continue
            before = self._last.get(one["id"])
            self._last[one["id"]] = one["since"]
            if before is not None and before != one["since"]:
                self.lateness_ms.append(now_ms - one["since"])


class _Reader:
    """Puts one stream's events together."""

    def __init__(self, tell: Callable[[list[dict[str, Any]]], None] | None) -> None:
        self._tell, self._rest = tell, b""

    def take(self, data: bytes) -> None:
        if self._tell is None:
            return
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        for things in _things(whole):
            self._tell(things)


def _things(messages: list[bytes]) -> Iterator[list[dict[str, Any]]]:
    """What was cut into chunks by HTTP between two lines is passed over."""
    for message in messages:
        at = message.find(b"data: {")
        if at >= 0:
            yield json.loads(message[at + 6 :])["things"]


def _has_ended(one: ssl.SSLSocket) -> bool:
    """Looked at below TLS: nothing is taken of what waits."""
    try:
        return socket.socket.recv(one, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
