"""So many packets a second from some sources, by a thread that costs little: made beforehand, sent in small batches."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType

from drivers.clock import MonotonicClock
from tests.peers.hostile.packets import FLOODS, NUMBER

BATCH_S = 0.01


class Flood:
    """`with`: it runs. `sent` is what the machine took."""

    def __init__(
        self, address: tuple[str, int], kinds: Iterable[str], a_second: int, sources: tuple[str, ...]
    ) -> None:
        self.sent = 0
        self._a_second = a_second
        self._sockets = [_sender(address, source) for source in sources]
        self._packets = [self._made(list(kinds), sender) for sender in self._sockets]
        self._clock = MonotonicClock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flood")

    def __enter__(self) -> Flood:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    def _made(self, kinds: list[str], sender: socket.socket) -> list[bytes]:
        here = "{}:{}".format(*sender.getsockname())
        return [FLOODS[kinds[number % len(kinds)]](number, here) for number in range(NUMBER)]

    def _run(self) -> None:
        began_us = self._clock.now_us()
        while not self._over.wait(BATCH_S):
            due = (self._clock.now_us() - began_us) * self._a_second // 1_000_000
            for number in range(self.sent, due):
                whose = number % len(self._sockets)
                with suppress(OSError):
                    self._sockets[whose].send(self._packets[whose][number // len(self._sockets) % NUMBER])
            self.sent = max(self.sent, due)


def _sender(address: tuple[str, int], source: str) -> socket.socket:
    """What is answered is left in its small buffer."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.setblocking(False)
    one.bind((source, 0))
    one.connect(address)
    return one
