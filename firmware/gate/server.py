"""The gate's sockets: on this machine alone, bounded in connections and bytes, never waiting for anybody."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from functools import partial

from firmware.gate.actions import serve
from firmware.gate.hub import Hub
from firmware.gate.session import Session
from firmware.protocol.connection import arrived, send_kept

LOOPBACK = "127.0.0.1"
BACKLOG = 16
ACCEPTS = 64
"""So many connections are taken (and most of them closed) at a time."""


class Server:
    def __init__(self, hub: Hub, port: int, challenge: Callable[[], str]) -> None:
        """`challenge` makes a new random word. Raises OSError where the port is taken. Port 0 takes any free one."""
        self._hub, self._challenge = hub, challenge
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind((LOOPBACK, port))
            self._listener.listen(BACKLOG)
        except OSError:
            self._listener.close()
            raise
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self._numbers = 0
        self._sessions: dict[socket.socket, Session] = {}

    @property
    def readers(self) -> list[socket.socket]:
        return [self._listener, *(link for link, one in self._sessions.items() if not one.closing)]

    @property
    def writers(self) -> list[socket.socket]:
        return [link for link, one in self._sessions.items() if one.out]

    def wait_us(self, now_us: int) -> int | None:
        waits = [wait for one in self._sessions.values() if (wait := one.wait_us(now_us)) is not None]
        return min(waits, default=None)

    def read(self, ready: Iterable[socket.socket], now_us: int) -> None:
        for link in ready:
            if link is self._listener:
                self._accept(now_us)
            elif link in self._sessions:
                self._hear(link, now_us)

    def proceed(self, now_us: int) -> None:
        """What is to be said is said; who is done, or does not listen, leaves."""
        for link, one in list(self._sessions.items()):
            one.proceed(now_us)
            if one.lost:
                self._hub.counts.dropped += 1
                self._leave(link)
            elif not send_kept(link, one.out) or (one.closing and not one.out):
                self._leave(link)

    def close(self) -> None:
        for link in list(self._sessions):
            self._leave(link)
        self._listener.close()

    def _accept(self, now_us: int) -> None:
        for _ in range(ACCEPTS):
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            if not self._makes_room():
                self._hub.counts.refused_connections += 1
                link.close()
                continue
            link.setblocking(False)
            self._numbers += 1
            session = Session(self._numbers, partial(serve, self._hub), self._challenge(), now_us)
            self._sessions[link] = self._hub.sessions[self._numbers] = session

    def _makes_room(self) -> bool:
        """Who has not logged in gives way, the oldest first; who has stays."""
        if len(self._sessions) < self._hub.config.gate.most_clients:
            return True
        strangers = [link for link, one in self._sessions.items() if one.token is None]
        if strangers:
            self._hub.counts.refused_connections += 1
            self._leave(strangers[0])
        return bool(strangers)

    def _hear(self, link: socket.socket, now_us: int) -> None:
        data = arrived(link)
        if data == b"":
            self._leave(link)
        elif data:
            self._sessions[link].receive(data, now_us)

    def _leave(self, link: socket.socket) -> None:
        session = self._sessions.pop(link)
        self._hub.sessions.pop(session.number, None)
        self._hub.originates.forget(session.number)
        link.close()
