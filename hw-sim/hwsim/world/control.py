"""The desk's socket: JSON objects, one a line, on a Unix socket. Bounded, non-blocking, polled."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path

from hwsim.world.asked import Session
from hwsim.world.desk import Desk

LONGEST_LINE = 65_536
MOST_CLIENTS = 48
MOST_UNSENT = 4 << 20
MOST_WAITING = 64 << 10
"""Bytes; while so many wait for a slow client, its session goes no further."""


class _Client:
    """One connection: a request after the other; the next is taken when the former is answered."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.kept = bytearray()
        self.unsent = bytearray()
        self.session: Session | None = None
        self.over = False


class Control:
    """`poll` once a tick: takes connections and requests, steps what is under way, sends replies."""

    def __init__(self, path: Path, desk: Desk) -> None:
        """Raises OSError where the socket cannot be made."""
        self._desk = desk
        self._path = path
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(MOST_CLIENTS)
        self._listener.setblocking(False)
        self._clients: list[_Client] = []

    def poll(self) -> None:
        self._accept()
        for client in self._clients:
            self._receive(client)
            self._step(client)
            self._send(client)
        for client in [one for one in self._clients if one.over]:
            self._drop(client)

    def close(self) -> None:
        for client in list(self._clients):
            self._drop(client)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            link, _ = self._listener.accept()
            if len(self._clients) >= MOST_CLIENTS:
                link.close()
                return
            link.setblocking(False)
            self._clients.append(_Client(link))

    def _receive(self, client: _Client) -> None:
        if client.session is not None and len(client.kept) > LONGEST_LINE:
            return
        try:
            data = client.link.recv(LONGEST_LINE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            client.over = True
            return
        client.kept += data
        if len(client.kept) > LONGEST_LINE and b"\n" not in client.kept:
            client.unsent += _line({"ok": False, "error": f"a line has at most {LONGEST_LINE} bytes"})
            client.over = True

    def _step(self, client: _Client) -> None:
        if client.session is None and b"\n" in client.kept:
            line, _, rest = bytes(client.kept).partition(b"\n")
            client.kept[:] = rest
            client.session = self._desk.open(_request(line))
        if client.session is None or len(client.unsent) > MOST_WAITING:
            return
        for reply in client.session:
            if reply is None:
                return
            client.unsent += _line(reply)
            if len(client.unsent) > MOST_UNSENT:
                client.over = True
                break
        client.session = None
        client.unsent += _line({"done": True})

    def _send(self, client: _Client) -> None:
        if not client.unsent:
            return
        try:
            sent = client.link.send(client.unsent)
            del client.unsent[:sent]
        except BlockingIOError:
            return
        except OSError:
            client.over = True

    def _drop(self, client: _Client) -> None:
        _closed(client.session)
        client.link.close()
        self._clients.remove(client)


def _closed(session: Session | None) -> None:
    """End a session in order (its tap is taken away)."""
    close = getattr(session, "close", None)
    if close is not None:
        close()


def _request(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _line(reply: object) -> bytes:
    return json.dumps(reply, ensure_ascii=False).encode() + b"\n"
