"""The socket to the switch: a thread that only stands still in accept and recv, and hands over what was told.

The newest connection is the switch's; an older one is let go. `send` and `take` are for the process's one thread.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from drivers.cards.card_wire import PACKET_BYTES, CardEvent, Told, decode_command, encode_event

SENT_BYTES = 1 << 20
"""Room for what a switch that stands still has not read; fuller, it is let go and comes anew."""


class Connected(Struct, frozen=True):
    """The switch is here, or here again: it knows nothing."""

    switch: socket.socket


class Link:
    """Listens from `start` on."""

    def __init__(self, path: Path, ring: Callable[[], None]) -> None:
        """`ring` wakes the process's loop; called from the link's thread."""
        self._path, self._ring = path, ring
        self._heard: deque[Told | Connected] = deque()
        self._listener = _listener(path)
        self._switch: socket.socket | None = None
        """The newest connection."""
        self._served: socket.socket | None = None
        """The one that events go to: the newest whose `Connected` was taken."""
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.connections = 0
        self.garbled = 0
        """Packets that could not be read."""
        self.unsent = 0
        """Events for a switch that was away or stood still: it is told what stands when it comes."""

    def start(self) -> None:
        self._run(self._accept)

    @property
    def is_up(self) -> bool:
        return self._switch is not None

    def take(self) -> Iterator[Told | Connected]:
        """What has come, in order. After a `Connected`, what is sent goes there: first of all `CallsStand`."""
        while self._heard:
            one = self._heard.popleft()
            if isinstance(one, Connected):
                self._served = one.switch
            yield one

    def send(self, event: CardEvent) -> None:
        """Never waits."""
        switch = self._served
        if switch is None or switch is not self._switch:
            self.unsent += 1
            return
        try:
            switch.send(encode_event(event), socket.MSG_DONTWAIT)
        except OSError:
            self.unsent += 1
            self._let_go(switch)

    def close(self) -> None:
        self._let_go(self._switch)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _run(self, what: Callable[[], None]) -> None:
        thread = threading.Thread(target=what, name="sip-link", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                switch, _ = self._listener.accept()
            except OSError:
                return
            self._let_go(self._switch)
            self._begin(switch)

    def _begin(self, switch: socket.socket) -> None:
        with suppress(OSError):
            switch.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_BYTES)
        with self._lock:
            self._switch = switch
        self.connections += 1
        self._heard.append(Connected(switch))
        self._ring()
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._run(lambda: self._receive(switch))

    def _receive(self, switch: socket.socket) -> None:
        while packet := _packet(switch):
            told = decode_command(packet)
            if told is None:
                self.garbled += 1
            elif switch is self._switch:
                self._heard.append(told)
                self._ring()
        self._let_go(switch)
        switch.close()

    def _let_go(self, switch: socket.socket | None) -> None:
        """Its thread closes it."""
        with self._lock:
            if switch is not None and self._switch is switch:
                self._switch = None
        if switch is not None:
            with suppress(OSError):
                switch.shutdown(socket.SHUT_RDWR)


def _listener(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(4)
    return listener


def _packet(switch: socket.socket) -> bytes:
    """Empty: the other side is gone."""
    try:
        return switch.recv(PACKET_BYTES + 1)
    except OSError:
        return b""
