"""The engine's side of the order socket: bounded in clients and bytes, never waiting. Its loop does the selecting."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from firmware.protocol.connection import arrived, send_kept
from firmware.protocol.order_format import Answer, Request, Requests, encode

MOST_CLIENTS = 16
"""One more, and who has been silent longest is let go: a hung program keeps nobody out."""
UNREAD_BYTES = 1 << 20
"""A client that leaves so much unread is let go."""
PAUSE_BYTES = 1 << 16
"""While a client has so much unread it is not listened to."""
A_TURN = 4
"""So many requests of one client are handed out at a time: a flood must not keep the engine from its calls."""


class Client:
    """One connection. `heard` orders clients by their last word."""

    def __init__(self, connection: socket.socket, heard: int) -> None:
        self.socket = connection
        self.requests = Requests()
        self.kept: deque[Request | None] = deque()
        self.out = bytearray()
        self.heard = heard
        self.open = True


class OrderServer:
    """`readers`/`writers` for select, then `take` with what it found; `answer` as soon as there is one."""

    def __init__(self, path: Path) -> None:
        """Whoever has the engine's role owns `path`. Raises OSError."""
        self._path = path
        self._listener = _listener(path)
        self._clients: dict[socket.socket, Client] = {}
        self._words = 0
        self.dropped = 0
        """Clients that were dropped: hostile bytes, unread answers, one too many."""

    @property
    def clients(self) -> int:
        return len(self._clients)

    @property
    def waits(self) -> bool:
        """Requests are kept here that `take` will hand out at once."""
        return any(one.kept and len(one.out) < PAUSE_BYTES for one in self._clients.values())

    @property
    def readers(self) -> list[socket.socket]:
        heard = [one.socket for one in self._clients.values() if not one.kept and len(one.out) < PAUSE_BYTES]
        return [self._listener, *heard]

    @property
    def writers(self) -> list[socket.socket]:
        return [one.socket for one in self._clients.values() if one.out]

    def take(self, ready: Iterable[socket.socket]) -> list[tuple[Client, Request | None]]:
        """Requests that came, a few of each client; None is one that cannot be read."""
        for one in ready:
            if one is self._listener:
                self._accept()
            elif one in self._clients:
                self._read(self._clients[one])
        return [
            (client, client.kept.popleft())
            for client in list(self._clients.values())
            if len(client.out) < PAUSE_BYTES
            for _ in range(min(A_TURN, len(client.kept)))
        ]

    def answer(self, client: Client, answer: Answer) -> None:
        """To a client that left in the meantime: nothing."""
        if not client.open:
            return
        client.out += encode(answer)
        self.flush((client.socket,))
        if len(client.out) > UNREAD_BYTES:
            self._drop(client)

    def flush(self, ready: Iterable[socket.socket]) -> None:
        for one in ready:
            if one in self._clients:
                self._flush(self._clients[one])

    def close(self) -> None:
        """Closes what this process has of it; the name stays for whoever else has it, or comes."""
        for client in list(self._clients.values()):
            self._leave(client)
        self._listener.close()

    def end(self) -> None:
        """Nobody is to come: the name goes."""
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        if len(self._clients) >= MOST_CLIENTS:
            self._drop(min(self._clients.values(), key=lambda one: one.heard))
        self._words += 1
        self._clients[connection] = Client(connection, self._words)

    def _read(self, client: Client) -> None:
        data = arrived(client.socket)
        if data is None:
            return
        if not data:
            self._leave(client)
            return
        self._words += 1
        client.heard = self._words
        client.kept += client.requests.receive(data)
        if client.requests.broken:
            self._drop(client)

    def _flush(self, client: Client) -> None:
        if not send_kept(client.socket, client.out):
            self._leave(client)

    def _drop(self, client: Client) -> None:
        self.dropped += 1
        self._leave(client)

    def _leave(self, client: Client) -> None:
        client.open = False
        client.out.clear()
        self._clients.pop(client.socket, None)
        client.socket.close()


def _listener(path: Path) -> socket.socket:
    """Takes the place of a former engine's socket in one step: a client finds one or the other."""
    made = path.with_suffix(".new")
    made.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(made))
    made.chmod(0o600)
    listener.listen(MOST_CLIENTS)
    listener.setblocking(False)
    made.replace(path)
    return listener
